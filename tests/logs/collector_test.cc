#include "treadle/logs/collector.h"

#include <algorithm>
#include <condition_variable>
#include <thread>

#include <gtest/gtest.h>

namespace treadle::logs {
namespace {

// Keeps what it gets; while the gate is shut it takes nothing.
struct Kept {
  std::mutex mutex;
  std::condition_variable changed;
  bool is_open = true;
  bool is_waiting = false;
  std::uint64_t lost = 0;  // of each write, as the destination would say
  std::vector<LogBatch> batches;

  void set_gate(bool open) {
    std::lock_guard const lock(mutex);
    is_open = open;
    changed.notify_all();
  }
  // Until somebody stands before the gate.
  void wait_for_writer() {
    std::unique_lock lock(mutex);
    changed.wait(lock, [this] { return is_waiting; });
  }
  auto lines(std::string_view group) -> std::string {
    std::lock_guard const lock(mutex);
    std::string out;
    for (auto const& batch : batches)
      if (batch.group == group) out += batch.lines.lines;
    return out;
  }
};

class GatedDestination final : public Destination {
 public:
  explicit GatedDestination(Kept& kept) : kept_(kept) {}
  auto write(std::vector<LogBatch> const& batches, std::atomic<bool> const& is_stopping)
      -> std::uint64_t override {
    std::unique_lock lock(kept_.mutex);
    kept_.is_waiting = true;
    kept_.changed.notify_all();
    while (!kept_.is_open && !is_stopping)
      kept_.changed.wait_for(lock, std::chrono::milliseconds(5));
    kept_.is_waiting = false;
    kept_.batches.insert(kept_.batches.end(), batches.begin(), batches.end());
    return kept_.lost;
  }

 private:
  Kept& kept_;
};

auto one(std::string_view text) -> Lines {
  Lines lines;
  lines.lines = text;
  lines.close_line(Timestamp(Milliseconds(1)));
  return lines;
}

TEST(Collector, EachGroupGetsItsLinesInOrder) {
  Kept kept;
  Collector collector(std::make_unique<GatedDestination>(kept));
  std::string wanted;
  for (int i = 0; i < 1'000; ++i) {
    auto const text = std::to_string(i);
    collector.add({.group = "a", .machine = "m"}, one(text));
    collector.add({.group = "b", .machine = "m"}, one("x"));
    wanted += text + "\n";
  }
  collector.stop();
  EXPECT_EQ(kept.lines("a"), wanted);
  EXPECT_EQ(kept.lines("b").size(), 2'000U);
  EXPECT_EQ(collector.counts().taken, 2'000U);
  EXPECT_EQ(collector.counts().dropped, 0U);
}

TEST(Collector, PlacesOfLinesFollowTheirText) {
  Kept kept;
  Collector collector(std::make_unique<GatedDestination>(kept));
  for (auto const* text : {"a", "bb", "ccc"})
    collector.add({.group = "g", .machine = "m"}, one(text));
  collector.stop();
  std::vector<std::string> texts;
  for (auto const& batch : kept.batches) {
    std::size_t from = 0;
    for (auto const& end : batch.lines.ends) {
      texts.push_back(batch.lines.lines.substr(from, end.at - from));
      from = end.at;
    }
  }
  EXPECT_EQ(texts, (std::vector<std::string>{"a\n", "bb\n", "ccc\n"}));
}

TEST(Collector, ManyThreadsLoseNothing) {
  Kept kept;
  Collector collector(std::make_unique<GatedDestination>(kept));
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 8; ++t)
      threads.emplace_back([&collector, t] {
        for (int i = 0; i < 2'000; ++i)
          collector.add({.group = "g" + std::to_string(t), .machine = "m"}, one(std::to_string(i)));
      });
  }
  collector.stop();
  for (int t = 0; t < 8; ++t) {
    auto const lines = kept.lines("g" + std::to_string(t));
    EXPECT_EQ(std::ranges::count(lines, '\n'), 2'000);
    EXPECT_TRUE(lines.starts_with("0\n1\n2\n3\n")) << lines.substr(0, 20);
  }
}

TEST(Collector, WhatDoesNotFitIsDroppedAndCounted) {
  Kept kept;
  kept.is_open = false;
  Collector collector(std::make_unique<GatedDestination>(kept), {.bytes_max = 100});
  auto const line = one(std::string(9, 'x'));
  collector.add({.group = "g", .machine = "m"}, line);
  kept.wait_for_writer();  // its bytes still count
  for (int i = 0; i < 25; ++i) collector.add({.group = "g", .machine = "m"}, line);
  EXPECT_EQ(collector.counts().dropped, 16U);  // ten lines of ten bytes fit
  kept.set_gate(true);
  collector.stop();
  EXPECT_EQ(std::ranges::count(kept.lines("g"), '\n'), 10);
  EXPECT_EQ(collector.counts().taken, 26U);
  EXPECT_EQ(collector.counts().dropped, 16U);
}

TEST(Collector, WhatTheDestinationLosesIsCounted) {
  Kept kept;
  kept.lost = 3;
  Collector collector(std::make_unique<GatedDestination>(kept));
  collector.add({.group = "g", .machine = "m"}, one("x"));
  collector.stop();
  EXPECT_EQ(collector.counts().dropped, 3U);
  collector.add({.group = "g", .machine = "m"}, one("too late"));
  EXPECT_EQ(collector.counts().dropped, 4U);
}

TEST(Collector, FlushComesBackOnceAllIsWritten) {
  Kept kept;
  Collector collector(std::make_unique<GatedDestination>(kept), {.pause = std::chrono::hours(1)});
  collector.add({.group = "g", .machine = "m"}, one("x"));
  collector.flush(std::chrono::hours(1));
  EXPECT_EQ(kept.lines("g"), "x\n");
  collector.flush(std::chrono::hours(1));  // with nothing to write
}

TEST(Collector, StoppingDoesNotWaitForADestinationThatIsAway) {
  Kept kept;
  kept.is_open = false;
  Collector collector(std::make_unique<GatedDestination>(kept));
  collector.add({.group = "g", .machine = "m"}, one("x"));
  kept.wait_for_writer();
  collector.stop();
  EXPECT_EQ(kept.lines("g"), "x\n");
}

}  // namespace
}  // namespace treadle::logs
