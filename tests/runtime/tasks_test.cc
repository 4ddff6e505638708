// Tasks: what is called, what comes back, and what ends a task from outside.
#include <algorithm>

#include "tests/runtime/machines.h"
#include "tests/runtime/test_node.h"

namespace treadle::runtime::test {
namespace {

using integrations::CallStage;

class Tasks : public EngineSuite {
 protected:
  void start(std::string const& definition, std::string_view input = "{}") {
    ASSERT_EQ(outcome(node.start(node.machine(definition), "e", input)), "ok");
  }
  auto open() -> std::vector<treadle::test::ScriptedConnector::Open> const& {
    return node.connector.open();
  }
  void succeed(std::string output) {
    ASSERT_FALSE(open().empty());
    node.connector.succeed(0, std::move(output));
    node.settle();
  }
  void fail(std::string error, CallStage stage = CallStage::kRun) {
    ASSERT_FALSE(open().empty());
    node.connector.fail(0, std::move(error), stage);
    node.settle();
  }
  // Nothing is armed any longer.
  void expect_nothing_armed() {
    EXPECT_EQ(node.rows_in(Table::kTimer), 0U);
    EXPECT_EQ(node.rows_in(Table::kOutbox), 0U);
    EXPECT_EQ(node.rows_in(Table::kApproval), 0U);
  }
  auto poll(Milliseconds wait, bool gone = false)
      -> std::shared_ptr<std::optional<Answer<std::optional<ActivityTask>>>> {
    auto told = node.listen<std::optional<ActivityTask>>([&](auto done) {
      node.engine().poll_activity(
          std::string(kActivityArn), "worker", wait, [gone] { return gone; }, std::move(done));
    });
    node.settle();
    return told;
  }
};

TEST_P(Tasks, are_called_with_their_input_and_answered) {
  start(function_task(), R"({"a":1})");
  ASSERT_EQ(open().size(), 1U);
  auto const& call = open()[0].call;
  EXPECT_EQ(call.parameters, R"({"a":1})");
  EXPECT_EQ(call.resource->text, "arn:aws:lambda:us-east-1:123456789012:function:f");
  EXPECT_EQ(call.execution_arn, arn_of("e"));
  EXPECT_EQ(call.account, "123456789012");
  EXPECT_EQ(call.task_token, "");
  EXPECT_FALSE(call.idempotency_key.empty());
  EXPECT_EQ(node.rows_in(Table::kOutbox), 1U);
  succeed(R"({"r":2})");
  EXPECT_EQ(node.output("e"), R"({"r":2})");
  expect_nothing_armed();
}

struct Failing {
  std::string_view name;
  CallStage stage;
  std::string_view event;
};
Failing const kFailing[] = {{"while it ran", CallStage::kRun, "5<4 LambdaFunctionFailed"},
                            {"before it left", CallStage::kStart, "5<4 LambdaFunctionStartFailed"}};

TEST_P(Tasks, that_fail_end_the_execution) {
  for (auto const& row : kFailing) {
    SCOPED_TRACE(row.name);
    node.start(node.machine(function_task()), row.name);
    fail("E", row.stage);
    auto const history = node.history(row.name);
    EXPECT_NE(std::ranges::find(history, row.event), history.end());
    EXPECT_EQ(node.status(row.name), ExecutionStatus::kFailed);
    EXPECT_EQ(node.describe(row.name).error, "E");
  }
  expect_nothing_armed();
}

TEST_P(Tasks, are_retried_with_another_key_each_time) {
  start(function_task(
      R"("Retry":[{"ErrorEquals":["E"],"IntervalSeconds":2,"BackoffRate":3,"MaxAttempts":2}],)"));
  fail("E");
  EXPECT_EQ(open().size(), 0U);
  EXPECT_EQ(node.rows_in(Table::kTimer), 1U);
  node.advance(Milliseconds{1'999});
  EXPECT_EQ(open().size(), 0U) << "too early";
  node.advance(Milliseconds{1});
  ASSERT_EQ(open().size(), 1U);
  fail("E");
  node.advance(Milliseconds{5'999});
  EXPECT_EQ(open().size(), 0U) << "too early";
  node.advance(Milliseconds{1});
  fail("E");
  EXPECT_EQ(node.status("e"), ExecutionStatus::kFailed);
  auto const& sent = node.connector.deliveries;
  ASSERT_EQ(sent.size(), 3U);
  EXPECT_NE(sent[0].idempotency_key, sent[1].idempotency_key);
  EXPECT_NE(sent[1].idempotency_key, sent[2].idempotency_key);
  expect_nothing_armed();
}

TEST_P(Tasks, time_out_on_time) {
  start(function_task(R"("TimeoutSeconds":30,)"));
  node.advance(Milliseconds{29'999});
  EXPECT_EQ(node.status("e"), ExecutionStatus::kRunning);
  node.advance(Milliseconds{1});
  EXPECT_EQ(node.status("e"), ExecutionStatus::kFailed);
  EXPECT_EQ(node.describe("e").error, "States.Timeout");
  ASSERT_EQ(node.connector.cancels.size(), 1U);
  EXPECT_EQ(node.connector.cancels[0], node.connector.deliveries[0].id);
  auto const history = node.history("e");
  succeed("1");  // too late
  EXPECT_EQ(node.history("e"), history);
  expect_nothing_armed();
}

// ---- tokens ----

TEST_P(Tasks, wait_for_their_token_once_the_call_has_returned) {
  start(token_task());
  auto const token = open().at(0).call.task_token;
  EXPECT_NE(open()[0].call.parameters.find(token), std::string::npos);
  succeed(R"("submitted")");
  EXPECT_EQ(node.status("e"), ExecutionStatus::kRunning);
  EXPECT_EQ(node.rows_in(Table::kApproval), 1U);
  EXPECT_EQ(outcome(node.succeed_token(token, "[1]")), "ok");
  EXPECT_EQ(node.output("e"), "[1]");
  expect_nothing_armed();
}

TEST_P(Tasks, take_a_token_before_the_call_has_returned) {
  start(token_task());
  EXPECT_EQ(outcome(node.succeed_token(open().at(0).call.task_token, "[1]")), "ok");
  EXPECT_EQ(node.output("e"), "[1]");
  EXPECT_EQ(node.connector.cancels.size(), 1U);
  auto const history = node.history("e");
  succeed("2");
  EXPECT_EQ(node.history("e"), history);
  expect_nothing_armed();
}

TEST_P(Tasks, take_a_token_once) {
  start(token_task());
  auto const token = open().at(0).call.task_token;
  EXPECT_EQ(outcome(node.succeed_token(token, "1")), "ok");
  EXPECT_EQ(outcome(node.succeed_token(token, "2")), "TaskTimedOut");
  EXPECT_EQ(outcome(node.fail_token(token, "E")), "TaskTimedOut");
  EXPECT_EQ(outcome(node.heartbeat(token)), "TaskTimedOut");
  EXPECT_EQ(node.output("e"), "1");
  node.restart();
  EXPECT_EQ(outcome(node.succeed_token(token, "2")), "TaskTimedOut");
  EXPECT_EQ(node.output("e"), "1");
}

TEST_P(Tasks, fail_by_token) {
  start(token_task());
  EXPECT_EQ(outcome(node.fail_token(open().at(0).call.task_token, "Rejected")), "ok");
  EXPECT_EQ(node.describe("e").error, "Rejected");
  expect_nothing_armed();
}

TEST_P(Tasks, refuse_tokens_that_were_not_given_out) {
  start(token_task());
  auto const token = open().at(0).call.task_token;
  auto other = token;
  other[other.size() / 2] = other[other.size() / 2] == 'A' ? 'B' : 'A';
  for (auto const& bad : {std::string(), std::string("x"), other, token + "A", token.substr(1)}) {
    EXPECT_EQ(outcome(node.succeed_token(bad, "1")), "InvalidToken") << bad;
    EXPECT_EQ(outcome(node.fail_token(bad, "E")), "InvalidToken") << bad;
    EXPECT_EQ(outcome(node.heartbeat(bad)), "InvalidToken") << bad;
  }
  EXPECT_EQ(node.status("e"), ExecutionStatus::kRunning);
}

TEST_P(Tasks, live_as_long_as_their_heart_beats) {
  start(token_task(R"("TimeoutSeconds":100,"HeartbeatSeconds":10,)"));
  auto const token = open().at(0).call.task_token;
  for (int i = 0; i < 4; ++i) {
    node.advance(Milliseconds{9'999});
    ASSERT_EQ(node.status("e"), ExecutionStatus::kRunning) << i;
    EXPECT_EQ(outcome(node.heartbeat(token)), "ok");
    if (i == 2) node.restart();
  }
  EXPECT_EQ(node.history("e").size(), 4U) << "a heartbeat shows nowhere";
  node.advance(Milliseconds{9'999});
  EXPECT_EQ(node.status("e"), ExecutionStatus::kRunning);
  node.advance(Milliseconds{1});
  EXPECT_EQ(node.status("e"), ExecutionStatus::kFailed);
  EXPECT_EQ(node.describe("e").error, "States.Timeout");
  node.advance(Milliseconds{100'000});
  expect_nothing_armed();
}

// ---- activities ----

TEST_P(Tasks, of_activities_wait_for_a_worker) {
  start(activity_task(), R"({"a":1})");
  EXPECT_TRUE(node.connector.deliveries.empty());
  auto const polled = poll(std::chrono::hours{1});
  ASSERT_EQ(outcome(*polled), "ok");
  ASSERT_TRUE((*polled)->value());
  EXPECT_EQ((*polled)->value()->input, R"({"a":1})");
  EXPECT_EQ(node.history("e").back(), "4<3 ActivityStarted");
  EXPECT_EQ(outcome(node.succeed_token((*polled)->value()->token, "3")), "ok");
  EXPECT_EQ(node.output("e"), "3");
  expect_nothing_armed();
}

TEST_P(Tasks, of_activities_go_to_workers_that_wait_already) {
  auto const gone = poll(std::chrono::hours{1}, true);
  auto const polled = poll(std::chrono::hours{1});
  start(activity_task());
  EXPECT_EQ(outcome(*gone), "unanswered");
  ASSERT_EQ(outcome(*polled), "ok");
  EXPECT_TRUE((*polled)->value());
}

TEST_P(Tasks, of_activities_go_to_one_worker) {
  start(activity_task());
  auto const first = poll(std::chrono::hours{1});
  auto const second = poll(Milliseconds{0});
  ASSERT_TRUE(node.settle_until([&] { return second->has_value(); }));
  EXPECT_TRUE((*first)->value());
  EXPECT_FALSE((*second)->value());
}

TEST_P(Tasks, of_activities_that_were_aborted_are_withdrawn) {
  start(activity_task());
  EXPECT_EQ(outcome(node.stop("e")), "ok");
  auto const polled = poll(Milliseconds{0});
  ASSERT_TRUE(node.settle_until([&] { return polled->has_value(); }));
  EXPECT_FALSE((*polled)->value());
}

TEST_P(Tasks, of_activities_are_offered_again_after_a_restart_until_they_are_taken) {
  start(activity_task());
  node.restart();
  auto const polled = poll(std::chrono::hours{1});
  ASSERT_EQ(outcome(*polled), "ok");
  ASSERT_TRUE((*polled)->value());
  node.restart();
  auto const again = poll(Milliseconds{0});
  ASSERT_TRUE(node.settle_until([&] { return again->has_value(); }));
  EXPECT_FALSE((*again)->value());
  EXPECT_EQ(outcome(node.succeed_token((*polled)->value()->token, "3")), "ok");
  EXPECT_EQ(node.output("e"), "3");
}

// ---- Parallel and Map ----

TEST_P(Tasks, of_a_branch_are_cancelled_when_another_fails) {
  start(parallel_of_function_and(R"({"Type":"Wait","Seconds":5,"Next":"F"},"F":{"Type":"Fail"})"));
  ASSERT_EQ(open().size(), 1U);
  node.advance(Milliseconds{5'000});
  EXPECT_EQ(node.status("e"), ExecutionStatus::kFailed);
  ASSERT_EQ(node.connector.cancels.size(), 1U);
  EXPECT_EQ(node.connector.cancels[0], node.connector.deliveries[0].id);
  auto const history = node.history("e");
  succeed("1");
  EXPECT_EQ(node.history("e"), history);
  expect_nothing_armed();
}

TEST_P(Tasks, of_iterations_are_cancelled_when_another_fails) {
  start(map_of_functions(3), R"({"items":[1,2,3,4]})");
  ASSERT_EQ(open().size(), 3U);
  node.connector.fail(1, "E");
  node.settle();
  EXPECT_EQ(node.status("e"), ExecutionStatus::kFailed);
  ASSERT_EQ(node.connector.cancels.size(), 2U);
  EXPECT_EQ(node.connector.cancels[0], node.connector.deliveries[0].id);
  EXPECT_EQ(node.connector.cancels[1], node.connector.deliveries[2].id);
  EXPECT_EQ(node.connector.deliveries.size(), 3U) << "the fourth was not begun";
  expect_nothing_armed();
}

TEST_P(Tasks, of_iterations_run_so_many_at_a_time) {
  start(map_of_functions(2), R"({"items":[10,20,30,40,50]})");
  std::vector<std::string> given;
  while (!open().empty()) {
    EXPECT_LE(open().size(), 2U);
    auto const input = open().back().call.parameters;
    given.push_back(input);
    node.connector.succeed(open().size() - 1, input);
    node.settle();
  }
  EXPECT_EQ(given.size(), 5U);
  EXPECT_EQ(node.output("e"), "[10,20,30,40,50]");
  expect_nothing_armed();
}

INSTANTIATE_TEST_SUITE_P(Stores, Tasks, ::testing::ValuesIn(kStoreKinds), name_of_kind);

}  // namespace
}  // namespace treadle::runtime::test
