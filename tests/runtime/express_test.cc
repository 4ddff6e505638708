// Express executions: to their end in memory, on one loop that runs inside the calls below.

#include "treadle/runtime/express.h"

#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/runtime/machines.h"
#include "tests/store/store_fixture.h"
#include "tests/support/fake_clock.h"
#include "tests/support/scripted_connector.h"
#include "treadle/asl/parser.h"
#include "treadle/base/random.h"
#include "treadle/interpreter/project.h"
#include "treadle/runtime/express_codec.h"
#include "treadle/store/memory_store.h"

namespace treadle::runtime::test {
namespace {

// Answers every call before invoke() returns: with its input.
class EchoConnector final : public integrations::Connector {
 public:
  void invoke(integrations::TaskCall call, integrations::CallDone done) override {
    ++calls;
    done(integrations::CallSucceeded{call.parameters});
  }
  std::size_t calls = 0;
};

// Keeps the types of what it is shown.
class TypesSink final : public HistorySink {
 public:
  [[nodiscard]] auto reads(LogSettings const& settings) const -> bool override {
    return settings.level != HistoryLevel::kOff;
  }
  void add(HistoryBatch const& batch) override {
    for (auto const& event : batch.events)
      if (auto const shown = interpreter::project(event)) types.emplace_back(shown->type);
  }
  std::vector<std::string> types;
};

using End = std::optional<Answer<ExpressEnd>>;

class ExpressTest : public ::testing::Test {
 protected:
  ExpressTest() { open(connector); }
  ~ExpressTest() override { express_.reset(); }

  void open(integrations::Connector& outside, ExpressIntake intake = ExpressIntake::kMemory) {
    express_.reset();
    connector.forget_open();
    loops_ = std::make_unique<net::EventLoops>(1);
    IntakeLog::Opened opened;
    if (intake == ExpressIntake::kLog) {
      auto read = IntakeLog::open({.directory = folder_.path() / "express",
                                   .random = &random_,
                                   .fail_stop = [](std::string const& why) { FAIL() << why; }});
      ASSERT_TRUE(read) << read.error();
      opened = std::move(*read);
    }
    ExpressParts const parts{.clock = clock,
                             .connector = outside,
                             .secret = store_->secret(),
                             .options = {.parked_max = parked_max, .turn_most = turn_most},
                             .sink = &sink};
    express_ = std::make_unique<Express>(*loops_, *store_, definitions_, parts, random_,
                                         std::move(opened), intake);
    express_->recover();
    settle();
  }

  // Runs what is posted, and what that posts.
  void settle() {
    auto& loop = loops_->at(0);
    for (int i = 0; i < 8; ++i) {
      loop.post([&loop] { loop.stop(); });
      loop.run();
    }
  }
  template <typename Holds>
  [[nodiscard]] auto settle_until(Holds&& holds) -> bool {
    auto const end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!holds() && std::chrono::steady_clock::now() < end) settle();
    return holds();
  }
  void advance(Milliseconds by) {
    clock.advance(by);
    express_->clock_moved();
    settle();
  }

  auto machine(std::string_view definition) -> MachineRef {
    auto parsed = asl::parse_definition(definition, {.type = asl::MachineType::kExpress});
    EXPECT_TRUE(parsed.definition) << definition;
    MachineRef ref{.id = {1, 1},
                   .arn = "arn:aws:states:us-east-1:123456789012:stateMachine:m",
                   .name = "m",
                   .revision = revision_of(definition, asl::MachineType::kExpress),
                   .role_arn = "arn:aws:iam::123456789012:role/r",
                   .definition = parsed.definition};
    store::Batch batch;
    definitions_.add(batch, ref.revision, asl::MachineType::kExpress, ref.definition);
    EXPECT_EQ(store::test::commit(*store_, std::move(batch)), store::CommitOutcome::kCommitted);
    return ref;
  }
  auto start_of(std::string_view definition, std::string_view input = "{}") -> ExpressStart {
    auto const number = ++last_;
    return {.id = {7, number},
            .machine = machine(definition),
            .execution_arn = fmt::format("arn:aws:states:us-east-1:123456789012:express:m:e:{}",
                                         uuid_v4(7, number)),
            .name = "e",
            .input = std::string(input),
            .trace_header = "Root=1",
            .log = {.level = level, .with_data = true, .group = "g"}};
  }
  auto start_sync(std::string_view definition, std::string_view input = "{}")
      -> std::shared_ptr<End> {
    auto const end = std::make_shared<End>();
    express_->start_sync(start_of(definition, input), [end](Answer<ExpressEnd> told) {
      EXPECT_FALSE(end->has_value()) << "answered twice";
      end->emplace(std::move(told));
    });
    settle();
    return end;
  }
  auto start_async(std::string_view definition, std::string_view input = "{}") -> std::string {
    std::optional<Answer<Started>> started;
    express_->start_async(start_of(definition, input),
                          [&](Answer<Started> told) { started.emplace(std::move(told)); });
    EXPECT_TRUE(settle_until([&] { return started.has_value(); }));
    return *started ? (*started)->execution_arn : started->error().code;
  }
  // In one turn of the loop, an execution for each input; how each is answered.
  auto start_together(std::string_view definition, std::vector<std::string> const& inputs)
      -> std::shared_ptr<std::vector<std::string>> {
    auto told = std::make_shared<std::vector<std::string>>(inputs.size());
    loops_->at(0).post([this, told, definition = std::string(definition), inputs] {
      for (std::size_t i = 0; i < inputs.size(); ++i)
        express_->start_async(start_of(definition, inputs[i]), [told, i](Answer<Started> started) {
          (*told)[i] = started ? "started" : started.error().code;
        });
    });
    return told;
  }

  // "output", "STATUS error: cause", the code of a refusal, or "runs".
  static auto outcome(End const& end) -> std::string {
    if (!end) return "runs";
    if (!*end) return end->error().code;
    auto const& e = **end;
    if (e.status == ExecutionStatus::kSucceeded) return e.output.value_or("none");
    return fmt::format("{} {}: {}", e.status == ExecutionStatus::kTimedOut ? "TIMED_OUT" : "FAILED",
                       e.error.value_or("none"), e.cause.value_or("none"));
  }

  treadle::test::FakeClock clock;
  treadle::test::ScriptedConnector connector;
  EchoConnector echo;
  TypesSink sink;
  HistoryLevel level = HistoryLevel::kOff;
  std::size_t parked_max = 3;
  std::chrono::milliseconds turn_most = std::chrono::hours(1);  // nothing goes to the slow lane

 private:
  SeededRandom random_{3};
  std::uint64_t last_ = 0;
  store::test::TemporaryDirectory folder_;
  std::unique_ptr<store::Store> store_ =
      store::make_memory_store({.mode = store::CommitMode::kInline, .random = &random_});
  DefinitionCache definitions_{*store_};
  std::unique_ptr<net::EventLoops> loops_;
  std::unique_ptr<Express> express_;
};

TEST_F(ExpressTest, local_executions_end_before_anything_else_runs) {
  open(echo);
  auto const end = start_sync(function_task(), R"({"a":1})");
  EXPECT_EQ(outcome(*end), R"({"a":1})");
  auto const map = start_sync(map_of_functions(2), R"({"items":[1,[2],"3"]})");
  EXPECT_EQ(outcome(*map), R"([1,[2],"3"])");
  EXPECT_EQ(echo.calls, 4U);
}

TEST_F(ExpressTest, an_execution_waits_for_what_it_called) {
  auto const end = start_sync(function_task(), R"({"a":1})");
  EXPECT_EQ(outcome(*end), "runs");
  ASSERT_EQ(connector.open().size(), 1U);
  EXPECT_EQ(connector.open()[0].call.parameters, R"({"a":1})");
  EXPECT_EQ(connector.open()[0].call.trace_header, "Root=1");
  connector.succeed(0, R"({"b":2})");
  settle();
  EXPECT_EQ(outcome(*end), R"({"b":2})");
}

TEST_F(ExpressTest, failures_are_ends_like_others) {
  auto const end = start_sync(function_task());
  connector.fail(0, "Broken");
  settle();
  EXPECT_EQ(outcome(*end), "FAILED Broken: because");
}

TEST_F(ExpressTest, back_off_ends_neither_early_nor_never) {
  auto const end =
      start_sync(function_task(R"("Retry":[{"ErrorEquals":["Broken"],"IntervalSeconds":5}],)"));
  connector.fail(0, "Broken");
  settle();
  advance(Milliseconds{4'999});
  EXPECT_EQ(connector.deliveries.size(), 1U);
  advance(Milliseconds{1});
  ASSERT_EQ(connector.deliveries.size(), 2U);
  EXPECT_NE(connector.deliveries[0].idempotency_key, connector.deliveries[1].idempotency_key);
  connector.succeed(0, "1");
  settle();
  EXPECT_EQ(outcome(*end), "1");
}

TEST_F(ExpressTest, a_task_that_times_out_is_cancelled) {
  auto const end = start_sync(function_task(R"("TimeoutSeconds":2,)"));
  advance(std::chrono::seconds(2));
  EXPECT_EQ(outcome(*end), "FAILED States.Timeout: none");
  EXPECT_EQ(connector.cancels.size(), 1U);
  connector.succeed(0, "1");  // too late: nobody minds
  settle();
}

TEST_F(ExpressTest, five_minutes_are_the_most) {
  auto const end = start_sync(function_task());
  advance(Milliseconds{299'999});
  EXPECT_EQ(outcome(*end), "runs");
  advance(Milliseconds{1});
  EXPECT_EQ(outcome(*end), "TIMED_OUT none: none");
}

TEST_F(ExpressTest, a_shorter_time_out_of_the_machine_comes_first) {
  auto const end = start_sync(
      R"({"StartAt":"W","TimeoutSeconds":3,"States":{"W":{"Type":"Wait","Seconds":10,"End":true}}})");
  advance(std::chrono::seconds(3));
  EXPECT_EQ(outcome(*end), "TIMED_OUT none: none");
}

TEST_F(ExpressTest, too_many_that_wait_are_throttled_until_one_ends) {
  std::vector<std::shared_ptr<End>> ends;
  for (int i = 0; i < 3; ++i) ends.push_back(start_sync(function_task()));
  EXPECT_EQ(outcome(*start_sync(kPass)), "ThrottlingException");
  EXPECT_EQ(start_async(kPass), "ThrottlingException");
  connector.succeed(1, "1");
  settle();
  EXPECT_EQ(outcome(*ends[1]), "1");
  EXPECT_EQ(outcome(*start_sync(kPass)), R"({"done":1})");
}

// A loop without a wait gives others their turn, and its memory stays small.
TEST_F(ExpressTest, an_endless_loop_serves_others_and_ends_by_time) {
  auto const endless = start_sync(
      R"j({"StartAt":"C","States":{"C":{"Type":"Choice","Default":"E","Choices":[)j"
      R"j({"Variable":"$.v","IsPresent":true,"Next":"A"}]},"E":{"Type":"Succeed"},)j"
      R"j("A":{"Type":"Pass","Parameters":{"v.$":"$.v","n.$":"States.UUID()"},"Next":"C"}}})j",
      fmt::format(R"({{"v":"{}"}})", std::string(10'000, 'x')));
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(outcome(*start_sync(kPass)), R"({"done":1})");
    EXPECT_EQ(outcome(*endless), "runs");
  }
  advance(std::chrono::minutes(5));
  EXPECT_EQ(outcome(*endless), "TIMED_OUT none: none");
  EXPECT_LT((**endless)->memory_bytes, 64U << 20);
}

// What was trimmed on the way is still right: variables, inputs and results outlive it.
TEST_F(ExpressTest, what_is_alive_outlives_what_is_given_back) {
  open(echo);
  std::string items;
  for (int i = 0; i < 2'000; ++i) items += fmt::format("{}{}", i == 0 ? "" : ",", i);
  auto const end = start_sync(
      R"({"StartAt":"K","States":{"K":{"Type":"Pass","Assign":{"kept.$":"$.big"},"Next":"M"},)"
      R"("M":{"Type":"Map","ItemsPath":"$.items","ResultPath":"$.results","Next":"L",)"
      R"("ItemProcessor":{"StartAt":"T","States":{"T":{"Type":"Pass",)"
      R"("Parameters":{"i.$":"$","b.$":"$kept"},"Next":"U"},)"
      R"("U":{"Type":"Pass","OutputPath":"$.i","End":true}}}},)"
      R"j("L":{"Type":"Pass","Parameters":{"n.$":"States.ArrayLength($.results)",)j"
      R"("last.$":"$.results[1999]","same.$":"$kept"},"End":true}}})",
      fmt::format(R"({{"big":"{}","items":[{}]}})", std::string(3'000, 'y'), items));
  ASSERT_TRUE(settle_until([&] { return end->has_value(); }));
  EXPECT_EQ(outcome(*end),
            fmt::format(R"({{"n":2000,"last":1999,"same":"{}"}})", std::string(3'000, 'y')));
}

TEST_F(ExpressTest, histories_are_built_for_those_who_read_them) {
  (void)start_sync(kPass);
  EXPECT_EQ(sink.types, std::vector<std::string>{});
  level = HistoryLevel::kAll;
  (void)start_sync(kPass);
  EXPECT_EQ(sink.types, (std::vector<std::string>{"ExecutionStarted", "PassStateEntered",
                                                  "PassStateExited", "ExecutionSucceeded"}));
}

TEST_F(ExpressTest, an_accepted_execution_starts_again_after_a_crash) {
  open(connector, ExpressIntake::kLog);
  auto const first = start_async(function_task(), R"({"a":1})");
  auto const ended = start_async(function_task(), R"({"a":2})");
  ASSERT_TRUE(settle_until([&] { return connector.deliveries.size() == 2; }));
  connector.succeed(1, "1");
  settle();
  open(connector, ExpressIntake::kLog);
  ASSERT_TRUE(settle_until([&] { return connector.deliveries.size() == 3; }));
  auto const& again = connector.deliveries[2];
  EXPECT_EQ(again.execution_arn, first);
  EXPECT_EQ(again.parameters, R"({"a":1})");
  EXPECT_EQ(again.trace_header, "Root=1");
  EXPECT_EQ(again.idempotency_key, connector.deliveries[0].idempotency_key);
  connector.succeed(0, "1");
  settle();
  open(connector, ExpressIntake::kLog);
  EXPECT_EQ(connector.deliveries.size(), 3U) << "it had ended";
}

// They go to the log together; what is refused among them touches no other.
TEST_F(ExpressTest, starts_that_come_together_are_accepted_each) {
  parked_max = 10;
  open(connector, ExpressIntake::kLog);
  auto const told = start_together(function_task(), {"{}", "{}", "{}", "{", "{}", "{}"});
  ASSERT_TRUE(settle_until([&] { return connector.open().size() == 5; }));
  auto const refused = std::string("InvalidExecutionInput");
  EXPECT_EQ(*told, (std::vector<std::string>{"started", "started", "started", refused, "started",
                                             "started"}));
  for (int i = 0; i < 4; ++i) connector.succeed(0, "1");
  settle();
  open(connector, ExpressIntake::kLog);
  ASSERT_TRUE(settle_until([&] { return connector.deliveries.size() == 6; }));
  EXPECT_EQ(connector.deliveries[5].execution_arn, connector.deliveries[4].execution_arn);
}

// Two states, each of which is too long for the loop, with a task between them.
TEST_F(ExpressTest, what_takes_long_is_decided_in_the_slow_lane) {
  turn_most = std::chrono::milliseconds(0);
  open(connector);
  auto const end = start_sync(
      R"({"QueryLanguage":"JSONata","StartAt":"L","States":{)"
      R"("L":{"Type":"Pass","Output":"{% $sum([1..100000].($ * 2)) %}","Next":"T"},)"
      R"("T":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:f",)"
      R"("Output":"{% $states.result + $sum([1..100000].($ * 2)) %}","End":true}}})");
  ASSERT_TRUE(settle_until([&] { return connector.open().size() == 1; }));
  EXPECT_EQ(outcome(*end), "runs");
  connector.succeed(0, "1");
  ASSERT_TRUE(settle_until([&] { return end->has_value(); }));
  EXPECT_EQ(outcome(*end), "10000100001");
}

// More than may wait: they come one after the other, and none is lost.
TEST_F(ExpressTest, what_starts_again_keeps_to_the_bound) {
  open(connector, ExpressIntake::kLog);
  for (int i = 0; i < 3; ++i) start_async(function_task());
  ASSERT_TRUE(settle_until([&] { return connector.open().size() == 3; }));
  parked_max = 2;
  open(connector, ExpressIntake::kLog);
  ASSERT_TRUE(settle_until([&] { return connector.open().size() == 2; }));
  EXPECT_EQ(start_async(kPass), "ThrottlingException");
  EXPECT_EQ(connector.deliveries.size(), 5U);
  connector.succeed(0, "1");
  settle();
  EXPECT_EQ(connector.deliveries.size(), 6U);
}

auto written(ExpressStart const& start) -> std::string {
  std::string out;
  append_express_start(out, start);
  return out;
}

TEST(ExpressCodec, reads_what_it_wrote_and_nothing_else) {
  ExpressStart const start{.id = {1, 2},
                           .machine = {.id = {3, ~std::uint64_t{0}},
                                       .arn = "machine",
                                       .name = "m",
                                       .revision = "r",
                                       .role_arn = "role",
                                       .definition = nullptr},
                           .execution_arn = "arn",
                           .name = "n",
                           .input = std::string("{\0}", 3),
                           .trace_header = "t",
                           .log = {HistoryLevel::kError, true, "/g"}};
  auto const bytes = written(start);
  auto const read = read_express_start(bytes);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->id, start.id);
  EXPECT_EQ(read->machine.id, start.machine.id);
  EXPECT_EQ(read->machine.revision, "r");
  EXPECT_EQ(read->input, start.input);
  EXPECT_EQ(read->log, start.log);
  EXPECT_EQ(written(*read), bytes);
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(read_express_start(bytes.substr(0, size))) << size;
  EXPECT_FALSE(read_express_start(bytes + "x"));
}

}  // namespace
}  // namespace treadle::runtime::test
