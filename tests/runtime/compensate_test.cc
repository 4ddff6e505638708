// Requests to compensate, through the engine: answers, what is refused, nested executions over restarts, deadlines.
#include <gmock/gmock.h>

#include "tests/runtime/machines.h"
#include "tests/runtime/test_node.h"

namespace treadle::runtime::test {
namespace {

using Stage = Compensating::Stage;
using testing::HasSubstr;

// T, caught into the compensation U, and then the end.
auto saga(std::string_view resource) -> std::string {
  return fmt::format(
      R"({{"StartAt":"T","States":{{"T":{{"Type":"Task","Resource":"{}","Parameters":{{"FunctionName":"f","StateMachineArn":"m"}},)"
      R"("Retry":[{{"ErrorEquals":["States.ALL"]}}],"Catch":[{{"ErrorEquals":["States.ALL"],"Next":"U"}}],"Next":"N"}},)"
      R"("N":{{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:n","End":true}},)"
      R"("U":{{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:u","Next":"F"}},)"
      R"("F":{{"Type":"Fail","Error":"Undone"}}}}}})",
      resource);
}
constexpr std::string_view kFunction = "arn:aws:lambda:us-east-1:123456789012:function:f";
constexpr std::string_view kChild = "arn:aws:states:::states:startExecution.sync";

class CompensateEngine : public ::testing::TestWithParam<StoreKind> {
 protected:
  static auto options() -> EngineOptions {
    EngineOptions out;
    out.way_back = [](EntityId, std::string_view, asl::DefinitionPtr const& definition) {
      auto way = std::make_shared<asl::WayBack>();
      for (auto const& state : definition->states) {
        way->is_saga = way->is_saga || state.name == "U";
        way->is_back.push_back(state.name == "U" || state.name == "F");
      }
      way->not_undone.resize(definition->states.size());
      return way;
    };
    return out;
  }
  auto start(std::string const& definition, std::optional<std::uint64_t> deadline = {}) -> void {
    auto machine = node.machine(definition);
    machine.deadline_seconds = deadline;
    ASSERT_EQ(outcome(node.start(machine, "e")), "ok");
  }
  auto refusal() -> Refusal {
    auto const told = node.compensate("e");
    return told && !*told ? told->error() : Refusal{"ok", ""};
  }
  auto stage() -> Stage {
    auto const told = node.compensate("e");
    EXPECT_EQ(outcome(told), "ok");
    return told && *told ? (*told)->stage : Stage::kRequested;
  }
  auto last_call() -> std::string { return node.connector.deliveries.back().resource->text; }
  void end_undone() {
    EXPECT_THAT(last_call(), HasSubstr("function:u"));
    node.connector.succeed(node.connector.open().size() - 1, "1");
    node.settle();
    EXPECT_EQ(node.status("e"), ExecutionStatus::kFailed);
    EXPECT_EQ(node.rows_in(Table::kOutbox), 0U);
    EXPECT_EQ(node.rows_in(Table::kTimer), 0U);
  }

  TestNode node{GetParam(), options()};
};

TEST_P(CompensateEngine, answers_what_became_of_it) {
  start(saga(kFunction));
  auto const told = node.compensate("e");
  ASSERT_EQ(outcome(told), "ok");
  EXPECT_EQ((*told)->stage, Stage::kBegan);
  EXPECT_EQ((*told)->requested_at, node.clock.now());
  EXPECT_EQ(node.connector.cancels.size(), 1U);
  node.restart();
  EXPECT_EQ(stage(), Stage::kBegan);
  end_undone();
  EXPECT_EQ(refusal().code, "ExecutionNotCompensable");
  EXPECT_THAT(refusal().message, HasSubstr("has ended"));
}

TEST_P(CompensateEngine, refuses_and_changes_nothing) {
  EXPECT_EQ(refusal().code, "ExecutionDoesNotExist");
  start(saga(kFunction));
  node.connector.succeed(0, "1");
  node.settle();
  auto const before = node.history("e");
  EXPECT_EQ(refusal().code, "ExecutionNotCompensable");
  EXPECT_THAT(refusal().message, HasSubstr("it is in the state 'N'"));
  EXPECT_EQ(node.history("e"), before);
  node.connector.succeed(0, "1");
  node.settle();
  EXPECT_EQ(node.status("e"), ExecutionStatus::kSucceeded);
}

TEST_P(CompensateEngine, knows_no_saga_where_nothing_is_undone) {
  start(function_task());
  EXPECT_EQ(refusal().code, "StateMachineNotSaga");
}

TEST_P(CompensateEngine, asks_children_again_after_a_restart_and_waits_for_them) {
  start(saga(kChild));
  node.connector.succeed(0, R"({"ExecutionArn":"c"})");
  node.settle();
  EXPECT_EQ(stage(), Stage::kRequested);
  ASSERT_EQ(node.connector.asked.size(), 1U);
  EXPECT_EQ(node.connector.asked[0].submission, R"({"ExecutionArn":"c"})");
  EXPECT_EQ(stage(), Stage::kRequested);
  EXPECT_EQ(node.connector.asked.size(), 1U) << "it was asked";
  node.restart();
  ASSERT_EQ(node.connector.asked.size(), 2U);
  EXPECT_EQ(node.connector.deliveries.size(), 1U);
  node.connector.fail(0, "States.TaskFailed");
  node.settle();
  EXPECT_EQ(node.connector.stops.size(), 0U);
  node.restart();
  end_undone();
}

TEST_P(CompensateEngine, asks_a_child_that_is_known_after_the_request) {
  start(saga(kChild));
  EXPECT_EQ(stage(), Stage::kRequested);
  EXPECT_TRUE(node.connector.asked.empty());
  node.restart();
  node.connector.succeed(0, R"({"ExecutionArn":"c"})");
  node.settle();
  EXPECT_EQ(node.connector.asked.size(), 1U);
}

TEST_P(CompensateEngine, leaves_the_children_of_others_alone) {
  start(saga(kChild));
  node.connector.succeed(0, R"({"ExecutionArn":"c"})");
  node.settle();
  node.restart();
  EXPECT_TRUE(node.connector.asked.empty());
}

TEST_P(CompensateEngine, keeps_a_deadline_over_a_restart) {
  start(saga(kFunction), 60);
  EXPECT_EQ(node.rows_in(Table::kTimer), 1U);
  node.restart();
  node.advance(std::chrono::seconds(59));
  EXPECT_EQ(node.connector.deliveries.size(), 2U) << "the call of T, again";
  node.advance(std::chrono::seconds(1));
  end_undone();
}

INSTANTIATE_TEST_SUITE_P(Stores, CompensateEngine, ::testing::ValuesIn(kStoreKinds), name_of_kind);

}  // namespace
}  // namespace treadle::runtime::test
