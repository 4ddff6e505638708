#include "treadle/logs/levels.h"

#include <vector>

#include <gtest/gtest.h>

#include "treadle/interpreter/project.h"

namespace treadle::logs {
namespace {

// The guide's table: what is logged at FATAL and at ERROR; all else at ALL alone.
constexpr std::string_view kLoggedAtFatal[] = {"ExecutionAborted", "ExecutionFailed",
                                               "ExecutionTimedOut"};
constexpr std::string_view kLoggedAtError[] = {"FailStateEntered",
                                               "LambdaFunctionFailed",
                                               "LambdaFunctionScheduleFailed",
                                               "LambdaFunctionStartFailed",
                                               "LambdaFunctionTimedOut",
                                               "MapIterationAborted",
                                               "MapIterationFailed",
                                               "MapRunAborted",
                                               "MapRunFailed",
                                               "MapStateAborted",
                                               "MapStateFailed",
                                               "ParallelStateAborted",
                                               "ParallelStateFailed",
                                               "TaskFailed",
                                               "TaskStartFailed",
                                               "TaskStateAborted",
                                               "TaskSubmitFailed",
                                               "TaskTimedOut",
                                               "WaitStateAborted"};
constexpr std::string_view kLoggedAtAllAlone[] = {"ChoiceStateEntered",
                                                  "ChoiceStateExited",
                                                  "ExecutionStarted",
                                                  "ExecutionSucceeded",
                                                  "LambdaFunctionScheduled",
                                                  "LambdaFunctionStarted",
                                                  "LambdaFunctionSucceeded",
                                                  "MapIterationStarted",
                                                  "MapIterationSucceeded",
                                                  "MapStateEntered",
                                                  "MapStateExited",
                                                  "MapStateStarted",
                                                  "MapStateSucceeded",
                                                  "ParallelStateEntered",
                                                  "ParallelStateExited",
                                                  "ParallelStateStarted",
                                                  "ParallelStateSucceeded",
                                                  "PassStateEntered",
                                                  "PassStateExited",
                                                  "SucceedStateEntered",
                                                  "SucceedStateExited",
                                                  "TaskScheduled",
                                                  "TaskStarted",
                                                  "TaskStateEntered",
                                                  "TaskStateExited",
                                                  "TaskSubmitted",
                                                  "TaskSucceeded",
                                                  "WaitStateEntered",
                                                  "WaitStateExited"};

TEST(Levels, AreThoseOfTheGuidesTable) {
  for (auto const type : kLoggedAtFatal) EXPECT_EQ(severity_of(type), Severity::kFatal) << type;
  for (auto const type : kLoggedAtError) EXPECT_EQ(severity_of(type), Severity::kError) << type;
  for (auto const type : kLoggedAtAllAlone) EXPECT_EQ(severity_of(type), Severity::kPlain) << type;
}

TEST(Levels, ActivitiesAndEvaluationsFailLikeTheOthers) {
  for (auto const* type :
       {"ActivityFailed", "ActivityScheduleFailed", "ActivityTimedOut", "EvaluationFailed"})
    EXPECT_EQ(severity_of(type), Severity::kError) << type;
}

// One fact of each type that a history shows, in every variety that shows as another history event.
auto one_of_each() -> std::vector<record::Fact> {
  using namespace record;
  std::vector<Fact> facts = {ExecutionStarted{},   TaskScheduled{},    TaskStarted{},
                             TaskSubmitted{},      TaskSucceeded{},    ParallelStarted{},
                             ParallelSucceeded{},  MapStarted{},       MapSucceeded{},
                             IterationStarted{},   IterationFailed{},  IterationSucceeded{},
                             IterationAborted{},   EvaluationFailed{}, ExecutionRedriven{},
                             ExecutionSucceeded{}, ExecutionEnded{}};
  for (int i = 0; i <= static_cast<int>(asl::StateType::kMap); ++i) {
    StateEntered entered;
    StateExited exited;
    ScopeAborted aborted;
    entered.type = exited.type = static_cast<asl::StateType>(i);
    aborted.type = entered.type;
    facts.insert(facts.end(), {entered, exited, aborted});
  }
  for (int kind = 0; kind <= static_cast<int>(asl::ResourceKind::kService); ++kind)
    for (int how = 0; how <= static_cast<int>(TaskFailure::kSubmitFailed); ++how) {
      TaskFailed failed;
      failed.task.kind = static_cast<asl::ResourceKind>(kind);
      failed.how = static_cast<TaskFailure>(how);
      facts.emplace_back(failed);
    }
  for (auto const type : {asl::StateType::kParallel, asl::StateType::kMap}) {
    ContainerFailed failed;
    failed.type = type;
    facts.emplace_back(failed);
  }
  return facts;
}

// What is not projected at ERROR and FATAL would have been dropped.
TEST(Levels, NothingSevereIsPassedOver) {
  std::size_t severe = 0;
  for (auto& fact : one_of_each()) {
    record::JournalEvent event;
    event.first_history_id = event.history_count = 1;
    event.fact = fact;
    auto const shown = interpreter::project(event);
    ASSERT_TRUE(shown);
    if (severity_of(shown->type) == Severity::kPlain) continue;
    ++severe;
    EXPECT_TRUE(may_be_severe(event)) << shown->type;
  }
  EXPECT_GE(severe, 20U);
}

}  // namespace
}  // namespace treadle::logs
