// What Standard executions log, and when: after the commit, as they were started, or, taken up again, as
// whoever is asked says.
#include "tests/runtime/test_node.h"
#include "treadle/interpreter/project.h"
#include "treadle/runtime/history_sink.h"

namespace treadle::runtime::test {
namespace {

constexpr auto kWait = R"({"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":60,"End":true}}})";
constexpr auto kPass = R"({"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}})";

class TypesOfCommits final : public JournalSink {
 public:
  [[nodiscard]] auto reads(LogSettings const& settings) const -> bool override {
    return settings.level != HistoryLevel::kOff;
  }
  [[nodiscard]] auto prepare(HistoryBatch const& batch)
      -> std::move_only_function<void()> override {
    std::vector<std::string> types;
    for (auto const& event : batch.events)
      if (auto const shown = interpreter::project(event)) types.emplace_back(shown->type);
    prepared += types.size();
    return
        [this, types = std::move(types)] { told.insert(told.end(), types.begin(), types.end()); };
  }

  std::size_t prepared = 0;
  std::vector<std::string> told;
};

class JournalSinkTest : public ::testing::Test {
 protected:
  auto options() -> EngineOptions {
    EngineOptions options;
    options.live_per_partition_max = 0;  // what waits is not in memory
    options.journal_sink = &sink;
    options.log_settings = [this](EntityId machine, interpreter::ExecutionState const& state) {
      asked.push_back({machine, state.execution_arn});
      return LogSettings{.level = later, .with_data = false, .group = "g"};
    };
    return options;
  }
  auto start(TestNode& node, std::string_view definition, HistoryLevel level) {
    auto request = TestNode::request(node.machine(definition), "e", "{}");
    request.log = {.level = level, .with_data = false, .group = "g"};
    return node.ask<Started>(
        [&](auto done) { node.engine().start_execution(request, std::move(done)); });
  }

  TypesOfCommits sink;
  HistoryLevel later = HistoryLevel::kAll;
  std::vector<std::pair<EntityId, std::string>> asked;
};

TEST_F(JournalSinkTest, IsToldAfterTheCommit) {
  TestNode node(kStoreKinds[0], options());
  (void)node.machine(kPass);
  node.store().hold();
  auto request = TestNode::request(node.machine(kPass), "e", "{}");
  request.log = {.level = HistoryLevel::kAll, .with_data = false, .group = "g"};
  auto const answer = node.listen<Started>(
      [&](auto done) { node.engine().start_execution(request, std::move(done)); });
  node.settle();
  EXPECT_EQ(sink.prepared, 4U);
  EXPECT_TRUE(sink.told.empty());
  node.store().release();
  node.settle();
  EXPECT_EQ(outcome(*answer), "ok");
  EXPECT_EQ(sink.told, (std::vector<std::string>{"ExecutionStarted", "PassStateEntered",
                                                 "PassStateExited", "ExecutionSucceeded"}));
  EXPECT_TRUE(asked.empty());
}

TEST_F(JournalSinkTest, IsNotToldOfWhatWasNotCommitted) {
  TestNode node(kStoreKinds[0], options());
  (void)node.machine(kPass);
  node.store().fail_from(0);
  EXPECT_EQ(outcome(start(node, kPass, HistoryLevel::kAll)), "unanswered");
  EXPECT_EQ(sink.prepared, 4U);
  EXPECT_TRUE(sink.told.empty());
}

TEST_F(JournalSinkTest, IsNotAskedToPrepareWhatItDoesNotRead) {
  TestNode node(kStoreKinds[0], options());
  EXPECT_EQ(outcome(start(node, kPass, HistoryLevel::kOff)), "ok");
  EXPECT_EQ(sink.prepared, 0U);
}

TEST_F(JournalSinkTest, WhatIsTakenUpAgainLogsAsItWouldNow) {
  TestNode node(kStoreKinds[0], options());
  EXPECT_EQ(outcome(start(node, kWait, HistoryLevel::kOff)), "ok");
  EXPECT_TRUE(asked.empty());
  node.restart();
  node.advance(std::chrono::seconds(61));
  EXPECT_EQ(sink.told, (std::vector<std::string>{"WaitStateExited", "ExecutionSucceeded"}));
  ASSERT_FALSE(asked.empty());
  EXPECT_EQ(asked.front(), std::pair(EntityId{1, 1}, arn_of("e")));
}

TEST_F(JournalSinkTest, WhatIsTakenUpAgainMayLogNoMore) {
  later = HistoryLevel::kOff;
  TestNode node(kStoreKinds[0], options());
  EXPECT_EQ(outcome(start(node, kWait, HistoryLevel::kAll)), "ok");
  node.restart();
  node.advance(std::chrono::seconds(61));
  EXPECT_EQ(sink.told, (std::vector<std::string>{"ExecutionStarted", "WaitStateEntered"}));
}

}  // namespace
}  // namespace treadle::runtime::test
