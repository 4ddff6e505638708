// Properties of the interpreter over random machines and random outcomes, from a printed seed.
//
// TREADLE_SEED=N repeats a run; TREADLE_PROPERTY_RUNS=N makes it shorter or longer.

#include <algorithm>
#include <cstdlib>

#include <gtest/gtest.h>

#include "tests/interpreter/execution.h"
#include "tests/interpreter/random_machine.h"
#include "tests/interpreter/state_text.h"
#include "treadle/interpreter/apply.h"
#include "treadle/record/codec.h"

namespace treadle::interpreter {
namespace {

auto number_from(char const* variable, std::uint64_t otherwise) -> std::uint64_t {
  auto const* const text = std::getenv(variable);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

// What the rows written so far amount to.
auto rows_of(std::vector<record::JournalEvent> const& events) -> Pending {
  RowChanges changes;
  for (auto const& event : events) index(event, changes);
  Pending p;
  for (auto const& row : changes.timers)
    if (row.put)
      p.timers.push_back(row.timer);
    else
      std::erase(p.timers, row.timer);
  for (auto const& row : changes.outbox)
    if (row.put)
      p.outbox.emplace_back(row.history_id, row.kind);
    else
      std::erase(p.outbox, std::pair(row.history_id, row.kind));
  for (auto const& row : changes.tokens)
    if (row.put)
      p.tokens.push_back(row.scheduled);
    else
      std::erase(p.tokens, row.scheduled);
  std::ranges::sort(p.timers);
  std::ranges::sort(p.outbox);
  std::ranges::sort(p.tokens);
  return p;
}

// Drives one execution by random commands and checks it after each.
class Driver {
 public:
  Driver(std::string const& definition, SeededRandom& random, std::map<std::string, int>& seen)
      : execution_(definition, random.next_u64()), random_(random), seen_(seen) {
    if (pick(20) == 0) execution_.history_events_max = 20 + static_cast<std::uint32_t>(pick(30));
  }

  void to_the_end() {
    ASSERT_TRUE(execution_.definition);
    execution_.start(R"({"items":[1,2,3],"v":1})");
    check();
    for (int steps = 0; !execution_.state.is_over() && steps < 300; ++steps) {
      step();
      check();
      if (testing::Test::HasFailure()) return;
    }
    if (!execution_.state.is_over()) execution_.tell(record::StopExecution{});
    check();
    EXPECT_TRUE(execution_.state.is_over());
    check_history();
  }

 private:
  auto pick(std::uint64_t n) -> std::uint64_t { return random_.next_u64() % n; }

  void step() {
    if (execution_.state.yielded) {
      ++seen_["yield"];
      execution_.tell(record::Continue{});
      return;
    }
    if (pick(150) == 0) {
      ++seen_["abort"];
      execution_.tell(record::StopExecution{.error = "Stopped", .cause = {}});
      return;
    }
    if (pick(40) == 0) kill();
    std::vector<Scope const*> tasks;
    for (auto const& s : execution_.state.scopes)
      if (s.task) tasks.push_back(&s);
    if (tasks.empty() || pick(4) == 0) {
      if (execution_.fire_next_timer()) ++seen_["timer"];
      return;
    }
    answer(*tasks[pick(tasks.size())]->task);
  }

  // The process dies: what goes on is what the journal gives back.
  void kill() {
    ++seen_["kill"];
    execution_.state = {};
    for (auto const& event : execution_.events) apply(execution_.state, event);
  }

  void answer(OpenTask const task) {
    auto const id = task.scheduled;
    switch (pick(7)) {
      case 0: execution_.tell(record::CallFailed{.scheduled = id, .error = {"E1", "first"}}); break;
      case 1:
        execution_.tell(record::CallFailed{.scheduled = id, .error = {"E2", "second"}});
        break;
      case 2: execution_.tell(record::ActivityTaken{.scheduled = id, .worker = "w"}); break;
      case 3: execution_.tell(record::TokenHeartbeat{.scheduled = id}); break;
      case 4: refuse_late(id); break;
      default:
        execution_.tell(record::CallSucceeded{.scheduled = id, .output = R"({"ok":true})"});
        if (pick(2) == 0)
          execution_.tell(record::TokenSucceeded{.scheduled = id, .output = "[1, 2]"});
    }
  }

  // A refusal appends nothing.
  void refuse_late(HistoryId id) {
    ++seen_["late result"];
    auto const before = execution_.events.size();
    execution_.tell(record::CallSucceeded{.scheduled = id + 1'000'000, .output = "1"});
    execution_.tell(record::TokenFailed{.scheduled = id + 1'000'000, .error = {}, .cause = {}});
    EXPECT_EQ(execution_.events.size(), before);
  }

  void check() {
    std::vector<record::JournalEvent> decoded;
    auto const row = record::encode(execution_.events);
    auto const ok = record::decode(row, scratch_, decoded);
    ASSERT_TRUE(ok) << ok.error();
    ExecutionState folded;
    for (auto const& event : decoded) apply(folded, event);
    EXPECT_EQ(state_text(folded), state_text(execution_.state));
    EXPECT_EQ(pending(execution_.state), rows_of(execution_.events));
    for (std::size_t i = 0; i < decoded.size(); ++i) {
      auto const a = project(decoded[i]);
      auto const b = project(execution_.events[i]);
      ASSERT_EQ(a.has_value(), b.has_value());
      EXPECT_TRUE(!a || a->type == b->type);
    }
    scratch_.reset();
  }

  void check_history() {
    HistoryId last = 0;
    Timestamp at{};
    for (auto const& event : execution_.events) {
      EXPECT_GE(event.timestamp, at);
      at = event.timestamp;
      if (auto const shown = project(event)) {
        EXPECT_EQ(shown->id, ++last);
        EXPECT_LT(shown->previous_id, shown->id);
        if (shown->type.ends_with("Aborted") && !shown->type.starts_with("Execution"))
          ++seen_["aborted sibling"];
        if (shown->type.ends_with("TimedOut")) ++seen_["timed out"];
      }
    }
    EXPECT_EQ(last, execution_.state.last_history_id);
    EXPECT_TRUE(execution_.state.scopes.empty());
    EXPECT_EQ(pending(execution_.state), Pending{});
    if (execution_.state.cause.starts_with("The execution reached the maximum")) ++seen_["limit"];
  }

  Execution execution_;
  SeededRandom& random_;
  std::map<std::string, int>& seen_;
  json::Arena scratch_;
};

TEST(Property, ReplayAndRowsAgreeWithTheState) {
  auto const seed = number_from("TREADLE_SEED", 20'261'123);
  auto const runs = number_from("TREADLE_PROPERTY_RUNS", 10'000);
  SCOPED_TRACE("TREADLE_SEED=" + std::to_string(seed));
  SeededRandom random(seed);
  std::map<std::string, int> seen;
  for (std::uint64_t i = 0; i < runs && !HasFailure(); ++i) {
    RandomMachine machine(random);
    auto const definition = machine.make();
    for (auto const& [what, count] : machine.seen) seen[what] += count;
    SCOPED_TRACE(definition);
    Driver(definition, random, seen).to_the_end();
  }
  std::string table = "seed " + std::to_string(seed) + ", " + std::to_string(runs) + " runs:";
  for (auto const* what : {"Pass",
                           "Wait",
                           "Choice",
                           "Task",
                           "Parallel",
                           "Map",
                           "Succeed",
                           "Fail",
                           "Retry",
                           "Catch",
                           "time-out",
                           "heartbeat",
                           "token",
                           "activity",
                           "Assign",
                           "loop",
                           "execution time-out",
                           "abort",
                           "timer",
                           "late result",
                           "aborted sibling",
                           "timed out",
                           "limit",
                           "yield",
                           "kill"}) {
    table += fmt::format(" {} {},", what, seen[what]);
    EXPECT_GT(seen[what], 0) << what << " never occurred";
  }
  std::printf("%s\n", table.c_str());
}

}  // namespace
}  // namespace treadle::interpreter
