// Histories, event by event: types, ids and previousEventId.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/interpreter/execution.h"

namespace treadle::interpreter {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;

TEST(History, PassAndSucceed) {
  Execution e(
      R"({"StartAt":"A","States":{"A":{"Type":"Pass","Result":{"x":1},"Next":"B"},"B":{"Type":"Succeed"}}})");
  e.start();
  EXPECT_THAT(e.shape(), ElementsAre("1<0 ExecutionStarted", "2<0 PassStateEntered",
                                     "3<2 PassStateExited", "4<3 SucceedStateEntered",
                                     "5<4 SucceedStateExited", "6<5 ExecutionSucceeded"));
  EXPECT_EQ(e.output(), R"({"x":1})");
}

TEST(History, MapOneAfterTheOther) {
  Execution e(R"({"StartAt":"M","States":{"M":{"Type":"Map","MaxConcurrency":1,"End":true,
    "ItemProcessor":{"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}}}}})");
  e.start("[1, 2]");
  EXPECT_THAT(
      e.shape(),
      ElementsAre("1<0 ExecutionStarted", "2<0 MapStateEntered", "3<2 MapStateStarted",
                  "4<3 MapIterationStarted", "5<4 PassStateEntered", "6<5 PassStateExited",
                  "7<6 MapIterationSucceeded", "8<6 MapIterationStarted", "9<8 PassStateEntered",
                  "10<9 PassStateExited", "11<10 MapIterationSucceeded", "12<11 MapStateSucceeded",
                  "13<11 MapStateExited", "14<13 ExecutionSucceeded"));
  EXPECT_EQ(e.output(), "[1,2]");
}

TEST(History, MapTwoAtATime) {
  Execution e(R"({"StartAt":"M","States":{"M":{"Type":"Map","MaxConcurrency":2,"End":true,
    "ItemProcessor":{"StartAt":"W","States":{"W":{"Type":"Wait","SecondsPath":"$","End":true}}}}}})");
  e.start("[5, 3, 1]");
  while (e.fire_next_timer()) {}
  EXPECT_THAT(
      e.shape(),
      ElementsAre("1<0 ExecutionStarted", "2<0 MapStateEntered", "3<2 MapStateStarted",
                  "4<3 MapIterationStarted", "5<3 MapIterationStarted", "6<4 WaitStateEntered",
                  "7<5 WaitStateEntered", "8<7 WaitStateExited", "9<8 MapIterationSucceeded",
                  "10<8 MapIterationStarted", "11<10 WaitStateEntered", "12<11 WaitStateExited",
                  "13<12 MapIterationSucceeded", "14<6 WaitStateExited",
                  "15<14 MapIterationSucceeded", "16<15 MapStateSucceeded", "17<15 MapStateExited",
                  "18<17 ExecutionSucceeded"));
  EXPECT_EQ(e.output(), "[5,3,1]");
}

// They count for Distributed Maps alone.
TEST(History, InlineMapToleratesNoFailure) {
  Execution e(R"({"StartAt":"M","States":{"M":{"Type":"Map","ToleratedFailureCount":2,"End":true,
    "ItemProcessor":{"StartAt":"F","States":{"F":{"Type":"Fail","Error":"E"}}}}}})");
  e.start("[1]");
  EXPECT_EQ(e.state.status, Status::kFailed);
  EXPECT_EQ(e.state.error, "E");
}

TEST(History, ParallelKeepsTheSpacingOfItsInput) {
  Execution e(R"({"StartAt":"L","States":{"L":{"Type":"Parallel","End":true,
    "Branches":[{"StartAt":"B","States":{"B":{"Type":"Pass","End":true}}}]}}})");
  e.start("[[1, 2], [3]]");
  EXPECT_THAT(e.shape(), ElementsAre("1<0 ExecutionStarted", "2<0 ParallelStateEntered",
                                     "3<2 ParallelStateStarted", "4<3 PassStateEntered",
                                     "5<4 PassStateExited", "6<5 ParallelStateSucceeded",
                                     "7<5 ParallelStateExited", "8<7 ExecutionSucceeded"));
  EXPECT_EQ(e.output(), "[[[1, 2], [3]]]");
}

TEST(History, FailedBranchAbortsItsSiblings) {
  Execution e(
      R"({"StartAt":"L","States":{"L":{"Type":"Parallel","End":true,"Catch":[{"ErrorEquals":["Boom"],"Next":"C"}],
    "Branches":[{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":60,"End":true}}},
                {"StartAt":"F","States":{"F":{"Type":"Fail","Error":"Boom","Cause":"why"}}}]},
    "C":{"Type":"Pass","End":true}}})");
  e.start();
  EXPECT_THAT(
      e.shape(),
      ElementsAre("1<0 ExecutionStarted", "2<0 ParallelStateEntered", "3<2 ParallelStateStarted",
                  "4<3 WaitStateEntered", "5<3 FailStateEntered", "6<4 WaitStateAborted",
                  "7<5 ParallelStateFailed", "8<7 ParallelStateExited", "9<8 PassStateEntered",
                  "10<9 PassStateExited", "11<10 ExecutionSucceeded"));
  EXPECT_EQ(e.output(), R"({"Error":"Boom","Cause":"why"})");
  EXPECT_EQ(pending(e.state), Pending{});
}

constexpr char kTask[] =
    R"({"StartAt":"T","States":{"T":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:f",
  "TimeoutSeconds":10,"Retry":[{"ErrorEquals":["Slow"],"IntervalSeconds":5,"MaxAttempts":1}],
  "Catch":[{"ErrorEquals":["States.Timeout"],"ResultPath":"$.error","Next":"C"}],"End":true},"C":{"Type":"Pass","End":true}}})";

TEST(History, TaskIsRetriedAfterItsDelay) {
  Execution e(kTask);
  e.start();
  auto const begin = e.now;
  e.tell(record::CallFailed{.scheduled = e.open_task(), .error = {"Slow", "too slow"}});
  ASSERT_TRUE(e.fire_next_timer());
  EXPECT_EQ(e.now - begin, std::chrono::seconds(5));
  e.tell(record::CallSucceeded{.scheduled = e.open_task(), .output = "{\"ok\": 1}"});
  EXPECT_THAT(e.shape(), ElementsAre("1<0 ExecutionStarted", "2<0 TaskStateEntered",
                                     "3<2 LambdaFunctionScheduled", "4<3 LambdaFunctionStarted",
                                     "5<4 LambdaFunctionFailed", "6<5 LambdaFunctionScheduled",
                                     "7<6 LambdaFunctionStarted", "8<7 LambdaFunctionSucceeded",
                                     "9<8 TaskStateExited", "10<9 ExecutionSucceeded"));
  EXPECT_EQ(e.output(), "{\"ok\": 1}");
}

TEST(History, TimedOutTaskIsCaught) {
  Execution e(kTask);
  e.start(R"({"a":1})");
  ASSERT_TRUE(e.fire_next_timer());
  EXPECT_EQ(e.output(), R"({"a":1,"error":{"Error":"States.Timeout","Cause":""}})");
  EXPECT_EQ(e.tell(record::CallSucceeded{.scheduled = 3, .output = "{}"}), record::Reply::kIgnored);
}

TEST(History, CallbackBeforeTheCallReturned) {
  Execution e(
      R"({"StartAt":"T","States":{"T":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken",
    "Parameters":{"FunctionName":"f","Payload":{"token.$":"$$.Task.Token"}},"End":true}}})");
  e.start();
  EXPECT_EQ(e.payloads.text(std::get<record::TaskScheduled>(e.events[2].fact).parameters),
            R"({"FunctionName":"f","Payload":{"token":"token-3"}})");
  EXPECT_EQ(e.tell(record::TokenSucceeded{.scheduled = 3, .output = "7"}), record::Reply::kDone);
  EXPECT_EQ(e.tell(record::CallSucceeded{.scheduled = 3, .output = "{}"}), record::Reply::kIgnored);
  EXPECT_EQ(e.tell(record::TokenSucceeded{.scheduled = 3, .output = "8"}),
            record::Reply::kTaskGone);
  EXPECT_EQ(e.output(), "7");
}

constexpr auto kJob =
    R"({"StartAt":"J","States":{"J":{"Type":"Task","Resource":"arn:aws:states:::batch:submitJob.sync",
    "Parameters":{"JobName":"j","JobQueue":"q","JobDefinition":"d"},"TimeoutSeconds":60,"End":true}}})";

// Source: recorded, callback.start_execution_sync.
TEST(History, AJobIsSubmittedAndThenEnds) {
  Execution e(kJob);
  e.start();
  e.tell(record::CallSucceeded{.scheduled = 3, .output = R"({"JobId":"1"})"});
  EXPECT_EQ(e.payloads.text(e.state.scopes[0].task->submission), R"({"JobId":"1"})");
  EXPECT_EQ(e.tell(record::CallSucceeded{.scheduled = 3, .output = "{}"}), record::Reply::kIgnored);
  e.tell(record::JobSucceeded{.scheduled = 3, .output = R"({"Status":"SUCCEEDED"})"});
  EXPECT_EQ(e.shape(), (std::vector<std::string>{"1<0 ExecutionStarted", "2<0 TaskStateEntered",
                                                 "3<2 TaskScheduled", "4<3 TaskStarted",
                                                 "5<4 TaskSubmitted", "6<5 TaskSucceeded",
                                                 "7<6 TaskStateExited", "8<7 ExecutionSucceeded"}));
  EXPECT_EQ(e.output(), R"({"Status":"SUCCEEDED"})");
  EXPECT_EQ(pending(e.state), Pending{});
}

TEST(History, AJobThatIsNotTakenFailsToBeSubmitted) {
  Execution e(kJob);
  e.start();
  e.tell(record::CallFailed{.scheduled = 3, .error = {"Batch.ClientException", "no such queue"}});
  EXPECT_EQ(e.shape()[4], "5<4 TaskSubmitFailed");
  EXPECT_EQ(e.state.error, "Batch.ClientException");
}

TEST(History, AJobThatTimesOutIsStoppedAfterTheEnd) {
  Execution e(kJob);
  e.start();
  e.tell(record::CallSucceeded{.scheduled = 3, .output = R"({"JobId":"1"})"});
  ASSERT_TRUE(e.fire_next_timer());
  EXPECT_EQ(e.state.status, Status::kFailed);
  using Outbox = std::vector<std::pair<HistoryId, OutboxKind>>;
  EXPECT_EQ(pending(e.state).outbox, (Outbox{{3, OutboxKind::kStopJob}}));
  auto const shown = e.shape();
  EXPECT_EQ(e.tell(record::JobWasStopped{.scheduled = 3}), record::Reply::kDone);
  EXPECT_EQ(e.shape(), shown) << "no history shows it";
  EXPECT_EQ(pending(e.state), Pending{});
}

TEST(History, CredentialsAreShownWhereTheTaskIsScheduled) {
  Execution e(
      R"({"StartAt":"T","States":{"T":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke",
    "Credentials":{"RoleArn.$":"$.role"},"Parameters":{"FunctionName":"f"},"End":true}}})");
  e.start(R"({"role":"arn:aws:iam::111122223333:role/other"})");
  auto const shown = project(e.events[2]);
  ASSERT_TRUE(shown);
  EXPECT_EQ(shown->details.back().name, "taskCredentials");
  EXPECT_EQ(std::get<record::TaskCredentials>(shown->details.back().value).role_arn,
            "arn:aws:iam::111122223333:role/other");
}

TEST(History, EndlessLoopYieldsAndEndsAtTheLimit) {
  Execution e(R"({"StartAt":"A","States":{"A":{"Type":"Pass","Next":"C"},
    "C":{"Type":"Choice","Choices":[{"Variable":"$.never","IsPresent":true,"Next":"S"}],"Default":"A"},"S":{"Type":"Succeed"}}})");
  e.start();
  int turns = 1;
  for (; e.state.yielded; ++turns) e.tell(record::Continue{});
  EXPECT_GT(turns, 20);
  EXPECT_EQ(e.state.status, Status::kFailed);
  EXPECT_EQ(e.state.last_history_id, 25'000U);
  EXPECT_EQ(e.shape().back(), "25000<24999 ExecutionFailed");
  EXPECT_EQ(e.state.cause, "The execution reached the maximum number of history events (25000).");
}

TEST(History, StopClosesEverything) {
  Execution e(kTask);
  e.start();
  EXPECT_EQ(e.tell(record::StopExecution{.error = "E", .cause = "c"}), record::Reply::kDone);
  EXPECT_EQ(e.shape().back(), "5<0 ExecutionAborted");
  EXPECT_EQ(pending(e.state), Pending{});
  EXPECT_EQ(e.tell(record::StopExecution{}), record::Reply::kNotRunning);
}

struct CauseCase {
  char const* name;
  char const* state;
  char const* input;
  char const* error;
  char const* cause;
};

CauseCase const kCauses[] = {
    {"input_path", R"({"Type":"Pass","InputPath":"$.no","End":true})", "{}", "States.Runtime",
     "An error occurred while executing the state 'A' (entered at the event id #2). Invalid path "
     "'$.no' : No results for path: "
     "$['no']"},
    {"seconds_path_negative", R"({"Type":"Wait","SecondsPath":"$.s","End":true})", R"({"s":-1})",
     "States.Runtime",
     "An error occurred while executing the state 'A' (entered at the event id #2). The "
     "SecondsPath parameter references a "
     "negative value: $.s == -1"},
    {"seconds_path_fraction", R"({"Type":"Wait","SecondsPath":"$.s","End":true})", R"({"s":1.5})",
     "States.Runtime",
     "An error occurred while executing the state 'A' (entered at the event id #2). The "
     "SecondsPath parameter cannot be parsed "
     "as a long value: $.s == 1.5"},
    {"map_input",
     R"({"Type":"Map","ItemProcessor":{"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}},"End":true})",
     "1", "States.Runtime",
     "An error occurred while executing the state 'A' (entered at the event id #2). Map state "
     "input must be an array but was: 1"},
    {"fail", R"({"Type":"Fail","Error":"E","Cause":"c"})", "{}", "E", "c"},
};

TEST(History, Causes) {
  for (auto const& c : kCauses) {
    SCOPED_TRACE(c.name);
    Execution e(std::string(R"({"StartAt":"A","States":{"A":)") + c.state + "}}");
    ASSERT_TRUE(e.definition);
    e.start(c.input);
    EXPECT_EQ(e.state.status, Status::kFailed);
    EXPECT_EQ(e.state.error, c.error);
    EXPECT_EQ(e.state.cause, c.cause);
  }
}

}  // namespace
}  // namespace treadle::interpreter
