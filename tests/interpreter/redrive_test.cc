// Redrive: an execution that ended badly goes on where it failed, with what it had.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/interpreter/execution.h"
#include "tests/support/state_text.h"
#include "treadle/interpreter/apply.h"

namespace treadle::interpreter {
namespace {

using record::Reply;
using testing::Contains;
using testing::ElementsAre;
using testing::Not;

constexpr char kFunction[] = R"("Resource":"arn:aws:lambda:us-east-1:123456789012:function:f")";

auto task(std::string_view name, std::string_view more) -> std::string {
  return std::string("\"") + std::string(name) + R"(":{"Type":"Task",)" + kFunction + "," +
         std::string(more) + "}";
}

void fail_open_task(Execution& e) {
  e.tell(record::CallFailed{.scheduled = e.open_task(), .error = {"Boom", "why"}});
}

void expect_replay_to_agree(Execution const& e) {
  ExecutionState replayed;
  for (auto const& event : e.events) apply(replayed, event);
  EXPECT_EQ(state_text(replayed), state_text(e.state));
}

TEST(Redrive, FailedTaskIsScheduledAgain) {
  Execution e(R"({"StartAt":"T","States":{)" + task("T", R"("End":true)") + "}}");
  e.start(R"({"a":1})");
  fail_open_task(e);
  ASSERT_EQ(e.state.status, Status::kFailed);
  EXPECT_EQ(e.tell(record::RedriveExecution{}), Reply::kDone);
  EXPECT_EQ(e.state.status, Status::kRunning);
  EXPECT_EQ(e.state.redrive_count, 1U);
  e.tell(record::CallSucceeded{.scheduled = e.open_task(), .output = "7"});
  EXPECT_THAT(e.shape(), ElementsAre("1<0 ExecutionStarted", "2<0 TaskStateEntered",
                                     "3<2 LambdaFunctionScheduled", "4<3 LambdaFunctionStarted",
                                     "5<4 LambdaFunctionFailed", "6<5 ExecutionFailed",
                                     "7<6 ExecutionRedriven", "8<7 LambdaFunctionScheduled",
                                     "9<8 LambdaFunctionStarted", "10<9 LambdaFunctionSucceeded",
                                     "11<10 TaskStateExited", "12<11 ExecutionSucceeded"));
  EXPECT_EQ(e.output(), "7");
  expect_replay_to_agree(e);
}

TEST(Redrive, RetriersStartAfresh) {
  Execution e(R"({"StartAt":"T","States":{)" +
              task("T", R"("Retry":[{"ErrorEquals":["Boom"],"MaxAttempts":1}],"End":true)") + "}}");
  e.start();
  fail_open_task(e);
  ASSERT_TRUE(e.fire_next_timer());
  fail_open_task(e);
  ASSERT_EQ(e.state.status, Status::kFailed);
  e.tell(record::RedriveExecution{});
  fail_open_task(e);
  EXPECT_TRUE(e.fire_next_timer()) << "another retry is granted";
}

TEST(Redrive, ParallelKeepsTheBranchThatSucceeded) {
  Execution e(R"({"StartAt":"L","States":{"L":{"Type":"Parallel","End":true,"Branches":[
    {"StartAt":"P","States":{"P":{"Type":"Pass","Result":"kept","End":true}}},
    {"StartAt":"T","States":{)" +
              task("T", R"("End":true)") + R"(}},
    {"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":60,"End":true}}}]}}})");
  e.start();
  fail_open_task(e);
  ASSERT_EQ(e.state.status, Status::kFailed);
  EXPECT_EQ(pending(e.state), Pending{});
  e.tell(record::RedriveExecution{});
  e.tell(record::CallSucceeded{.scheduled = e.open_task(), .output = "\"again\""});
  ASSERT_TRUE(e.fire_next_timer());
  EXPECT_EQ(e.state.status, Status::kSucceeded);
  EXPECT_EQ(e.output(), R"(["kept","again",{}])");
  expect_replay_to_agree(e);
}

TEST(Redrive, MapRunsOnlyIterationsThatHadNotEnded) {
  Execution e(R"({"StartAt":"M","States":{"M":{"Type":"Map","MaxConcurrency":1,"End":true,
    "ItemProcessor":{"StartAt":"T","States":{)" +
              task("T", R"("End":true)") + "}}}}}");
  e.start("[1,2,3]");
  e.tell(record::CallSucceeded{.scheduled = e.open_task(), .output = "10"});
  fail_open_task(e);
  ASSERT_EQ(e.state.status, Status::kFailed);
  e.tell(record::RedriveExecution{});
  for (auto const* output : {"20", "30"})
    e.tell(record::CallSucceeded{.scheduled = e.open_task(), .output = output});
  EXPECT_EQ(e.output(), "[10,20,30]");
  expect_replay_to_agree(e);
}

TEST(Redrive, WhatACatcherSettledStaysSettled) {
  Execution e(R"({"StartAt":"L","States":{"L":{"Type":"Parallel","Next":"T",
      "Catch":[{"ErrorEquals":["States.ALL"],"Next":"T"}],"Branches":[
      {"StartAt":"F","States":{"F":{"Type":"Fail","Error":"E"}}},
      {"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":60,"End":true}}}]},)" +
              task("T", R"("End":true)") + "}}");
  e.start();
  fail_open_task(e);
  e.tell(record::RedriveExecution{});
  EXPECT_EQ(e.state.scopes.size(), 1U);
  e.tell(record::CallSucceeded{.scheduled = e.open_task(), .output = "1"});
  EXPECT_EQ(e.state.status, Status::kSucceeded);
  EXPECT_TRUE(e.state.frontier.empty());
}

TEST(Redrive, AbortedWaitStartsAgainAndTheTimeoutToo) {
  Execution e(
      R"({"StartAt":"W","TimeoutSeconds":100,"States":{"W":{"Type":"Wait","Seconds":60,"End":true}}})");
  e.start();
  e.tell(record::StopExecution{});
  ASSERT_EQ(e.state.status, Status::kAborted);
  e.now += std::chrono::seconds(1'000);
  e.tell(record::RedriveExecution{});
  auto const begin = e.now;
  EXPECT_EQ(pending(e.state).timers.size(), 2U);
  ASSERT_TRUE(e.fire_next_timer());
  EXPECT_EQ(e.now - begin, std::chrono::seconds(60));
  EXPECT_EQ(e.state.status, Status::kSucceeded);
}

TEST(Redrive, ContextTellsOfIt) {
  Execution e(R"({"StartAt":"T","States":{)" +
              task("T", R"("Parameters":{"e.$":"$$.Execution.RedriveCount"},"End":true)") + "}}");
  e.start();
  fail_open_task(e);
  e.tell(record::RedriveExecution{});
  auto const& scheduled = std::get<record::TaskScheduled>((e.events.end() - 2)->fact);
  EXPECT_EQ(e.payloads.text(scheduled.parameters), R"({"e":1})");
}

TEST(Redrive, RefusedWhereThereIsNothingToGoOnWith) {
  Execution succeeded(R"({"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}})");
  EXPECT_EQ(succeeded.tell(record::RedriveExecution{}), Reply::kNotRedrivable);
  succeeded.start();
  EXPECT_EQ(succeeded.tell(record::RedriveExecution{}), Reply::kNotRedrivable);
  Execution running(R"({"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":6,"End":true}}})");
  running.start();
  EXPECT_EQ(running.tell(record::RedriveExecution{}), Reply::kNotRedrivable);
  Execution full(R"({"StartAt":"F","States":{"F":{"Type":"Fail"}}})");
  full.start();
  full.history_events_max = 4;
  EXPECT_EQ(full.tell(record::RedriveExecution{}), Reply::kNotRedrivable);
  EXPECT_THAT(full.shape(), Not(Contains("4<3 ExecutionRedriven")));
  full.history_events_max = 5;
  EXPECT_EQ(full.tell(record::RedriveExecution{}), Reply::kDone);
  EXPECT_THAT(full.shape(), Contains("4<3 ExecutionRedriven"));
  EXPECT_EQ(full.events.back().first_history_id, 5U);
  EXPECT_EQ(full.state.status, Status::kFailed);
}

TEST(Redrive, StatesThatFailAtOnceWaitEachForTheirRetry) {
  constexpr char kFails[] =
      R"-("Parameters":{"x.$":"States.ArrayGetItem($,9)"},"Retry":[{"ErrorEquals":["States.ALL"]}],)-";
  auto const branch = [&](std::string const& name) {
    return R"({"StartAt":")" + name + R"(","States":{)" +
           task(name, std::string(kFails) + R"("End":true)") + "}}";
  };
  Execution e(R"({"StartAt":"L","States":{"L":{"Type":"Parallel","End":true,"Branches":[)" +
              branch("A") + "," + branch("B") + "]}}}");
  e.start();
  e.tell(record::StopExecution{});
  e.tell(record::RedriveExecution{});
  auto const timers = pending(e.state).timers;
  ASSERT_EQ(timers.size(), 2U);
  EXPECT_NE(timers[0], timers[1]) << "they would be one row";
}

TEST(Redrive, RemembersTheLastTokens) {
  Execution e(R"({"StartAt":"F","States":{"F":{"Type":"Fail"}}})");
  e.start();
  std::vector<std::string> tokens;  // events view them
  for (int i = 0; i < 12; ++i) tokens.push_back(std::to_string(i));
  for (auto const& token : tokens)
    ASSERT_EQ(e.tell(record::RedriveExecution{.client_token = token}), Reply::kDone);
  e.tell(record::RedriveExecution{});
  ASSERT_EQ(e.state.redrive_tokens.size(), limits::kRedriveTokens);
  EXPECT_EQ(e.state.redrive_tokens.front().token, "2");
  EXPECT_EQ(e.state.redrive_tokens.back().token, "11");
  EXPECT_EQ(e.state.redrive_count, 13U);
  expect_replay_to_agree(e);
}

}  // namespace
}  // namespace treadle::interpreter
