// What is kept of Express executions that have ended, and for how long.

#include "treadle/runtime/recent_executions.h"

#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/runtime/express_node.h"
#include "tests/runtime/machines.h"

namespace treadle::runtime::test {
namespace {

constexpr std::string_view kFail =
    R"({"StartAt":"F","States":{"F":{"Type":"Fail","Error":"Broken","Cause":"It fell"}}})";
constexpr std::string_view kSame = R"({"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}})";

// Hands batches on to one shelf: there is one loop.
class ShelfSink final : public HistorySink {
 public:
  [[nodiscard]] auto reads(LogSettings const& /*settings*/) const -> bool override { return true; }
  void add(HistoryBatch const& batch) override { shelf->add(batch); }
  std::optional<RecentShelf> shelf;
};

class RecentShelfTest : public ::testing::Test {
 protected:
  void open(ShelfLimits limits = {}) { sink.shelf.emplace(limits); }

  auto read(std::string const& arn) -> std::shared_ptr<KeptExecution const> {
    for (auto const* name : {"m", "n", "o"}) {
      auto bytes = sink.shelf->find(machine_arn(name), arn);
      if (bytes) return std::make_shared<KeptExecution const>(std::move(*bytes));
    }
    return nullptr;
  }
  static auto machine_arn(std::string_view name) -> std::string {
    return fmt::format("arn:aws:states:us-east-1:123456789012:stateMachine:{}", name);
  }
  auto count(std::string_view name = "m") -> std::size_t {
    return sink.shelf->list({.machine_arn = machine_arn(name)}).size();
  }
  static auto types(HistoryPage const& page) -> std::string {
    std::string out;
    for (auto const& event : page.events)
      out += fmt::format("{}{} {}", out.empty() ? "" : ", ", event.id, event.type);
    return out;
  }

  ShelfSink sink;
  ExpressNode node{{.sink = &sink}};
};

TEST_F(RecentShelfTest, an_execution_is_kept_with_its_history_and_its_data) {
  open();
  auto const arn = node.start(node.machine(kPass), R"({"a": 1})");
  auto const kept = read(arn);
  ASSERT_TRUE(kept);
  auto const description = kept->describe();
  EXPECT_EQ(description.summary.execution_arn, arn);
  EXPECT_EQ(description.summary.status, ExecutionStatus::kSucceeded);
  EXPECT_EQ(description.summary.started_at, node.clock.now());
  EXPECT_EQ(description.summary.history_events, 4U);
  EXPECT_EQ(description.input, R"({"a": 1})");
  EXPECT_EQ(description.output, R"({"done":1})");
  EXPECT_FALSE(description.error);
  auto const page = KeptExecution::history(kept, {.execution_arn = arn});
  EXPECT_EQ(types(page),
            "1 ExecutionStarted, 2 PassStateEntered, 3 PassStateExited, 4 ExecutionSucceeded");
  EXPECT_FALSE(page.more);
  auto const& input = page.events[1].details;
  ASSERT_TRUE(std::holds_alternative<record::PayloadId>(input[1].value));
  EXPECT_EQ(page.payload(std::get<record::PayloadId>(input[1].value)), R"({"a": 1})");
}

TEST_F(RecentShelfTest, histories_come_in_pages_both_ways) {
  open();
  auto const arn = node.start(node.machine(kPass), "1");
  auto const kept = read(arn);
  ASSERT_TRUE(kept);
  auto const page = [&](std::size_t limit, bool reverse, std::uint32_t after) {
    auto const found = KeptExecution::history(
        kept, {.execution_arn = arn, .limit = limit, .reverse = reverse, .after = after});
    return types(found) + (found.more ? " ..." : "");
  };
  EXPECT_EQ(page(2, false, 0), "1 ExecutionStarted, 2 PassStateEntered ...");
  EXPECT_EQ(page(2, false, 2), "3 PassStateExited, 4 ExecutionSucceeded");
  EXPECT_EQ(page(3, true, 0), "4 ExecutionSucceeded, 3 PassStateExited, 2 PassStateEntered ...");
  EXPECT_EQ(page(3, true, 2), "1 ExecutionStarted");
}

TEST_F(RecentShelfTest, executions_that_wait_are_taken_down_side_by_side) {
  open();
  auto const machine = node.machine(function_task());
  auto const first = node.start(machine, "1");
  auto const second = node.start(machine, "2");
  EXPECT_EQ(read(first), nullptr) << "it still runs";
  node.connector.succeed(1, "\"second\"");
  node.settle();
  node.connector.fail(0, "Broken");
  node.settle();
  ASSERT_TRUE(read(first));
  ASSERT_TRUE(read(second));
  EXPECT_EQ(read(second)->describe().output, "\"second\"");
  EXPECT_EQ(read(first)->describe().error, "Broken");
  EXPECT_EQ(read(first)->describe().cause, "because");
  EXPECT_EQ(read(first)->describe().input, "1");
  EXPECT_EQ(types(KeptExecution::history(read(second), {.execution_arn = second})),
            "1 ExecutionStarted, 2 TaskStateEntered, 3 LambdaFunctionScheduled, 4 "
            "LambdaFunctionStarted, 5 LambdaFunctionSucceeded, 6 TaskStateExited, 7 "
            "ExecutionSucceeded");
}

TEST_F(RecentShelfTest, failures_outlast_successes) {
  open({.successes = 3, .failures = 5});
  auto const failed = node.start(node.machine(kFail), "0");
  std::vector<std::string> arns;
  for (int i = 0; i < 10; ++i) arns.push_back(node.start(node.machine(kPass), "0"));
  EXPECT_EQ(count(), 4U);
  EXPECT_TRUE(read(failed));
  EXPECT_FALSE(read(arns[6]));
  EXPECT_TRUE(read(arns[7]));
  for (int i = 0; i < 5; ++i) node.start(node.machine(kFail), "0");
  EXPECT_EQ(count(), 8U);
  EXPECT_FALSE(read(failed));
}

TEST_F(RecentShelfTest, successes_can_be_left_out) {
  open({.successes = 0});
  node.start(node.machine(kPass), "0");
  EXPECT_EQ(count(), 0U);
  EXPECT_TRUE(read(node.start(node.machine(kFail), "0")));
}

TEST_F(RecentShelfTest, a_machine_has_so_many_bytes) {
  open({.machine_bytes = 20'000});
  auto const input = '"' + std::string(1'000, 'x') + '"';
  for (int i = 0; i < 50; ++i) node.start(node.machine(kSame), input);
  EXPECT_GE(count(), 4U);
  EXPECT_LE(count(), 8U);
  EXPECT_LE(sink.shelf->bytes(), 10'000U);
}

TEST_F(RecentShelfTest, the_machine_that_has_most_gives_first) {
  open({.bytes = 40'000});
  auto const input = '"' + std::string(1'000, 'x') + '"';
  auto const failed = node.start(node.machine(kFail, "o"), input);
  auto const quiet = node.start(node.machine(kSame, "n"), input);
  for (int i = 0; i < 100; ++i) node.start(node.machine(kSame), input);
  EXPECT_LE(sink.shelf->bytes(), 40'000U);
  EXPECT_GE(count("m"), 5U);
  EXPECT_TRUE(read(quiet));
  EXPECT_TRUE(read(failed));
}

TEST_F(RecentShelfTest, many_machines_are_bounded_too) {
  open({.bytes = 20'000});
  for (int i = 0; i < 500; ++i) node.start(node.machine(kPass, fmt::format("x{}", i)), "0");
  EXPECT_LE(sink.shelf->bytes(), 20'000U);
}

// The payloads that were given back on the way are kept.
TEST_F(RecentShelfTest, long_executions_are_whole) {
  open();
  std::string items;
  for (int i = 0; i < 300; ++i) items += fmt::format("{}{}", i == 0 ? "" : ",", i);
  auto const arn = node.start(
      node.machine(R"({"StartAt":"M","States":{"M":{"Type":"Map","ItemsPath":"$.items","End":true,)"
                   R"("ItemSelector":{"i.$":"$$.Map.Item.Value","big.$":"$.big"},)"
                   R"("ItemProcessor":{"StartAt":"T","States":{"T":{"Type":"Pass",)"
                   R"("OutputPath":"$.i","End":true}}}}}})"),
      fmt::format(R"({{"big":"{}","items":[{}]}})", std::string(5'000, 'y'), items));
  auto const kept = read(arn);
  ASSERT_TRUE(kept);
  EXPECT_FALSE(kept->head().is_cut);
  EXPECT_EQ(kept->describe().output, '[' + items + ']');
  auto const page = KeptExecution::history(kept, {.execution_arn = arn, .limit = 100'000});
  std::uint32_t expected = 0;
  for (auto const& event : page.events) {
    EXPECT_EQ(event.id, ++expected);
    for (auto const& field : event.details)
      if (auto const* id = std::get_if<record::PayloadId>(&field.value)) {
        EXPECT_FALSE(page.payload(*id).empty()) << event.id << ' ' << event.type;
      }
  }
  EXPECT_GT(expected, 1'200U);
}

TEST_F(RecentShelfTest, what_is_too_large_keeps_its_begin_and_its_end) {
  open({.execution_bytes = 10'000});
  auto const machine = node.machine(
      R"({"StartAt":"A","States":{"A":{"Type":"Pass","ResultPath":"$.a","Next":"B"},)"
      R"("B":{"Type":"Pass","ResultPath":"$.b","Next":"C"},"C":{"Type":"Pass","End":true}}})");
  auto const arn = node.start(machine, fmt::format(R"({{"x":"{}"}})", std::string(4'000, 'x')));
  auto const kept = read(arn);
  ASSERT_TRUE(kept);
  EXPECT_TRUE(kept->head().is_cut);
  EXPECT_EQ(kept->describe().input.size(), 4'008U);
  ASSERT_TRUE(kept->describe().output);
  EXPECT_GT(kept->describe().output->size(), 16'000U);
  auto const page = KeptExecution::history(kept, {.execution_arn = arn});
  EXPECT_EQ(types(page), "1 ExecutionStarted, 2 PassStateEntered, 8 ExecutionSucceeded");
}

// ---- over several loops ----

class RecentExecutionsTest : public ::testing::Test {
 protected:
  class LateSink final : public HistorySink {
   public:
    [[nodiscard]] auto reads(LogSettings const& settings) const -> bool override {
      return recent->reads(settings);
    }
    void add(HistoryBatch const& batch) override { recent->add(batch); }
    std::optional<RecentExecutions> recent;
  };

  RecentExecutionsTest() { sink.recent.emplace(*node.loops, ShelfLimits{}); }

  // The inputs' places in the order of the list, page by page.
  auto list(RecentRequest request) -> std::vector<std::vector<std::string>> {
    std::vector<std::vector<std::string>> pages;
    for (;;) {
      std::optional<Answer<ListPage>> answer;
      sink.recent->list(request, [&](Answer<ListPage> page) { answer = std::move(page); });
      node.settle();
      EXPECT_TRUE(answer && *answer);
      if (!answer || !*answer) return pages;
      auto& page = pages.emplace_back();
      for (auto const& e : (*answer)->executions) page.push_back(e.execution_arn);
      if ((*answer)->next.empty()) return pages;
      request.after = (*answer)->next;
    }
  }

  static inline std::string const kMachine = "arn:aws:states:us-east-1:123456789012:stateMachine:m";
  LateSink sink;
  ExpressNode node{{.loops = 2, .sink = &sink}};
};

TEST_F(RecentExecutionsTest, lists_and_finds_what_ran_on_any_loop) {
  std::vector<std::string> arns;
  for (std::size_t i = 0; i < 5; ++i) {
    arns.push_back(node.start(node.machine(i == 3 ? kFail : kPass), std::to_string(i), i % 2));
    node.clock.advance(Milliseconds{1});
  }
  node.start(node.machine(kPass, "other"), "0");
  using Pages = std::vector<std::vector<std::string>>;
  EXPECT_EQ(list({.filter = {.machine_arn = kMachine}}),
            (Pages{{arns[4], arns[3], arns[2], arns[1], arns[0]}}));
  EXPECT_EQ(list({.filter = {.machine_arn = kMachine}, .limit = 2}),
            (Pages{{arns[4], arns[3]}, {arns[2], arns[1]}, {arns[0]}}));
  EXPECT_EQ(list({.filter = {.machine_arn = kMachine, .status = ExecutionStatus::kFailed}}),
            (Pages{{arns[3]}}));
  EXPECT_EQ(list({.filter = {.machine_arn = kMachine, .qualified_arn = kMachine + ":1"}}),
            (Pages{{}}));
  for (auto const& arn : arns) {
    std::optional<Answer<std::shared_ptr<KeptExecution const>>> found;
    sink.recent->find(arn, [&](auto answer) { found = std::move(answer); });
    node.settle();
    ASSERT_TRUE(found && *found);
    EXPECT_EQ((**found)->head().execution_arn, arn);
  }
  std::optional<Answer<std::shared_ptr<KeptExecution const>>> found;
  sink.recent->find(arns[0] + "0", [&](auto answer) { found = std::move(answer); });
  node.settle();
  ASSERT_TRUE(found && !*found);
  EXPECT_EQ(found->error().code, "ExecutionDoesNotExist");
}

}  // namespace
}  // namespace treadle::runtime::test
