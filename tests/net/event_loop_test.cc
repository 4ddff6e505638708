#include "treadle/net/event_loop.h"

#include <atomic>
#include <future>
#include <latch>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "treadle/net/deadline_wheel.h"

namespace treadle::net {
namespace {

using namespace std::chrono_literals;

TEST(EventLoop, RunsPostedTasksInOrderAndNeverInsidePost) {
  auto loop = EventLoop();
  auto order = std::string();
  loop.post([&] {
    loop.post([&] { order += "c"; });
    loop.post([&] { loop.stop(); });
    order += "a";
    EXPECT_TRUE(loop.is_current());
    EXPECT_EQ(EventLoop::current(), &loop);
  });
  loop.post([&] { order += "b"; });
  EXPECT_FALSE(loop.is_current());
  loop.run();
  EXPECT_EQ(order, "abc");
  EXPECT_EQ(EventLoop::current(), nullptr);
}

TEST(EventLoop, RunsTimersInDueOrder) {
  auto loop = EventLoop();
  auto order = std::string();
  auto const now = std::chrono::steady_clock::now();
  auto const later = loop.run_at(now + 2ms, [&] { order += "c"; });
  auto const soon = loop.run_at(now + 1ms, [&] { order += "a"; });
  auto const same = loop.run_at(now + 1ms, [&] { order += "b"; });
  auto cancelled = loop.run_at(now, [&] { order += "x"; });
  auto replaced = loop.run_at(now, [&] { order += "y"; });
  replaced = Timer();
  loop.run_at(now + 1ms, [&] { order += "z"; }).cancel();
  loop.run_at(now + 3ms, [&] { order += "d"; }).detach();
  cancelled.cancel();
  EXPECT_TRUE(later.is_pending());
  auto const end = loop.run_at(now + 4ms, [&] { loop.stop(); });
  loop.run();
  EXPECT_EQ(order, "abcd");
  EXPECT_FALSE(later.is_pending());
}

TEST(EventLoop, TimersAreNeverEarly) {
  auto loop = EventLoop();
  auto const due = std::chrono::steady_clock::now() + 5ms;
  auto const timer = loop.run_at(due, [&] { loop.stop(); });
  loop.run();
  EXPECT_GE(std::chrono::steady_clock::now(), due);
}

TEST(EventLoop, TimersDoNotStarvePostedTasks) {
  auto loop = EventLoop();
  auto rounds = 0;
  std::function<void()> again = [&] {
    ++rounds;
    loop.run_after(0ms, [&] { again(); }).detach();
  };
  again();
  loop.run_after(1ms, [&] { loop.post([&] { loop.stop(); }); }).detach();
  loop.run();
  EXPECT_GT(rounds, 1);
}

TEST(EventLoop, TimersMayOutliveTheLoop) {
  auto timer = Timer();
  auto destroyed = std::make_shared<int>();
  {
    auto loop = EventLoop();
    timer = loop.run_after(1h, [kept = destroyed] {});
  }
  EXPECT_EQ(destroyed.use_count(), 1);
  EXPECT_FALSE(timer.is_pending());
  timer.cancel();
}

TEST(EventLoop, DestroysWhatDidNotRun) {
  auto kept = std::make_shared<int>();
  {
    auto loop = EventLoop();
    loop.post([kept] {});
  }
  EXPECT_EQ(kept.use_count(), 1);
}

TEST(EventLoops, RunsWhatManyThreadsPost) {
  auto loops = EventLoops(3);
  ASSERT_EQ(loops.size(), 3U);
  loops.start();
  auto constexpr kEach = 1'000;
  auto done = std::latch(4 * kEach * 3);
  std::vector<int> counts(3);  // each touched by its loop alone
  auto threads = std::vector<std::thread>();
  for (auto t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (auto i = 0; i < kEach * 3; ++i) {
        auto const index = static_cast<std::size_t>(i % 3);
        loops.at(index).post([&, index] {
          ++counts[index];
          done.count_down();
        });
      }
    });
  }
  for (auto& thread : threads) thread.join();
  done.wait();
  loops.stop();
  EXPECT_EQ(counts, (std::vector<int>{4 * kEach, 4 * kEach, 4 * kEach}));
}

TEST(EventLoops, StartsAgainAfterStop) {
  auto loops = EventLoops(1);
  for (auto i = 0; i < 3; ++i) {
    loops.start();
    auto ran = std::promise<void>();
    loops.at(0).post([&] { ran.set_value(); });
    EXPECT_EQ(ran.get_future().wait_for(10s), std::future_status::ready);
    loops.stop();
  }
}

class Entry : public DeadlineWheel::Node {
 public:
  explicit Entry(int n) : number(n) {}
  int number;
};

// Whatever the deadlines, none is early and none is more than two ticks late, at any rhythm of
// advance().
// A task that never ran may own what posts when it goes, to whichever loop.
TEST(EventLoops, WhatATaskOwnedMayPostWhenTheLoopsGo) {
  struct PostsAtItsEnd {
    explicit PostsAtItsEnd(EventLoop& l) : loop(l) {}
    ~PostsAtItsEnd() {
      loop.post([] {});
    }
    EventLoop& loop;
  };
  auto loops = std::make_unique<EventLoops>(2);
  auto went = std::make_shared<int>();
  for (auto const& [from, to] : {std::pair(0U, 1U), std::pair(1U, 0U)})
    loops->at(from).post([went, owned = std::make_unique<PostsAtItsEnd>(loops->at(to))] {});
  loops.reset();
  EXPECT_EQ(went.use_count(), 1);
}

TEST(DeadlineWheel, IsNeverEarlyAndHardlyLate) {
  auto const start = std::chrono::steady_clock::now();
  for (auto const step : {3ms, 10ms, 25ms, 6'000ms}) {
    auto wheel = DeadlineWheel(10ms, start);
    auto entries = std::vector<std::unique_ptr<Entry>>();
    for (auto i = 0; i < 200; ++i) {
      entries.push_back(std::make_unique<Entry>(i));
      wheel.set(*entries.back(), start + i * i * 1ms);  // to beyond the wheel's 5 s
    }
    wheel.clear(*entries[7]);
    wheel.set(*entries[8], start + 30'000ms);
    auto expired = 0;
    for (auto now = start; now < start + 60'000ms; now += step) {
      wheel.advance(now, [&](DeadlineWheel::Node& node) {
        auto const n = static_cast<Entry&>(node).number;
        auto const due = start + (n == 8 ? 30'000ms : n * n * 1ms);
        EXPECT_NE(n, 7);
        EXPECT_LE(due, now);
        EXPECT_LE(now, due + 20ms + step) << n;
        ++expired;
      });
    }
    EXPECT_EQ(expired, 199);
    EXPECT_TRUE(wheel.empty());
  }
}

TEST(DeadlineWheel, NodesMaySetAndClearNodesWhenTheyExpire) {
  auto const start = std::chrono::steady_clock::now();
  auto wheel = DeadlineWheel(10ms, start);
  auto a = Entry(0);
  auto b = Entry(1);
  auto calls = 0;
  wheel.set(a, start + 5ms);
  wheel.set(b, start + 6ms);
  wheel.advance(start + 50ms, [&](DeadlineWheel::Node& node) {
    ++calls;
    EXPECT_EQ(&node, &a);
    wheel.clear(b);
    wheel.set(a, start);  // overdue: next time, not for ever
  });
  EXPECT_EQ(calls, 1);
  wheel.advance(start + 70ms, [&](DeadlineWheel::Node&) { ++calls; });
  EXPECT_EQ(calls, 2);
  EXPECT_TRUE(wheel.empty());
}

}  // namespace
}  // namespace treadle::net
