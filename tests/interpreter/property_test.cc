// Properties of the interpreter over random machines and random outcomes, from a printed seed.
//
// TREADLE_SEED=N repeats a run; TREADLE_PROPERTY_RUNS=N makes it shorter or longer.

#include <cstdlib>

#include <gtest/gtest.h>

#include "tests/interpreter/checked_execution.h"
#include "tests/support/random_machine.h"

namespace treadle::interpreter {
namespace {

using record::Reply;

auto number_from(char const* variable, std::uint64_t otherwise) -> std::uint64_t {
  auto const* const text = std::getenv(variable);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

// Drives one execution by random commands; CheckedExecution checks it after each.
class Driver {
 public:
  Driver(std::string const& definition, SeededRandom& random, std::map<std::string, int>& seen)
      : execution_(definition, random.next_u64()), random_(random), seen_(seen) {
    make_way_back();
    if (pick(20) == 0) live().history_events_max = 20 + static_cast<std::uint32_t>(pick(30));
  }

  void to_the_end() {
    ASSERT_TRUE(live().definition);
    execution_.tell(start_command());
    drive();
    for (int redrives = 0; redrives < 3 && pick(2) == 0 && redrive(); ++redrives) drive();
    if (testing::Test::HasFailure()) return;
    refuse_all();
    count_what_happened();
  }

 private:
  auto live() -> Execution& { return execution_.live(); }
  auto pick(std::uint64_t n) -> std::uint64_t { return random_.next_u64() % n; }

  // Any state of the top level may be the way back, most of all where a Catch leads; and a task may do what nothing undoes.
  void make_way_back() {
    auto const& states = live().definition->states;
    auto& way = live().way_back.emplace();
    way.is_saga = pick(10) != 0;
    way.is_back.resize(states.size());
    way.not_undone.resize(states.size());
    for (std::uint32_t i = 0; i < states.size(); ++i) {
      if (pick(12) == 0) way.is_back[i] = true;
      if (pick(10) == 0) way.not_undone[i] = asl::StateIndex(i);
      for (auto const& catcher : states[i].catchers)
        if (pick(2) == 0) way.is_back[catcher.next.value()] = true;
    }
  }

  void drive() {
    for (int steps = 0; !execution_.state().is_over() && steps < 300; ++steps) {
      step();
      if (testing::Test::HasFailure()) return;
    }
    if (!execution_.state().is_over()) execution_.tell(record::StopExecution{});
    stop_jobs();
    execution_.check_ended();
  }

  // Whether what has ended goes on.
  auto redrive() -> bool {
    bool const may = execution_.state().status != Status::kSucceeded &&
                     execution_.state().last_history_id + 1 < live().history_events_max;
    auto const reply = execution_.tell(record::RedriveExecution{.client_token = "again"});
    EXPECT_EQ(reply, may ? Reply::kDone : Reply::kNotRedrivable);
    ++seen_[may ? "redriven" : "not redrivable"];
    return may;
  }

  auto start_command() -> record::StartExecution {
    return {.execution_arn = "arn:e",
            .name = "e",
            .state_machine_arn = "arn:m",
            .state_machine_name = "m",
            .revision = "r",
            .role_arn = "arn:r",
            .trace_header = {},
            .input = R"({"items":[1,2,3],"v":1})",
            .deadline_seconds =
                pick(4) == 0 ? std::optional<std::uint64_t>(1 + pick(60)) : std::nullopt};
  }

  void step() {
    auto const& state = execution_.state();
    // What others send may come between a yield and its Continue.
    if (state.yielded && pick(2) == 0) {
      ++seen_["yield"];
      execution_.tell(record::Continue{});
      return;
    }
    if (pick(150) == 0 || (state.yielded && pick(4) == 0)) {
      ++seen_[state.yielded ? "abort after a yield" : "abort"];
      execution_.tell(record::StopExecution{.error = "Stopped", .cause = {}});
      return;
    }
    if (pick(25) == 0) compensate();
    if (pick(40) == 0) {
      ++seen_["kill"];
      execution_.kill();
    }
    if (pick(30) == 0) refuse_all();
    if (pick(3) == 0) stop_jobs();
    std::vector<HistoryId> tasks;
    for (auto const& s : state.scopes)
      if (s.task) tasks.push_back(s.task->scheduled);
    if (tasks.empty() || pick(4) == 0) return fire();
    answer(tasks[pick(tasks.size())]);
  }

  void compensate() {
    switch (execution_.tell(record::CompensateExecution{.cause = "enough"})) {
      case Reply::kDone: ++seen_["compensation"]; break;
      case Reply::kIgnored: ++seen_["compensation again"]; break;
      default: ++seen_["compensation refused"];
    }
    if (execution_.state().compensation.stage == CompensationStage::kRequested)
      ++seen_["compensation kept"];
  }

  void stop_jobs() {
    auto const stopping = execution_.state().stopping;
    for (auto const& job : stopping) {
      EXPECT_EQ(execution_.tell(record::JobWasStopped{job.scheduled}), Reply::kDone);
      EXPECT_EQ(execution_.tell(record::JobWasStopped{job.scheduled}), Reply::kIgnored);
      ++seen_[execution_.state().is_over() ? "job stopped after the end" : "job stopped"];
    }
  }

  // The earliest timer, or, as when several are overdue, another one.
  void fire() {
    auto const waiting = pending(execution_.state()).timers;
    if (waiting.empty()) return;
    auto const& timer = pick(8) == 0 ? waiting[pick(waiting.size())] : waiting.front();
    live().now = std::max(live().now, timer.due);
    EXPECT_EQ(execution_.tell(record::TimerDue{timer}), Reply::kDone);
    ++seen_["timer"];
  }

  void answer(HistoryId id) {
    using enum record::TaskFailure;
    switch (pick(10)) {
      case 8:
        if (execution_.tell(record::JobFailed{id, {"E1", "job"}}) == Reply::kDone)
          ++seen_["job failed"];
        break;
      case 9:
        if (execution_.tell(record::JobSucceeded{.scheduled = id, .output = "{}"}) == Reply::kDone)
          ++seen_["job succeeded"];
        break;
      case 0: execution_.tell(record::CallFailed{id, kFailed, {"E1", "first"}}); break;
      case 1: execution_.tell(record::CallFailed{id, kStartFailed, {"E2", "second"}}); break;
      case 2: execution_.tell(record::ActivityTaken{.scheduled = id, .worker = "w"}); break;
      case 3: execution_.tell(record::TokenHeartbeat{.scheduled = id}); break;
      case 4:
        if (execution_.tell(record::TokenFailed{id, "E1", {}}) == Reply::kDone)
          ++seen_["token failed"];
        break;
      default:
        execution_.tell(record::CallSucceeded{.scheduled = id, .output = R"({"ok":true})"});
        if (pick(2) == 0)
          execution_.tell(record::TokenSucceeded{.scheduled = id, .output = "[1, 2]"});
        if (pick(2) == 0) execution_.tell(record::CallSucceeded{.scheduled = id, .output = "2"});
    }
  }

  // Late, repeated and made-up commands are refused, and append nothing.
  void refuse_all() {
    ++seen_["late result"];
    HistoryId const id = 1'000'000;
    auto const refused = [&](record::Command const& command) {
      EXPECT_NE(execution_.tell(command), Reply::kDone);
    };
    refused(start_command());
    refused(record::CallSucceeded{.scheduled = id, .output = "1"});
    refused(record::CallFailed{.scheduled = id, .error = {"E1", ""}});
    refused(record::JobSucceeded{.scheduled = id, .output = "1"});
    refused(record::JobFailed{.scheduled = id, .error = {"E1", ""}});
    refused(record::JobWasStopped{.scheduled = id});
    refused(record::TokenSucceeded{.scheduled = id, .output = "1"});
    refused(record::TokenFailed{.scheduled = id, .error = {}, .cause = {}});
    refused(record::TokenHeartbeat{.scheduled = id});
    refused(record::ActivityTaken{.scheduled = id, .worker = "w"});
    using enum record::TimerKind;
    for (auto const kind : {kWait, kTaskTimeout, kHeartbeat, kRetry, kExecutionTimeout, kDeadline})
      refused(record::TimerDue{{live().now, id, kind}});
    if (!execution_.state().yielded) refused(record::Continue{});
    if (!execution_.state().is_over()) return;
    refused(record::StopExecution{});
    refused(record::CompensateExecution{});
  }

  void count_what_happened() {
    for (auto const& event : live().events) {
      if (std::holds_alternative<record::RetryScheduled>(event.fact)) ++seen_["retried"];
      if (std::holds_alternative<record::ErrorCaught>(event.fact)) ++seen_["caught"];
      if (std::holds_alternative<record::ChildAsked>(event.fact)) ++seen_["child asked"];
      if (std::holds_alternative<record::DeadlineLifted>(event.fact)) ++seen_["deadline"];
      auto const shown = project(event);
      if (!shown) continue;
      if (shown->type.ends_with("Aborted") && shown_id_is_inside(*shown))
        ++seen_["aborted sibling"];
      if (shown->type == "ExecutionTimedOut") ++seen_["execution timed out"];
      if (shown->type.ends_with("TimedOut")) ++seen_["timed out"];
    }
    if (execution_.state().status == Status::kSucceeded) ++seen_["succeeded"];
    if (execution_.state().cause.starts_with("The execution reached the maximum")) ++seen_["limit"];
  }
  static auto shown_id_is_inside(record::HistoryEvent const& e) -> bool {
    return !e.type.starts_with("Execution");
  }

  CheckedExecution execution_;
  SeededRandom& random_;
  std::map<std::string, int>& seen_;
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
                           "job",
                           "job failed",
                           "job succeeded",
                           "job stopped",
                           "job stopped after the end",
                           "activity",
                           "Assign",
                           "bad expression",
                           "loop",
                           "execution time-out",
                           "abort",
                           "compensation",
                           "compensation again",
                           "compensation refused",
                           "compensation kept",
                           "child asked",
                           "deadline",
                           "timer",
                           "yield",
                           "late result",
                           "aborted sibling",
                           "abort after a yield",
                           "timed out",
                           "limit",
                           "kill",
                           "token failed",
                           "retried",
                           "execution timed out",
                           "redriven",
                           "not redrivable",
                           "caught",
                           "succeeded"}) {
    table += fmt::format(" {} {},", what, seen[what]);
    EXPECT_TRUE(seen[what] > 0 || runs < 5'000) << what << " never occurred";
  }
  std::printf("%s\n", table.c_str());
}

}  // namespace
}  // namespace treadle::interpreter
