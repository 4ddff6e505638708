// The heap of timers, beside a map that is known to be right.
#include "treadle/net/timer_heap.h"

#include <map>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "treadle/base/random.h"

namespace treadle::net::detail {
namespace {

using namespace std::chrono_literals;

SteadyTime const kStart{};

TEST(TimerHeapTest, ATimerIsNamedForGood) {
  TimerHeap heap;
  auto const first = heap.add(kStart, [] {});
  EXPECT_TRUE(heap.contains(kStart, first));
  EXPECT_FALSE(heap.contains(kStart + 1s, first));
  EXPECT_TRUE(heap.take(kStart, first));
  // Its place is taken by another.
  auto const second = heap.add(kStart, [] {});
  EXPECT_FALSE(heap.contains(kStart, first));
  EXPECT_FALSE(heap.take(kStart, first));
  EXPECT_TRUE(heap.contains(kStart, second));
  EXPECT_FALSE(heap.contains(kStart, TimerHeap::Id{7}));
}

TEST(TimerHeapTest, WhatIsDueTogetherComesInOrder) {
  TimerHeap heap;
  std::string order;
  for (char const c : std::string("abcdefghij"))
    heap.add(kStart + (c == 'h' ? -1s : 0s), [&order, c] { order += c; });
  while (!heap.empty()) heap.take_first()();
  EXPECT_EQ(order, "habcdefgij");
}

TEST(TimerHeapTest, TakesAllThatIsThere) {
  TimerHeap heap;
  auto kept = std::make_shared<int>();
  for (int i = 0; i < 100; ++i) heap.add(kStart + i * 1s, [kept] {});
  EXPECT_EQ(heap.take_all().size(), 100U);
  EXPECT_TRUE(heap.empty());
  EXPECT_EQ(kept.use_count(), 1);
}

TEST(TimerHeapTest, IsLikeAMap) {
  for (std::uint64_t const times : {3ULL, 1'000ULL, 1'000'000ULL}) {  // few: many are due together
    SCOPED_TRACE(times);
    SeededRandom random(times);
    TimerHeap heap;
    using Key = std::pair<SteadyTime, std::uint64_t>;
    std::map<Key, TimerHeap::Id> wanted;
    std::uint64_t ran = 0;
    for (int step = 0; step < 30'000; ++step) {
      auto const draw = random.next_u64() % 10;
      bool const is_filling = (step / 3'000) % 2 == 0;
      if (draw < (is_filling ? 6U : 2U)) {
        auto const due = kStart + random.next_u64() % times * 1ms;
        auto const order = heap.added() + 1;
        wanted[{due, order}] = heap.add(due, [&ran, order] { ran = order; });
      } else if (wanted.empty()) {
        continue;
      } else if (draw < 8) {
        auto at = wanted.lower_bound({kStart + random.next_u64() % times * 1ms, 0});
        if (at == wanted.end()) --at;
        heap.take(at->first.first, at->second)();
        ASSERT_EQ(ran, at->first.second) << "step " << step;
        wanted.erase(at);
      } else {
        auto const first = wanted.begin();
        ASSERT_EQ(heap.first_due(), first->first.first);
        ASSERT_EQ(heap.first_order(), first->first.second);
        heap.take_first()();
        ASSERT_EQ(ran, first->first.second) << "step " << step;
        wanted.erase(first);
      }
      ASSERT_EQ(heap.empty(), wanted.empty());
    }
    for (auto const& [key, id] : wanted) {
      EXPECT_TRUE(heap.contains(key.first, id));
      EXPECT_EQ(heap.first_order(), key.second);
      (void)heap.take_first();
      EXPECT_FALSE(heap.contains(key.first, id));
    }
    EXPECT_TRUE(heap.empty());
  }
}

}  // namespace
}  // namespace treadle::net::detail
