// Redriving executions: what is shown of them, what is armed, what is refused.
#include "tests/runtime/machines.h"
#include "tests/runtime/test_node.h"

namespace treadle::runtime::test {
namespace {

using Texts = std::vector<std::string>;

class Redrive : public EngineSuite {
 protected:
  auto names(MachineRef const& machine, std::optional<ExecutionStatus> status) -> Texts {
    Texts out;
    auto const page =
        node.engine().list_executions({.machine = machine.id, .status = status, .after = {}});
    EXPECT_TRUE(page);
    for (auto const& e : page->executions) out.push_back(e.name);
    return out;
  }
  auto why_not(std::string_view name) -> std::string {
    auto const told = node.redrive(name);
    if (outcome(told) == "ok") return "redriven";
    EXPECT_EQ((*told).error().code, "ExecutionNotRedrivable");
    return (*told).error().message;
  }
  // An execution "e" of one function task, which has failed.
  auto failed() -> MachineRef {
    auto machine = node.machine(function_task());
    node.start(machine, "e");
    node.connector.fail(0, "Boom");
    node.settle();
    EXPECT_EQ(node.status("e"), ExecutionStatus::kFailed);
    return machine;
  }
};

TEST_P(Redrive, goes_on_and_is_shown_as_running) {
  auto const machine = failed();
  node.advance(Milliseconds{1'000});
  auto const told = node.redrive("e");
  ASSERT_EQ(outcome(told), "ok");
  EXPECT_EQ((*told)->redriven_at, node.clock.now());
  auto const running = node.describe("e");
  EXPECT_EQ(running.summary.status, ExecutionStatus::kRunning);
  EXPECT_EQ(running.summary.redrive_count, 1U);
  EXPECT_EQ(running.summary.redriven_at, node.clock.now());
  EXPECT_EQ(running.summary.stopped_at, std::nullopt);
  EXPECT_EQ(running.error, std::nullopt);
  EXPECT_EQ(names(machine, ExecutionStatus::kRunning), Texts{"e"});
  EXPECT_EQ(names(machine, ExecutionStatus::kFailed), Texts{});
  EXPECT_EQ(names(machine, {}), Texts{"e"});
  node.connector.succeed(0, "7");
  node.settle();
  EXPECT_EQ(node.output("e"), "7");
  EXPECT_EQ(names(machine, ExecutionStatus::kRunning), Texts{});
  EXPECT_EQ(names(machine, ExecutionStatus::kSucceeded), Texts{"e"});
  EXPECT_EQ(why_not("e"), "Execution is SUCCEEDED and cannot be redriven");
}

TEST_P(Redrive, outlives_a_restart) {
  failed();
  node.restart();
  node.redrive("e");
  node.restart();
  EXPECT_EQ(node.status("e"), ExecutionStatus::kRunning);
  ASSERT_EQ(node.connector.open().size(), 1U) << "the call is made again";
  node.connector.succeed(0, "7");
  node.settle();
  EXPECT_EQ(node.output("e"), "7");
}

TEST_P(Redrive, that_fails_at_once_stands_in_one_list) {
  auto const machine = node.machine(
      R"({"StartAt":"F","States":{"F":{"Type":"Fail","Error":"Boom","Cause":"why"}}})");
  node.start(machine, "e");
  ASSERT_EQ(outcome(node.redrive("e")), "ok");
  EXPECT_EQ(node.describe("e").error, "Boom");
  EXPECT_EQ(node.describe("e").summary.redrive_count, 1U);
  EXPECT_EQ(names(machine, ExecutionStatus::kFailed), Texts{"e"});
  EXPECT_EQ(names(machine, ExecutionStatus::kRunning), Texts{});
}

TEST_P(Redrive, under_one_token_is_one_redrive_for_15_minutes) {
  failed();
  auto const first = node.redrive("e", "t");
  node.advance(std::chrono::minutes(15));
  EXPECT_EQ((*node.redrive("e", "t"))->redriven_at, (*first)->redriven_at);
  EXPECT_EQ(why_not("e"), "Execution is RUNNING and cannot be redriven");
  EXPECT_EQ(outcome(node.redrive("e", "u")), "ExecutionNotRedrivable");
  node.restart();
  EXPECT_EQ(outcome(node.redrive("e", "t")), "ok");
  node.connector.fail(0, "Boom");
  node.settle();
  node.advance(Milliseconds{1});
  EXPECT_EQ(outcome(node.redrive("e", "t")), "ok");
  EXPECT_EQ(node.describe("e").summary.redrive_count, 2U);
}

TEST_P(Redrive, is_refused_after_14_days) {
  failed();
  node.advance(std::chrono::days(14));
  EXPECT_EQ(why_not("e"), "redriven");
  node.connector.fail(0, "Boom");
  node.settle();
  node.advance(std::chrono::days(14) + Milliseconds{1});
  EXPECT_EQ(why_not("e"), "Execution redrivable period exceeded");
}

TEST_P(Redrive, is_refused_a_year_after_the_start) {
  node.start(node.machine(token_task()), "e");
  node.advance(std::chrono::days(365));
  node.stop("e");
  EXPECT_EQ(why_not("e"), "redriven");
  node.stop("e");
  node.advance(Milliseconds{1});
  EXPECT_EQ(why_not("e"), "Execution has exceeded the max execution time");
}

TEST_P(Redrive, of_nothing_does_not_exist) {
  EXPECT_EQ(outcome(node.redrive("x")), "ExecutionDoesNotExist");
}

TEST_P(Redrive, begins_the_machines_time_afresh) {
  auto const machine = node.machine(
      R"({"StartAt":"W","TimeoutSeconds":5,"States":{"W":{"Type":"Wait","Seconds":10,"End":true}}})");
  node.start(machine, "e");
  node.advance(Milliseconds{5'000});
  EXPECT_EQ(node.status("e"), ExecutionStatus::kTimedOut);
  node.redrive("e");
  node.advance(Milliseconds{4'999});
  EXPECT_EQ(node.status("e"), ExecutionStatus::kRunning);
  node.advance(Milliseconds{1});
  EXPECT_EQ(node.status("e"), ExecutionStatus::kTimedOut);
}

INSTANTIATE_TEST_SUITE_P(Stores, Redrive, ::testing::ValuesIn(kStoreKinds), name_of_kind);

}  // namespace
}  // namespace treadle::runtime::test
