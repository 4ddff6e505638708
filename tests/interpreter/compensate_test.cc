// Stop with compensation: where a request leads, what it refuses, what it waits for.
#include "treadle/interpreter/compensate.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/interpreter/checked_execution.h"

namespace treadle::interpreter {
namespace {

using record::CompensateExecution;
using record::Reply;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::string_view kFunction =
    R"("Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:f")";
constexpr std::string_view kChild =
    R"("Type":"Task","Resource":"arn:aws:states:::states:startExecution.sync","Parameters":{"StateMachineArn":"m"})";
constexpr std::string_view kCatch = R"("Catch":[{"ErrorEquals":["States.ALL"],"Next":"U"}])";

// These states, then U, which undoes, and F, a Fail.
auto machine(std::string_view start, std::string const& states) -> std::string {
  return fmt::format(
      R"({{"StartAt":"{}","States":{{{},"U":{{{},"Next":"F"}},"F":{{"Type":"Fail","Error":"Undone"}}}}}})",
      start, states, kFunction);
}

auto named(std::string_view name, std::initializer_list<std::string_view> members) -> std::string {
  return fmt::format(R"("{}":{{{}}})", name, fmt::join(members, ","));
}

class Compensate : public ::testing::Test {
 protected:
  void run(std::string const& definition, std::vector<std::string_view> const& not_undone = {}) {
    e = std::make_unique<CheckedExecution>(definition, 1);
    ASSERT_TRUE(live().definition) << definition;
    live().goes_back({"U", "F"}, not_undone);
    ASSERT_EQ(e->tell(start_command()), Reply::kDone);
  }
  auto start_command() -> record::StartExecution {
    return {.execution_arn = "arn:e",
            .name = "e",
            .state_machine_arn = "arn:m",
            .state_machine_name = "m",
            .revision = "r",
            .role_arn = "arn:r",
            .trace_header = {},
            .input = "{}",
            .deadline_seconds = deadline};
  }
  auto live() -> Execution& { return e->live(); }
  auto ask() -> Reply { return e->tell(CompensateExecution{.cause = "enough"}); }
  // In which state of the top level it is.
  auto at() -> std::string {
    return live().definition->state(e->state().scope(record::kRootScope).state).name;
  }
  auto why_not() -> std::string {
    return compensation_obstacle(e->state(), *live().definition, *live().way_back).value_or("-");
  }
  void succeed() {
    e->tell(record::CallSucceeded{.scheduled = live().open_task(), .output = "{}"});
  }
  auto types() -> std::vector<std::string> {
    std::vector<std::string> out;
    for (auto const& event : live().events)
      if (auto const shown = project(event)) out.emplace_back(shown->type);
    return out;
  }
  // The input of U: the error that brought it there.
  auto error() -> std::string {
    return std::string(live().payloads.text(e->state().scope(record::kRootScope).input));
  }
  void wait_until_due() {
    auto const timer = pending(e->state()).timers.front();
    live().now = std::max(live().now, timer.due);
    ASSERT_EQ(e->tell(record::TimerDue{timer}), Reply::kDone);
  }

  std::unique_ptr<CheckedExecution> e;
  std::optional<std::uint64_t> deadline;
};

TEST_F(Compensate, the_running_task_is_cut_off_without_retry) {
  run(machine("T", named("T", {kFunction, R"("Retry":[{"ErrorEquals":["States.ALL"]}])", kCatch,
                               R"("TimeoutSeconds":60,"End":true)"})));
  auto const cut = live().open_task();
  ASSERT_EQ(ask(), Reply::kDone);
  EXPECT_EQ(at(), "U");
  EXPECT_EQ(error(), R"({"Error":"Treadle.Compensate","Cause":"enough"})");
  EXPECT_THAT(types(),
              ElementsAre("ExecutionStarted", "TaskStateEntered", "LambdaFunctionScheduled",
                          "LambdaFunctionStarted", "LambdaFunctionTimedOut", "TaskStateExited",
                          "TaskStateEntered", "LambdaFunctionScheduled", "LambdaFunctionStarted"));
  EXPECT_EQ(e->tell(record::CallSucceeded{.scheduled = cut, .output = "{}"}), Reply::kIgnored);
  EXPECT_EQ(ask(), Reply::kIgnored) << "it is on its way";
  succeed();
  e->check_ended();
  EXPECT_EQ(ask(), Reply::kNotRunning);
}

TEST_F(Compensate, the_outside_is_told_to_let_go) {
  run(machine("T", named("T", {kFunction, kCatch, R"("End":true)"})));
  auto const cut = live().open_task();
  auto const before = live().events.size();
  ask();
  std::vector<record::Effect> wanted;
  for (auto const& event : std::span(live().events).subspan(before)) effects(event, wanted);
  EXPECT_THAT(wanted, testing::Contains(record::Effect{record::EffectKind::kCancelTask, cut}));
}

TEST_F(Compensate, a_catch_of_time_outs_comes_before_one_of_everything) {
  run(machine("T", named("T", {kFunction, R"("Next":"P")",
                               R"("Catch":[{"ErrorEquals":["States.TaskFailed"],"Next":"P"},)"
                               R"({"ErrorEquals":["States.Timeout"],"Next":"U"},)"
                               R"({"ErrorEquals":["States.ALL"],"Next":"P"}])"}) +
                       "," + named("P", {R"("Type":"Pass","End":true)"})));
  ASSERT_EQ(ask(), Reply::kDone);
  EXPECT_EQ(at(), "U");
}

TEST_F(Compensate, a_task_that_backs_off_is_not_tried_again) {
  run(machine("T", named("T", {kFunction, R"("Retry":[{"ErrorEquals":["States.ALL"]}])", kCatch,
                               R"("End":true)"})));
  e->tell(record::CallFailed{.scheduled = live().open_task(), .error = {"E", ""}});
  ASSERT_EQ(e->state().scopes.front().phase, Phase::kBackoff);
  ASSERT_EQ(ask(), Reply::kDone);
  EXPECT_EQ(at(), "U");
}

TEST_F(Compensate, of_a_parallel_state_the_branches_are_aborted) {
  auto const inner =
      named("I", {kFunction, R"("Catch":[{"ErrorEquals":["States.ALL"],"Next":"J"}])",
                  R"("End":true)"}) +
      "," + named("J", {R"("Type":"Pass","End":true)"});
  run(machine(
      "L",
      fmt::format(
          R"("L":{{"Type":"Parallel","End":true,{},"Branches":[{{"StartAt":"I","States":{{{}}}}}]}})",
          kCatch, inner)));
  ASSERT_EQ(ask(), Reply::kDone);
  EXPECT_EQ(at(), "U");
  EXPECT_THAT(types(), testing::Contains("ParallelStateFailed"));
  EXPECT_THAT(types(), testing::Contains("TaskStateAborted"));
}

TEST_F(Compensate, what_has_no_way_back_goes_on_untouched) {
  struct Row {
    std::string_view catchers;
    bool is_undone;
    std::string_view why;
  };
  constexpr std::string_view kForward = R"("Catch":[{"ErrorEquals":["States.ALL"],"Next":"P"}],)";
  constexpr std::string_view kDefinite =
      R"("Catch":[{"ErrorEquals":["States.TaskFailed"],"Next":"U"}],)";
  constexpr std::string_view kBack = R"("Catch":[{"ErrorEquals":["States.ALL"],"Next":"U"}],)";
  for (auto const& row :
       {Row{"", true, "the state 'T', which has no Catch that takes"},
        Row{kForward, true, "the state 'T', which has no Catch that takes"},
        Row{kDefinite, true, "the state 'T', which has no Catch that takes"},
        Row{kBack, false, "the state 'T', and nothing undoes what 'T' may have"}}) {
    SCOPED_TRACE(row.catchers);
    run(machine(
            "A",
            fmt::format(
                R"("A":{{{0},{1},"Next":"T"}},"T":{{{0},{2}"Next":"P"}},"P":{{"Type":"Pass","End":true}})",
                kFunction, kCatch, row.catchers)),
        row.is_undone ? std::vector<std::string_view>{} : std::vector<std::string_view>{"T"});
    succeed();  // A
    EXPECT_EQ(ask(), Reply::kNotCompensable);
    EXPECT_THAT(why_not(), HasSubstr(row.why));
    succeed();
    EXPECT_EQ(e->state().status, Status::kSucceeded);
  }
}

TEST_F(Compensate, a_machine_that_undoes_nothing_is_no_saga) {
  run(machine("T", named("T", {kFunction, kCatch, R"("End":true)"})));
  live().way_back->is_saga = false;
  EXPECT_EQ(ask(), Reply::kNotCompensable);
  live().way_back.reset();
  EXPECT_EQ(ask(), Reply::kNotCompensable);
}

TEST_F(Compensate, a_wait_before_a_step_ends_and_the_step_is_not_called) {
  run(machine("W", named("W", {R"("Type":"Wait","Seconds":90,"Next":"T")"}) + "," +
                       named("T", {kFunction, kCatch, R"("End":true)"})));
  ASSERT_EQ(ask(), Reply::kDone);
  EXPECT_EQ(at(), "U");
  EXPECT_THAT(types(), ElementsAre("ExecutionStarted", "WaitStateEntered", "WaitStateExited",
                                   "TaskStateEntered", "TaskStateExited", "TaskStateEntered",
                                   "LambdaFunctionScheduled", "LambdaFunctionStarted"));
}

TEST_F(Compensate, a_step_that_was_not_called_fails_definitely) {
  run(machine("W", named("W", {R"("Type":"Wait","Seconds":90,"Next":"T")"}) + "," +
                       named("T", {kFunction, R"("End":true)",
                                   R"("Catch":[{"ErrorEquals":["States.Timeout"],"Next":"U"},)"
                                   R"({"ErrorEquals":["States.ALL"],"Next":"F"}])"})));
  ASSERT_EQ(ask(), Reply::kDone);
  EXPECT_EQ(e->state().status, Status::kFailed) << "U undoes what was never tried";
}

TEST_F(Compensate, a_request_is_kept_until_a_state_has_a_way) {
  run(machine("W", named("W", {R"("Type":"Wait","Seconds":90,"Next":"P")"}) + "," +
                       named("P", {R"("Type":"Pass","Next":"N")"}) + "," +
                       named("N", {kFunction, R"("Next":"T")"}) + "," +
                       named("T", {kFunction, kCatch, R"("End":true)"})));
  ASSERT_EQ(ask(), Reply::kDone);
  EXPECT_EQ(at(), "W");
  EXPECT_EQ(e->state().compensation.stage, CompensationStage::kRequested);
  EXPECT_EQ(ask(), Reply::kIgnored);
  e->kill();
  wait_until_due();
  EXPECT_EQ(at(), "N") << "which has no Catch, and runs";
  succeed();
  EXPECT_EQ(at(), "U");
}

TEST_F(Compensate, a_wait_behind_which_nothing_leads_back_refuses) {
  run(machine("A", named("A", {kFunction, kCatch, R"("Next":"W")"}) + "," +
                       named("W", {R"("Type":"Wait","Seconds":90,"Next":"T")"}) + "," +
                       named("T", {kFunction, R"("End":true)"})));
  succeed();
  EXPECT_EQ(ask(), Reply::kNotCompensable);
  EXPECT_THAT(why_not(), HasSubstr("it is in the state 'W', and no state from there on"));
}

TEST_F(Compensate, a_nested_execution_ends_first) {
  run(machine("T", named("T", {kChild, R"("Retry":[{"ErrorEquals":["States.ALL"]}])", kCatch,
                               R"("End":true)"})));
  auto const task = live().open_task();
  ASSERT_EQ(ask(), Reply::kDone);
  EXPECT_FALSE(e->state().scopes.front().task->is_asked) << "it is not known yet";
  e->kill();
  e->tell(record::CallSucceeded{.scheduled = task, .output = R"({"ExecutionArn":"c"})"});
  EXPECT_TRUE(e->state().scopes.front().task->is_asked);
  EXPECT_EQ(at(), "T");
  e->kill();
  e->tell(record::JobFailed{.scheduled = task, .error = {"States.TaskFailed", "undone"}});
  EXPECT_EQ(at(), "U");
  EXPECT_THAT(error(), HasSubstr("Treadle.Compensate"));
  EXPECT_TRUE(e->state().stopping.empty());
}

TEST_F(Compensate, a_nested_execution_that_completes_is_a_step_that_is_done) {
  run(machine("T", named("T", {kChild, kCatch, R"("Next":"S")"}) + "," +
                       named("S", {kFunction, kCatch, R"("End":true)"})));
  auto const task = live().open_task();
  e->tell(record::CallSucceeded{.scheduled = task, .output = R"({"ExecutionArn":"c"})"});
  ask();
  e->tell(record::JobSucceeded{.scheduled = task, .output = "{}"});
  EXPECT_EQ(at(), "U");
  EXPECT_EQ(std::ranges::count(types(), "LambdaFunctionScheduled"), 1) << "U's; S never began";
}

TEST_F(Compensate, beside_a_nested_execution_nothing_new_begins_and_nothing_is_aborted) {
  auto const beside =
      named("A", {kFunction, R"("Next":"B")"}) + "," + named("B", {kFunction, R"("End":true)"});
  run(machine(
      "L",
      fmt::format(
          R"("L":{{"Type":"Parallel","End":true,{},"Branches":[{{"StartAt":"C","States":{{{}}}}},{{"StartAt":"A","States":{{{}}}}},{{"StartAt":"D","States":{{{}}}}}]}})",
          kCatch, named("C", {kChild, R"("End":true)"}), beside,
          named("D", {kFunction, R"("End":true)"}))));
  auto const task_of = [&](std::string_view name) -> record::HistoryId {
    for (auto const& s : e->state().scopes)
      if (s.task && live().definition->state(s.state).name == name) return s.task->scheduled;
    return 0;
  };
  auto const child = task_of("C");
  e->tell(record::CallSucceeded{.scheduled = child, .output = R"({"ExecutionArn":"c"})"});
  ASSERT_EQ(ask(), Reply::kDone);
  e->tell(record::CallSucceeded{.scheduled = task_of("A"), .output = "{}"});
  EXPECT_EQ(task_of("B"), 0U) << "held";
  e->tell(record::CallFailed{.scheduled = task_of("D"), .error = {"E", ""}});
  EXPECT_EQ(task_of("C"), child) << "a branch that fails does not take the child with it";
  e->kill();
  e->tell(record::JobFailed{.scheduled = child, .error = {"States.TaskFailed", "undone"}});
  EXPECT_EQ(at(), "U");
}

TEST_F(Compensate, a_deadline_routes_like_a_request) {
  deadline = 20;
  run(machine("T", named("T", {kFunction, kCatch, R"("End":true)"})));
  wait_until_due();
  EXPECT_EQ(at(), "U");
  EXPECT_THAT(error(), HasSubstr("The deadline of the saga has passed."));
  succeed();
  e->check_ended();
}

TEST_F(Compensate, a_deadline_that_finds_no_way_is_kept) {
  deadline = 20;
  run(machine("N", named("N", {kFunction, R"("Next":"T")"}) + "," +
                       named("T", {kFunction, kCatch, R"("End":true)"})));
  wait_until_due();
  EXPECT_EQ(at(), "N");
  succeed();
  EXPECT_EQ(at(), "U");
}

TEST_F(Compensate, a_deadline_behind_the_pivot_is_dropped) {
  deadline = 20;
  run(machine("T", named("T", {kFunction, kCatch, R"("Next":"N")"}) + "," +
                       named("N", {kFunction, R"("End":true)"})),
      {"T"});
  wait_until_due();
  EXPECT_EQ(e->state().compensation.stage, CompensationStage::kNone);
  EXPECT_EQ(ask(), Reply::kNotCompensable);
  succeed();
  succeed();
  EXPECT_EQ(e->state().status, Status::kSucceeded);
}

TEST_F(Compensate, a_deadline_goes_with_the_execution) {
  deadline = 20;
  run(machine("T", named("T", {kFunction, kCatch, R"("End":true)"})));
  succeed();
  e->check_ended();
  EXPECT_EQ(e->state().status, Status::kSucceeded);
}

TEST_F(Compensate, a_deadline_on_the_way_back_changes_nothing) {
  deadline = 20;
  run(machine("T", named("T", {kFunction, kCatch, R"("End":true)"})));
  e->tell(record::CallFailed{.scheduled = live().open_task(), .error = {"E", ""}});
  ASSERT_EQ(at(), "U");
  wait_until_due();
  EXPECT_EQ(at(), "U");
  EXPECT_EQ(e->state().compensation.stage, CompensationStage::kNone);
  EXPECT_EQ(ask(), Reply::kIgnored);
}

}  // namespace
}  // namespace treadle::interpreter
