// Streams of executions over several threads, and executions that answer where they are.

#include <atomic>
#include <deque>
#include <mutex>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "treadle/interpreter/project.h"
#include "treadle/library/access.h"

namespace treadle::library::test {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view kSquare = R"({"StartAt":"T","States":{"T":{"Type":"Task",
  "Resource":"arn:aws:lambda:us-east-1:123456789012:function:square","End":true}}})";

// A Parallel state of so many branches: `branch`, with names of its own for each (a '%' in them).
auto parallel_of(int count, std::string_view branch) -> std::string {
  std::string out = R"({"StartAt":"P","States":{"P":{"Type":"Parallel","End":true,"Branches":[)";
  for (int i = 0; i < count; ++i) {
    if (i != 0) out += ',';
    for (char const c : branch) c == '%' ? out += std::to_string(i) : out += c;
  }
  return out + "]}}}";
}

auto square(Task& task) -> TaskResult {
  auto const n = task.input().integer().value_or(0);
  return task.memory().value(n * n);
}

auto engine_with(std::string_view definition, std::size_t threads = 2) -> Engine {
  auto engine = Engine::open({.threads = threads});
  EXPECT_TRUE(engine);
  EXPECT_TRUE(engine->bind("square", square));
  EXPECT_TRUE(engine->define("m", definition));
  return std::move(*engine);
}

TEST(Stream, EachInputEndsOnceWithItsOwnOutput) {
  constexpr std::uint64_t kInputs = 5'000;
  auto engine = engine_with(kSquare);
  std::uint64_t next = 0;
  std::mutex mutex;
  std::set<std::uint64_t> seen;
  auto const totals =
      engine.stream("m", {.next = [&]() -> std::optional<std::string> {
                            if (next == kInputs) return std::nullopt;
                            return std::to_string(next++);
                          },
                          .ended =
                              [&](std::uint64_t number, End const& end) {
                                EXPECT_EQ(end.output, std::to_string(number * number));
                                std::lock_guard const lock(mutex);
                                EXPECT_TRUE(seen.insert(number).second);
                              }});
  ASSERT_TRUE(totals) << totals.error();
  EXPECT_EQ(totals->succeeded, kInputs);
  EXPECT_EQ(totals->failed, 0U);
  EXPECT_EQ(seen.size(), kInputs);
}

TEST(Stream, FailuresAreCountedAndTheRestGoesOn) {
  auto engine = engine_with(R"({"StartAt":"C","States":{
    "C":{"Type":"Choice","Choices":[{"Variable":"$","NumericEquals":3,"Next":"F"}],"Default":"S"},
    "F":{"Type":"Fail","Error":"Three"},"S":{"Type":"Succeed"}}})");
  std::vector<std::string> const inputs{"1", "2", "3", "4"};
  auto const ends = engine.run_all("m", inputs);
  ASSERT_TRUE(ends) << ends.error();
  ASSERT_EQ(ends->size(), 4U);
  EXPECT_EQ((*ends)[2].error, "Three");
  EXPECT_EQ((*ends)[2].status, EndStatus::kFailed);
  EXPECT_EQ((*ends)[3].output, "4");
}

TEST(Stream, WhatIsNoJsonEndsIt) {
  auto engine = engine_with(kSquare);
  std::vector<std::string> const inputs{"1", "x", "3"};
  EXPECT_THAT(engine.run_all("m", inputs).error(),
              HasSubstr("input 1: The input is not JSON: line 1"));
}

TEST(Stream, NothingToDo) {
  auto engine = engine_with(kSquare);
  EXPECT_TRUE(engine.run_all("m", {})->empty());
  EXPECT_THAT(engine.stream("n", {.next = [] { return std::nullopt; }}).error(), HasSubstr("'n'"));
  EXPECT_THAT(engine.stream("m", {}).error(), HasSubstr("source"));
}

// Never more than `waiting_max` wait, though the source has more; all of them end.
TEST(Stream, WaitsForRoom) {
  constexpr std::size_t kMost = 5;
  auto engine = Engine::open({.threads = 1});
  ASSERT_TRUE(engine);
  std::deque<Completion> waiting;  // of the one thread
  std::size_t most = 0;
  std::size_t given = 0;
  ASSERT_TRUE(engine->bind_async("square", [&](Task&, Completion completion) {
    waiting.push_back(std::move(completion));
    most = std::max(most, waiting.size());
    if (waiting.size() < kMost && given < 100) return;
    while (!waiting.empty()) {
      waiting.front().succeed(std::string("1"));
      waiting.pop_front();
    }
  }));
  ASSERT_TRUE(engine->define("m", kSquare));
  auto const totals = engine->stream("m", {.next = [&]() -> std::optional<std::string> {
                                             if (given == 100) return std::nullopt;
                                             ++given;
                                             return "1";
                                           },
                                           .waiting_max = kMost});
  ASSERT_TRUE(totals) << totals.error();
  EXPECT_EQ(totals->succeeded, 100U);
  EXPECT_EQ(most, kMost);
}

// Keeps the types of the history events of each execution.
class Types final : public runtime::HistorySink {
 public:
  [[nodiscard]] auto reads(runtime::LogSettings const&) const -> bool override { return true; }
  void add(runtime::HistoryBatch const& batch) override {
    for (auto const& event : batch.events)
      if (auto const shown = interpreter::project(event)) types.emplace_back(shown->type);
  }
  std::vector<std::string> types;
};

TEST(AnsweredAtOnce, HistoriesAreThoseOfAnyTask) {
  Types sink;
  auto engine = Access::open({.threads = 1}, &sink);
  ASSERT_TRUE(engine);
  ASSERT_TRUE(engine->bind("square", square));
  ASSERT_TRUE(engine->define("m", kSquare));
  EXPECT_EQ(engine->run("m", "12")->output, "144");
  EXPECT_THAT(sink.types, ::testing::ElementsAre("ExecutionStarted", "TaskStateEntered",
                                                 "LambdaFunctionScheduled", "LambdaFunctionStarted",
                                                 "LambdaFunctionSucceeded", "TaskStateExited",
                                                 "ExecutionSucceeded"));
}

TEST(AnsweredAtOnce, ManyBranchesAnswerInOneGo) {
  auto engine = engine_with(parallel_of(20, R"({"StartAt":"T%","States":{"T%":{"Type":"Task",
    "Resource":"arn:aws:lambda:us-east-1:123456789012:function:square","End":true}}})"));
  auto const end = engine.run("m", "3");
  ASSERT_TRUE(end) << end.error();
  EXPECT_EQ(end->output, "[9,9,9,9,9,9,9,9,9,9,9,9,9,9,9,9,9,9,9,9]");
}

// A loop whose values together are much more than may stay in memory; some branches have an answer that
// is still to be decided when the memory is given back.
TEST(AnsweredAtOnce, LongLoopsGiveMemoryBack) {
  auto engine = Engine::open({.threads = 1});
  ASSERT_TRUE(engine);
  std::string const large(100'000, 'x');
  std::size_t calls = 0;
  ASSERT_TRUE(engine->bind("next", [&](Task& task) -> TaskResult {
    ++calls;
    return task.object({{"n", task.input()["n"].integer().value_or(0) + 1}, {"large", large}});
  }));
  auto const defined = engine->define("m", parallel_of(3, R"({"StartAt":"T%","States":{
    "T%":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:next","Next":"C%"},
    "C%":{"Type":"Choice","Choices":[{"Variable":"$.n","NumericLessThan":100,"Next":"T%"}],"Default":"E%"},
    "E%":{"Type":"Pass","InputPath":"$.n","End":true}}})"));
  ASSERT_TRUE(defined) << defined.error();
  auto const end = engine->run("m", R"({"n":0})");
  ASSERT_TRUE(end) << end.error();
  EXPECT_EQ(end->output, "[100,100,100]");
  EXPECT_EQ(calls, 300U);
}

TEST(AnsweredAtOnce, AResultOverTheQuotaFails) {
  auto engine = Engine::open({.threads = 1});
  ASSERT_TRUE(engine);
  ASSERT_TRUE(engine->bind("square", [](Task& task) -> TaskResult {
    return task.memory().value(std::string(300'000, 'x'));
  }));
  ASSERT_TRUE(engine->define("m", kSquare));
  EXPECT_EQ(engine->run("m", "1")->error, "States.DataLimitExceeded");
}

}  // namespace
}  // namespace treadle::library::test
