// Decisions that take long, and what becomes of the executions that wait for them.
#include "treadle/runtime/slow_lane.h"

#include <future>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "tests/runtime/machines.h"
#include "tests/runtime/test_node.h"
#include "treadle/runtime/tokens.h"
#include "treadle/runtime/turn.h"
#include "treadle/runtime/wait_reader.h"

namespace treadle::runtime::test {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kLong =
    R"({"QueryLanguage":"JSONata","StartAt":"L","States":{"L":{"Type":"Pass",)"
    R"("Output":"{% $sum([1..100000].($ * 2)) %}","End":true}}})";
constexpr std::string_view kEndless =
    R"({"QueryLanguage":"JSONata","StartAt":"L","States":{"L":{"Type":"Pass",)"
    R"("Output":"{% ( $f := function($n) { $f($n + 1) }; $f(0) ) %}","End":true}}})";

// A node on whose loop no decision may take any time.
struct ImpatientNode : TestNode {
  ImpatientNode() : TestNode(kStoreKinds[0]) {
    options().turn_most = 0ms;
    restart();
  }
  // The status of an execution once it has ended.
  auto end_of(std::string_view name) -> ExecutionStatus {
    EXPECT_TRUE(settle_until([&] { return status(name) != ExecutionStatus::kRunning; }));
    return status(name);
  }
};

TEST(SlowLane, runs_jobs_one_after_the_other) {
  SlowLane lane;
  std::vector<int> order;
  std::promise<void> done;
  lane.run([&](auto const&) { order.push_back(1); });
  lane.run([&](auto const&) { order.push_back(2); });
  lane.run([&](auto const&) { done.set_value(); });
  done.get_future().wait();
  EXPECT_EQ(order, (std::vector{1, 2}));
}

TEST(SlowLane, ends_the_job_that_runs_and_drops_the_others) {
  bool ran_second = false;
  std::promise<void> began;
  {
    SlowLane lane;
    lane.run([&](std::atomic<bool> const& gives_up) {
      began.set_value();
      while (!gives_up) std::this_thread::yield();
    });
    lane.run([&](auto const&) { ran_second = true; });
    began.get_future().wait();
  }
  EXPECT_FALSE(ran_second);
}

TEST(SlowLane, decides_what_takes_long) {
  ImpatientNode node;
  auto const started = node.listen<Started>([&](auto done) {
    node.engine().start_execution(TestNode::request(node.machine(kLong), "e", "{}"),
                                  std::move(done));
  });
  ASSERT_TRUE(node.settle_until([&] { return started->has_value(); }));
  EXPECT_EQ(outcome(*started), "ok");
  EXPECT_EQ(node.end_of("e"), ExecutionStatus::kSucceeded);
  EXPECT_EQ(node.output("e"), "10000100000");
  EXPECT_EQ(node.history("e"),
            (std::vector<std::string>{"1<0 ExecutionStarted", "2<0 PassStateEntered",
                                      "3<2 PassStateExited", "4<3 ExecutionSucceeded"}));
}

TEST(SlowLane, goes_on_with_other_executions) {
  ImpatientNode node;
  auto const slow = node.listen<Started>([&](auto done) {
    node.engine().start_execution(TestNode::request(node.machine(kEndless), "slow", "{}"),
                                  std::move(done));
  });
  for (int i = 0; i < 512; ++i) {  // some of them on the same partition
    auto const name = fmt::format("quick-{}", i);
    ASSERT_EQ(outcome(node.start(node.machine(kPass), name)), "ok");
    ASSERT_EQ(node.status(name), ExecutionStatus::kSucceeded);
    if (i == 0) {
      EXPECT_EQ(outcome(*slow), "unanswered");
    }
  }
  ASSERT_TRUE(node.settle_until([&] { return slow->has_value(); }));
  EXPECT_EQ(node.end_of("slow"), ExecutionStatus::kFailed);
  EXPECT_EQ(node.describe("slow").error, "States.QueryEvaluationError");
}

TEST(SlowLane, lets_wait_what_comes_for_the_same_execution) {
  ImpatientNode node;
  auto const machine = node.machine(kLong);
  auto const start = [&] {
    return node.listen<Started>([&](auto done) {
      node.engine().start_execution(TestNode::request(machine, "e", "{}"), std::move(done));
    });
  };
  auto const first = start();
  auto const second =
      start();  // while the first is away: the same execution, or one that has ended
  ASSERT_TRUE(node.settle_until([&] { return first->has_value() && second->has_value(); }));
  EXPECT_EQ(outcome(*first), "ok");
  EXPECT_EQ(outcome(*second), "ExecutionAlreadyExists");
  EXPECT_EQ(node.end_of("e"), ExecutionStatus::kSucceeded);
}

TEST(SlowLane, keeps_the_receipt_of_an_answer_that_takes_long) {
  ImpatientNode node;
  auto const machine = node.machine(
      R"json({"QueryLanguage":"JSONata","StartAt":"T","States":{"T":{"Type":"Task","End":true,)json"
      R"json("Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken",)json"
      R"json("Arguments":{"FunctionName":"f","Payload":{"t":"{% $states.context.Task.Token %}"}},)json"
      R"json("Output":"{% $sum([1..100000].($ * 2)) %}"}}})json");
  auto const started = node.listen<Started>([&](auto done) {
    node.engine().start_execution(TestNode::request(machine, "e", "{}"), std::move(done));
  });
  ASSERT_TRUE(node.settle_until(
      [&] { return started->has_value() && !node.connector.deliveries.empty(); }));
  auto const token = node.connector.deliveries.at(0).task_token;
  auto const answer = node.listen<void>(
      [&](auto done) { node.engine().task_success(token, "1", std::move(done), "by kim"); });
  ASSERT_TRUE(node.settle_until([&] { return answer->has_value(); }));
  EXPECT_EQ(outcome(*answer), "ok");
  EXPECT_EQ(node.end_of("e"), ExecutionStatus::kSucceeded);
  EXPECT_EQ(node.output("e"), "10000100000");
  auto const target = *read_task_token(node.store().secret(), token);
  auto const wait = *WaitReader(node.store()).find({target.place, target.scheduled});
  ASSERT_TRUE(wait && wait->ended);
  EXPECT_EQ(wait->ended->receipt, "by kim");
}

TEST(SlowLane, is_left_behind_when_the_engine_ends) {
  ImpatientNode node;
  auto const started = node.listen<Started>([&](auto done) {
    node.engine().start_execution(TestNode::request(node.machine(kEndless), "e", "{}"),
                                  std::move(done));
  });
  node.settle();
  node.restart();  // what was not committed is lost
  EXPECT_EQ(outcome(*started), "unanswered");
  EXPECT_FALSE(node.engine().describe_execution(arn_of("e")));
}

TEST(LoopTurn, stops_for_good) {
  LoopTurn patient(1h);
  EXPECT_FALSE(patient.must_stop(0ms));
  EXPECT_FALSE(patient.was_stopped());
  EXPECT_TRUE(LoopTurn(1ms).must_stop(2ms)) << "what can't be stopped is not begun";
  LoopTurn turn(0ms);
  while (!turn.must_stop(0ms)) {}
  EXPECT_TRUE(turn.must_stop(0ms));
  EXPECT_TRUE(turn.was_stopped());
  EXPECT_TRUE(turn.is_over());
}

}  // namespace
}  // namespace treadle::runtime::test
