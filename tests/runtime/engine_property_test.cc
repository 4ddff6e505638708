// Properties of the engine over random machines, random outcomes and restarts, from a printed seed.
//
// After every commit the rows of the store are what the journals say (audit.h, and a fold of the
// test's own); no journal row is ever written twice; what a new engine loads is the state that the
// old one had decided. TREADLE_SEED=N repeats a run; TREADLE_PROPERTY_RUNS=N makes it shorter or
// longer.
#include <cstdlib>
#include <map>

#include "tests/runtime/test_node.h"
#include "tests/support/random_machine.h"
#include "tests/support/state_text.h"
#include "treadle/interpreter/apply.h"
#include "treadle/record/codec.h"
#include "treadle/runtime/audit.h"
#include "treadle/runtime/live_execution.h"

namespace treadle::runtime::test {
namespace {

auto number_from(char const* variable, std::uint64_t otherwise) -> std::uint64_t {
  auto const* const text = std::getenv(variable);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

// The states that the engine decided, folded from its batches in the order in which they went out.
class Shadow {
 public:
  void add(store::Batch const& batch, store::Store const& store) {
    batch.for_each_write([&](store::Batch::Entry const& write) {
      if (write.table() != Table::kJournal) return;
      ASSERT_TRUE(write.value) << "a journal row was erased";
      EXPECT_EQ(store::test::get(store, Table::kJournal, write.key()), std::nullopt)
          << "a journal row was written twice";
      auto const place = place_key({});
      fold(states_[std::string(write.key().substr(0, place.size()))], *write.value);
    });
  }
  [[nodiscard]] auto states() const -> std::map<std::string, interpreter::ExecutionState> const& {
    return states_;
  }

 private:
  static void fold(interpreter::ExecutionState& state, std::string_view row) {
    json::Arena arena;
    auto const parts = read_journal_row(row);
    ASSERT_TRUE(parts) << parts.error();
    std::vector<record::JournalEvent> events;
    auto const read = record::decode(parts->events, arena, events);
    ASSERT_TRUE(read) << read.error();
    for (auto const& event : events) interpreter::apply(state, event);
  }

  std::map<std::string, interpreter::ExecutionState> states_;  // by place_key()
};

// Executions of one random machine, on one partition, driven by random answers until they have ended.
class Driver {
 public:
  Driver(StoreKind kind, std::string const& definition, SeededRandom& random,
         std::map<std::string, int>& seen)
      : random_(random), seen_(seen), node_(kind, random_options(random)) {
    if (kind.on_disk) check_after_steps_ = true;
    watch();
    machine_ = node_.machine(definition);
  }

  void to_the_end() {
    for (int i = 0; names_.size() < 3; ++i)
      if (auto name = fmt::format("n{}", i); partition_of(arn_of(name)) == 0)
        names_.push_back(name);
    for (auto const& name : names_) {
      EXPECT_EQ(outcome(node_.start(machine_, name, R"({"items":[1,2,3],"v":1})")), "ok");
      check();
    }
    for (int steps = 0; steps < 120 && count_running() > 0; ++steps) {
      step();
      check();
      if (testing::Test::HasFailure()) return;
    }
    for (auto const& name : names_) node_.stop(name);
    check();
    end_jobs();
    check();
    EXPECT_FALSE(node_.why_stopped) << *node_.why_stopped;
    EXPECT_EQ(count_running(), 0U);
    node_.advance(std::chrono::hours{24});  // what heartbeats left behind goes
    for (auto const table : {Table::kTimer, Table::kOutbox, Table::kApproval})
      EXPECT_EQ(node_.rows_in(table), 0U) << table_name(table);
    auto const ended = wait_list_prefix(WaitList::kEnded);
    EXPECT_TRUE(store::test::scan_keys(node_.store(), Table::kWaitList, {.to = ended}).empty());
    if (node_.rows_in(Table::kSnapshot) > 0) ++seen_["snapshot"];
  }

 private:
  static auto random_options(SeededRandom& random) -> EngineOptions {
    EngineOptions options;
    options.history_events_max = 2'500;
    options.live_per_partition_max = random.next_u64() % 3;
    options.snapshot_rows = 1 + static_cast<std::uint32_t>(random.next_u64() % 6);
    return options;
  }
  auto pick(std::uint64_t n) -> std::uint64_t { return random_.next_u64() % n; }

  void watch() {
    node_.store().on_submit = [this](store::Batch const& batch) {
      // Inline, everything submitted before is committed.
      if (!check_after_steps_) check_rows();
      shadow_.add(batch, node_.store());
    };
  }

  auto count_running() -> std::size_t {
    std::size_t running = 0;
    for (auto const& name : names_)
      running += node_.status(name) == ExecutionStatus::kRunning ? 1 : 0;
    return running;
  }

  void step() {
    auto const& open = node_.connector.open();
    auto const what = pick(40);
    if (what == 0) return restart();
    if (what == 1) return stop_one();
    if (what == 2) return redrive_one();
    if (what < 6 || (open.empty() && what < 20)) return poll();
    if (what < 12 && !tokens_.empty()) return use_token();
    if (open.empty() || what < 18) return move_clock();
    answer(pick(open.size()));
    if (pick(3) == 0 && !open.empty()) answer(pick(open.size()));
    node_.settle();
  }

  void restart() {
    ++seen_["restart"];
    node_.restart();
    watch();
  }

  void stop_one() {
    ++seen_["stop"];
    node_.stop(names_[pick(names_.size())]);
  }

  void redrive_one() {
    auto const told = node_.redrive(names_[pick(names_.size())], fmt::format("t{}", pick(3)));
    EXPECT_TRUE(outcome(told) == "ok" || outcome(told) == "ExecutionNotRedrivable");
    if (outcome(told) == "ok") ++seen_["redrive"];
  }

  void move_clock() {
    ++seen_["time"];
    auto const timers = store::test::scan_keys(node_.store(), Table::kTimer, {.limit = 1});
    Milliseconds by{static_cast<std::int64_t>(pick(5'000))};
    if (!timers.empty() && pick(3) != 0)
      by = std::max(Milliseconds{0}, read_timer_key(timers[0]).timer.due - node_.clock.now());
    node_.advance(by);
  }

  void poll() {
    auto const told = node_.listen<std::optional<ActivityTask>>([&](auto done) {
      node_.engine().poll_activity(
          "arn:aws:states:us-east-1:123456789012:activity:a", "w", Milliseconds{0},
          [] { return false; }, std::move(done));
    });
    EXPECT_TRUE(node_.settle_until([&] { return told->has_value(); }));
    if (!*told || !(*told)->value()) return;
    ++seen_["activity"];
    tokens_.push_back((*told)->value()->token);
  }

  void use_token() {
    auto const token = tokens_[pick(tokens_.size())];  // perhaps one that was used
    auto const how = pick(4);
    auto const told = how == 0   ? node_.heartbeat(token)
                      : how == 1 ? node_.fail_token(token, "E1")
                                 : node_.succeed_token(token, "[1]");
    ++seen_[how == 0 ? "heartbeat" : "token"];
    EXPECT_TRUE(outcome(told) == "ok" || outcome(told) == "TaskTimedOut") << outcome(told);
    if (outcome(told) == "TaskTimedOut") ++seen_["late token"];
  }

  void answer(std::size_t index) {
    auto const& call = node_.connector.open()[index].call;
    if (!call.task_token.empty()) tokens_.push_back(call.task_token);
    ++seen_[node_.connector.open()[index].what == treadle::test::ScriptedConnector::What::kJob
                ? "job"
                : "answer"];
    switch (pick(5)) {
      case 0: return node_.connector.fail(index, "E1");
      case 1: return node_.connector.fail(index, "E2", integrations::CallStage::kStart);
      default: return node_.connector.succeed(index, R"({"ok":true})");
    }
  }

  // What a stop left: jobs that are asked to end, some of them after a restart.
  void end_jobs() {
    using What = treadle::test::ScriptedConnector::What;
    if (pick(4) == 0) restart();
    auto const& open = node_.connector.open();
    for (std::size_t i = open.size(); i-- > 0;) {
      if (open[i].what != What::kStop) continue;
      ++seen_["job stopped"];
      node_.connector.succeed(i, "{}");
    }
    node_.settle();
  }

  void check_rows() {
    auto const report = audit(node_.store());
    for (auto const& f : report.findings) ADD_FAILURE() << f.place << ": " << f.problem;
  }

  // The rows, and what a new engine would make of them.
  void check() {
    check_rows();
    for (auto const& [key, decided] : shadow_.states()) {
      json::Arena arena;
      auto const place = read_place(key);
      auto const live =
          LiveExecution::load(node_.store(), node_.engine().definitions(), *place, arena);
      ASSERT_TRUE(live) << live.error();
      ASSERT_TRUE(*live);
      EXPECT_EQ(interpreter::state_text((*live)->state), interpreter::state_text(decided));
    }
  }

  SeededRandom& random_;
  std::map<std::string, int>& seen_;
  Shadow shadow_;
  bool check_after_steps_ = false;
  std::vector<std::string> names_;
  std::vector<std::string> tokens_;
  TestNode node_;
  MachineRef machine_;
};

class EngineProperty : public ::testing::TestWithParam<StoreKind> {};

TEST_P(EngineProperty, rows_are_what_the_journals_say_after_every_commit) {
  auto const seed = number_from("TREADLE_SEED", 20'261'126);
  auto const asked = number_from("TREADLE_PROPERTY_RUNS", 200);
  auto const runs = GetParam().on_disk ? asked / 8 + 1 : asked;
  SCOPED_TRACE("TREADLE_SEED=" + std::to_string(seed));
  SeededRandom random(seed);
  std::map<std::string, int> seen;
  for (std::uint64_t i = 0; i < runs && !HasFailure(); ++i) {
    auto const definition = interpreter::RandomMachine(random).make();
    SCOPED_TRACE(fmt::format("run {}: {}", i, definition));
    Driver(GetParam(), definition, random, seen).to_the_end();
  }
  std::string table = fmt::format("seed {}, {} runs:", seed, runs);
  for (auto const* what : {"answer", "time", "restart", "stop", "redrive", "activity", "token",
                           "heartbeat", "late token", "snapshot", "job", "job stopped"}) {
    table += fmt::format(" {} {},", what, seen[what]);
    EXPECT_TRUE(seen[what] > 0 || runs < 20) << what << " never occurred";
  }
  std::printf("%s\n", table.c_str());
}

INSTANTIATE_TEST_SUITE_P(Stores, EngineProperty, ::testing::ValuesIn(kStoreKinds), name_of_kind);

}  // namespace
}  // namespace treadle::runtime::test
