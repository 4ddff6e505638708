// What survives: timers, open calls, and everything that was answered, whatever commit fails.
#include "tests/runtime/machines.h"
#include "tests/runtime/test_node.h"

namespace treadle::runtime::test {
namespace {

class Restart : public EngineSuite {};

TEST_P(Restart, timers_fire_after_it_and_not_early) {
  auto const machine = node.machine(kWait);
  node.start(machine, "a");
  node.advance(Milliseconds{4'000});
  node.start(machine, "b");
  node.restart();
  node.advance(Milliseconds{5'999});
  EXPECT_EQ(node.status("a"), ExecutionStatus::kRunning) << "too early";
  node.advance(Milliseconds{1});
  EXPECT_EQ(node.status("a"), ExecutionStatus::kSucceeded);
  EXPECT_EQ(node.status("b"), ExecutionStatus::kRunning) << "too early";
  EXPECT_EQ(node.describe("a").summary.stopped_at, node.clock.now());
  node.close();
  node.clock.advance(std::chrono::hours{1});
  node.open();
  EXPECT_EQ(node.status("b"), ExecutionStatus::kSucceeded) << "was due while nobody ran";
  EXPECT_EQ(node.rows_in(Table::kTimer), 0U);
}

TEST_P(Restart, many_timers_of_one_instant_all_fire) {
  auto const machine = node.machine(kWait);
  for (int i = 0; i < 300; ++i) {
    node.engine().start_execution(TestNode::request(machine, fmt::format("e{}", i), "{}"),
                                  [](Answer<Started> const& started) { EXPECT_TRUE(started); });
  }
  node.settle();
  node.restart();
  EXPECT_EQ(node.rows_in(Table::kTimer), 300U);
  node.advance(Milliseconds{10'000});
  EXPECT_TRUE(node.settle_until([&] { return node.rows_in(Table::kTimer) == 0; }));
  for (int i = 0; i < 300; ++i)
    EXPECT_EQ(node.status(fmt::format("e{}", i)), ExecutionStatus::kSucceeded) << i;
}

TEST_P(Restart, an_open_call_is_made_again_with_the_same_key_and_token) {
  node.start(node.machine(token_task()), "e", R"({"a":1})");
  node.restart();
  node.restart();
  auto const& sent = node.connector.deliveries;
  ASSERT_EQ(sent.size(), 3U);
  for (auto const& again : {sent[1], sent[2]}) {
    EXPECT_EQ(again.id, sent[0].id);
    EXPECT_EQ(again.idempotency_key, sent[0].idempotency_key);
    EXPECT_EQ(again.task_token, sent[0].task_token);
    EXPECT_EQ(again.parameters, sent[0].parameters);
    EXPECT_EQ(again.resource->text, sent[0].resource->text);
    EXPECT_EQ(again.execution_arn, sent[0].execution_arn);
    EXPECT_EQ(again.timeout, sent[0].timeout);
  }
  ASSERT_EQ(node.connector.open().size(), 1U);
  node.connector.succeed(0, "1");
  node.settle();
  node.restart();
  EXPECT_EQ(sent.size(), 3U) << "a call that has returned is not made again";
  EXPECT_EQ(outcome(node.succeed_token(sent[0].task_token, "7")), "ok");
  EXPECT_EQ(node.output("e"), "7");
}

TEST_P(Restart, what_yielded_goes_on) {
  node.engine().start_execution(TestNode::request(node.machine(kLoop), "e", R"({"v":1})"),
                                [](Answer<Started> const&) {});
  node.store().fail_from(3);
  node.settle();
  EXPECT_TRUE(node.why_stopped);
  EXPECT_EQ(node.status("e"), ExecutionStatus::kRunning);
  node.restart();
  EXPECT_EQ(node.status("e"), ExecutionStatus::kFailed);
  EXPECT_EQ(node.history("e").size(), 25'000U);
}

TEST_P(Restart, nothing_leaves_before_its_commit) {
  auto const machine = node.machine(token_task());
  node.store().hold();
  auto const started = node.listen<Started>([&](auto done) {
    node.engine().start_execution(TestNode::request(machine, "e", "{}"), std::move(done));
  });
  auto const again = node.listen<Started>([&](auto done) {
    node.engine().start_execution(TestNode::request(machine, "e", "{}"), std::move(done));
  });
  auto const refused = node.listen<Started>([&](auto done) {
    node.engine().start_execution(TestNode::request(machine, "e", "[]"), std::move(done));
  });
  node.settle();
  EXPECT_EQ(outcome(*started), "unanswered");
  EXPECT_EQ(outcome(*again), "unanswered") << "a repetition waits for what it repeats";
  EXPECT_EQ(outcome(*refused), "unanswered") << "a refusal waits for what it rests on";
  EXPECT_TRUE(node.connector.deliveries.empty());
  EXPECT_EQ(node.engine().describe_execution(arn_of("e")).error().code, "ExecutionDoesNotExist");
  node.store().release();
  node.settle();
  EXPECT_EQ(outcome(*started), "ok");
  EXPECT_EQ(outcome(*again), "ok");
  EXPECT_EQ(outcome(*refused), "ExecutionAlreadyExists");
  ASSERT_EQ(node.connector.deliveries.size(), 1U);

  node.store().hold();
  auto const token = node.connector.deliveries[0].task_token;
  EXPECT_EQ(outcome(node.succeed_token(token, "1")), "unanswered");
  auto const late = node.listen<void>(
      [&](auto done) { node.engine().task_success(token, "2", std::move(done)); });
  node.settle();
  EXPECT_EQ(outcome(*late), "unanswered");
  EXPECT_TRUE(node.connector.cancels.empty());
  node.store().release();
  node.settle();
  EXPECT_EQ(outcome(*late), "TaskTimedOut");
  EXPECT_EQ(node.output("e"), "1");
  EXPECT_EQ(node.connector.cancels.size(), 1U);
}

// An execution with a wait, a call whose first attempt fails and a token, played to its end as far as the store
// lets it. Every answer that was given must be true of what is in the store afterwards.
class Played {
 public:
  Played(TestNode& node, MachineRef machine) : node_(node), machine_(std::move(machine)) {}

  static auto definition() -> std::string {
    return std::string(
        R"({"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":5,"Next":"F"},)"
        R"("F":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:f",)"
        R"("ResultPath":"$.f","Retry":[{"ErrorEquals":["E"]}],"Next":"T"},)"
        R"("T":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken",)"
        R"("HeartbeatSeconds":60,"TimeoutSeconds":600,)"
        R"("Parameters":{"FunctionName":"f","Payload":{"t.$":"$$.Task.Token"}},"End":true}}})");
  }

  // Goes on until the execution has ended or a commit has failed.
  void play() {
    started_ = started_ || outcome(node_.start(machine_, "e")) == "ok";
    for (int i = 0; i < 30 && !node_.why_stopped && !is_over(); ++i) step();
  }
  void check_answers() {
    EXPECT_TRUE(!started_ || node_.engine().describe_execution(arn_of("e")));
    if (token_taken_) {
      EXPECT_EQ(node_.status("e"), ExecutionStatus::kSucceeded);
      EXPECT_EQ(node_.output("e"), R"("approved")");
    }
  }
  [[nodiscard]] auto is_over() -> bool {
    auto const shown = node_.engine().describe_execution(arn_of("e"));
    return shown && shown->summary.status != ExecutionStatus::kRunning;
  }

 private:
  void step() {
    if (node_.connector.open().empty() && token_.empty()) return node_.advance(Milliseconds{5'000});
    if (!node_.connector.open().empty()) {
      auto const call = node_.connector.open()[0].call;
      if (call.task_token.empty()) {
        if (call.id == node_.connector.deliveries.front().id)
          node_.connector.fail(0, "E");
        else
          node_.connector.succeed(0, "1");
      } else {
        token_ = call.task_token;
        node_.connector.succeed(0, "2");
      }
      return node_.settle();
    }
    EXPECT_NE(outcome(node_.heartbeat(token_)), "TaskTimedOut");
    if (node_.why_stopped) return;
    token_taken_ = outcome(node_.succeed_token(token_, R"("approved")")) == "ok";
  }

  TestNode& node_;
  MachineRef machine_;
  std::string token_;
  bool started_ = false;
  bool token_taken_ = false;
};

TEST_P(Restart, every_answer_is_true_whichever_commit_fails) {
  std::vector<std::string> whole;
  bool failed = true;
  std::uint64_t n = 0;
  for (; failed && n < 100; ++n) {
    SCOPED_TRACE(fmt::format("commit {} fails", n));
    TestNode fresh(GetParam());
    Played played(fresh, fresh.machine(Played::definition()));
    fresh.store().fail_from(n);
    played.play();
    failed = fresh.store().has_failed();
    EXPECT_EQ(failed, fresh.why_stopped.has_value()) << "nothing may go on after a failed commit";
    fresh.restart();
    fresh.why_stopped.reset();
    played.check_answers();
    played.play();
    ASSERT_TRUE(played.is_over());
    EXPECT_EQ(fresh.output("e"), R"("approved")");
    auto const history = fresh.history("e");
    if (whole.empty()) whole = history;
    EXPECT_EQ(history, whole);
    EXPECT_EQ(fresh.rows_in(Table::kTimer), 0U);
    EXPECT_EQ(fresh.rows_in(Table::kOutbox) + fresh.rows_in(Table::kApproval), 0U);
  }
  EXPECT_FALSE(failed);
  EXPECT_GT(n, 8U) << "so many commits it takes";
}

INSTANTIATE_TEST_SUITE_P(Stores, Restart, ::testing::ValuesIn(kStoreKinds), name_of_kind);

}  // namespace
}  // namespace treadle::runtime::test
