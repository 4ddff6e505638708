// Tasks that wait for a job: .sync.
#include "tests/runtime/machines.h"
#include "tests/runtime/test_node.h"

namespace treadle::runtime::test {
namespace {

using What = treadle::test::ScriptedConnector::What;

constexpr std::string_view kSubmission = R"({"JobId":"j-1"})";

auto job_task(std::string_view more = "") -> std::string {
  return fmt::format(
      R"({{"StartAt":"J","States":{{"J":{{"Type":"Task",)"
      R"("Resource":"arn:aws:states:::batch:submitJob.sync",)"
      R"("Parameters":{{"JobName":"j","JobQueue":"q","JobDefinition":"d"}},{}"End":true}}}}}})",
      more);
}

class Jobs : public EngineSuite {
 protected:
  void submit(std::string_view more = "") {
    node.start(node.machine(job_task(more)), "e");
    node.connector.succeed(0, std::string(kSubmission));
    node.settle();
  }
  auto only_open() -> treadle::test::ScriptedConnector::Open const& {
    EXPECT_EQ(node.connector.open().size(), 1U);
    return node.connector.open().at(0);
  }
};

TEST_P(Jobs, are_waited_for_with_what_their_call_returned) {
  submit();
  EXPECT_EQ(only_open().what, What::kJob);
  EXPECT_EQ(only_open().call.submission, kSubmission);
  EXPECT_EQ(only_open().call.parameters, node.connector.deliveries[0].parameters);
  EXPECT_EQ(only_open().call.idempotency_key, node.connector.deliveries[0].idempotency_key);
  node.connector.succeed(0, R"({"Status":"SUCCEEDED"})");
  node.settle();
  EXPECT_EQ(node.output("e"), R"({"Status":"SUCCEEDED"})");
  EXPECT_EQ(node.rows_in(Table::kOutbox), 0U);
}

TEST_P(Jobs, are_not_started_again_by_a_restart) {
  submit();
  node.restart();
  EXPECT_EQ(node.connector.deliveries.size(), 1U);
  EXPECT_EQ(only_open().what, What::kJob);
  EXPECT_EQ(only_open().call.submission, kSubmission);
  node.connector.fail(0, "States.TaskFailed");
  node.settle();
  EXPECT_EQ(node.status("e"), ExecutionStatus::kFailed);
}

TEST_P(Jobs, are_stopped_with_their_execution_and_again_until_that_is_done) {
  submit();
  node.stop("e");
  EXPECT_EQ(node.status("e"), ExecutionStatus::kAborted);
  ASSERT_EQ(node.connector.stops.size(), 1U);
  EXPECT_EQ(node.connector.cancels.size(), 1U);
  EXPECT_EQ(node.connector.stops[0].submission, kSubmission);
  node.restart();
  ASSERT_EQ(node.connector.stops.size(), 2U) << "nobody said that it was done";
  EXPECT_EQ(only_open().what, What::kStop);
  auto const described = node.describe("e");
  node.connector.succeed(0, "{}");
  node.settle();
  EXPECT_EQ(node.rows_in(Table::kOutbox), 0U);
  EXPECT_EQ(node.describe("e").cause, described.cause);
  EXPECT_EQ(node.describe("e").summary.stopped_at, described.summary.stopped_at);
  node.restart();
  EXPECT_EQ(node.connector.stops.size(), 2U);
}

TEST_P(Jobs, whose_call_is_out_are_stopped_too) {
  node.start(node.machine(job_task()), "e");
  node.stop("e");
  ASSERT_EQ(node.connector.stops.size(), 1U);
  EXPECT_EQ(node.connector.stops[0].submission, "");
}

// Source: recorded, callback.sync_with_task_token.
TEST_P(Jobs, end_for_their_task_when_its_token_comes_back) {
  node.start(node.machine(R"({"StartAt":"J","States":{"J":{"Type":"Task",
    "Resource":"arn:aws:states:::states:startExecution.sync",
    "Parameters":{"StateMachineArn":"a","Input":{"token.$":"$$.Task.Token"}},"End":true}}})"),
             "e");
  auto const& parameters = node.connector.deliveries[0].parameters;
  auto const begin = parameters.find(R"("token":")") + 9;
  auto const token = parameters.substr(begin, parameters.find('"', begin) - begin);
  node.connector.succeed(0, std::string(kSubmission));
  node.settle();
  EXPECT_EQ(outcome(node.succeed_token(token, "7")), "ok");
  EXPECT_EQ(node.output("e"), "7");
  EXPECT_EQ(node.connector.cancels.size(), 1U) << "nobody waits for the job any longer";
  EXPECT_TRUE(node.connector.stops.empty());
  EXPECT_EQ(node.rows_in(Table::kOutbox), 0U);
}

TEST_P(Jobs, that_time_out_are_stopped_and_the_next_attempt_is_another_job) {
  submit(
      R"("TimeoutSeconds":60,"Retry":[{"ErrorEquals":["States.Timeout"],"IntervalSeconds":1}],)");
  node.advance(std::chrono::seconds(60));
  ASSERT_EQ(node.connector.stops.size(), 1U);
  node.advance(std::chrono::seconds(1));
  ASSERT_EQ(node.connector.deliveries.size(), 2U);
  EXPECT_NE(node.connector.deliveries[1].idempotency_key,
            node.connector.deliveries[0].idempotency_key);
  EXPECT_EQ(node.connector.stops[0].idempotency_key, node.connector.deliveries[0].idempotency_key);
}

TEST_P(Jobs, of_an_ended_execution_may_be_redriven_before_they_are_stopped) {
  submit(R"("TimeoutSeconds":60,)");
  node.advance(std::chrono::seconds(60));
  EXPECT_EQ(node.status("e"), ExecutionStatus::kFailed);
  EXPECT_EQ(outcome(node.redrive("e")), "ok");
  ASSERT_EQ(node.connector.open().size(), 3U) << "the wait, the stop, the new call";
  for (std::size_t i = 3; i-- > 0;) node.connector.succeed(i, R"({"JobId":"j-2"})");
  node.settle();
  EXPECT_EQ(only_open().what, What::kJob);
  EXPECT_EQ(only_open().call.submission, R"({"JobId":"j-2"})");
}

INSTANTIATE_TEST_SUITE_P(Stores, Jobs, ::testing::ValuesIn(kStoreKinds), name_of_kind);

}  // namespace
}  // namespace treadle::runtime::test
