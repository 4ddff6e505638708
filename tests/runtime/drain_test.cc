// What a stop in order leaves behind: no call whose answer is lost, and nothing sent that the next
// start would send again.
#include <string>

#include "tests/runtime/machines.h"
#include "tests/runtime/test_node.h"

namespace treadle::runtime::test {
namespace {

constexpr std::string_view kTwoFunctions =
    R"({"StartAt":"A","States":{"A":{"Type":"Task","Next":"B",)"
    R"("Resource":"arn:aws:lambda:us-east-1:123456789012:function:a"},"B":{"Type":"Task","End":true,)"
    R"("Resource":"arn:aws:lambda:us-east-1:123456789012:function:b"}}})";

class Drain : public EngineSuite {
 protected:
  void drain() {
    node.engine().drain_calls([this] { ++reports_; });
    node.settle();
  }
  auto function_of(std::size_t delivery) -> std::string {
    auto const& text = node.connector.deliveries.at(delivery).resource->text;
    return text.substr(text.rfind(':') + 1);
  }

  int reports_ = 0;
};

TEST_P(Drain, is_over_at_once_where_nothing_is_outside) {
  drain();
  EXPECT_EQ(reports_, 1);
}

TEST_P(Drain, waits_for_the_answer_and_keeps_what_follows_for_the_next_start) {
  ASSERT_EQ(outcome(node.start(node.machine(kTwoFunctions), "e")), "ok");
  drain();
  EXPECT_EQ(reports_, 0);
  node.connector.succeed(0, "1");
  node.settle();
  EXPECT_EQ(reports_, 1);
  ASSERT_EQ(node.connector.deliveries.size(), 1U);

  node.restart();
  ASSERT_EQ(node.connector.deliveries.size(), 2U);
  EXPECT_EQ(function_of(1), "b");
  node.connector.succeed(0, "2");
  node.settle();
  EXPECT_EQ(node.output("e"), "2");
  EXPECT_EQ(node.connector.deliveries.size(), 2U);
}

TEST_P(Drain, still_starts_executions_without_calling_for_them) {
  auto const machine = node.machine(kTwoFunctions);
  drain();
  EXPECT_EQ(outcome(node.start(machine, "e")), "ok");
  EXPECT_TRUE(node.connector.deliveries.empty());
  node.restart();
  ASSERT_EQ(node.connector.deliveries.size(), 1U);
  EXPECT_EQ(function_of(0), "a");
}

TEST_P(Drain, waiters_are_told_also_those_that_come_later) {
  ASSERT_EQ(outcome(node.start(node.machine(kWait), "e")), "ok");
  auto const ask = [&] {
    return node.listen<bool>([&](auto done) {
      node.engine().wait_for_end(arn_of("e"), std::chrono::minutes(1), std::move(done));
    });
  };
  auto const before = ask();
  node.settle();
  EXPECT_FALSE(before->has_value());
  node.engine().release_waiters();
  node.settle();
  auto const after = ask();
  node.settle();
  for (auto const& told : {*before, *after}) {
    ASSERT_TRUE(told && *told);
    EXPECT_FALSE(**told);
  }
}

INSTANTIATE_TEST_SUITE_P(Stores, Drain, ::testing::ValuesIn(kStoreKinds), name_of_kind);

}  // namespace
}  // namespace treadle::runtime::test
