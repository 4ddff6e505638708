#include "treadle/base/random.h"

#include <algorithm>
#include <bit>
#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "treadle/base/system_clock.h"

namespace treadle {
namespace {

TEST(SeededRandom, IsTheSameForTheSameSeed) {
  SeededRandom a(1);
  SeededRandom b(1);
  SeededRandom c(2);
  bool differs = false;
  for (int i = 0; i < 100; ++i) {
    auto const bits = a.next_u64();
    EXPECT_EQ(bits, b.next_u64());
    differs |= bits != c.next_u64();
  }
  EXPECT_TRUE(differs);
}

// The state after seed 0 is splitmix64's first four outputs; the first result follows from its
// second word.
TEST(SeededRandom, FollowsItsDefinition) {
  SeededRandom random(0);
  EXPECT_EQ(random.next_u64(), std::rotl(0x6E789E6AA1B965F4U * 5, 7) * 9);
}

TEST(SeededRandom, SpreadsItsUnitsEvenly) {
  SeededRandom random(3);
  std::vector<int> tenths(10);
  for (int i = 0; i < 10'000; ++i) ++tenths[static_cast<std::size_t>(random.next_unit() * 10)];
  EXPECT_GT(std::ranges::min(tenths), 850);
  EXPECT_LT(std::ranges::max(tenths), 1'150);
}

TEST(SystemRandom, NeverRepeatsItself) {
  SystemRandom a;
  SystemRandom b;
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 500; ++i) {
    EXPECT_TRUE(seen.insert(a.next_u64()).second);
    EXPECT_TRUE(seen.insert(b.next_u64()).second);
  }
}

TEST(UuidV4, SetsVersionAndVariant) {
  EXPECT_EQ(uuid_v4(0, 0), "00000000-0000-4000-8000-000000000000");
  EXPECT_EQ(uuid_v4(~0ULL, ~0ULL), "ffffffff-ffff-4fff-bfff-ffffffffffff");
  EXPECT_EQ(uuid_v4(0x0123456789abcdef, 0xfedcba9876543210),
            "01234567-89ab-4def-bedc-ba9876543210");
}

TEST(SystemClock, TellsThePresent) {
  SystemClock const clock;
  auto const before = std::chrono::system_clock::now();
  auto const now = clock.now();
  auto const after = std::chrono::system_clock::now();
  EXPECT_GE(now, std::chrono::floor<Milliseconds>(before));
  EXPECT_LE(now, after);
}

}  // namespace
}  // namespace treadle
