#include "treadle/json/arena.h"

#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace treadle::json {
namespace {

TEST(Arena, AlignsAndNeverOverlaps) {
  Arena arena;
  char* last_end = nullptr;
  for (std::size_t i = 0; i < 2'000; ++i) {
    auto const alignment = std::size_t{1} << (i % 5);
    auto* const memory = static_cast<char*>(arena.allocate(i % 37, alignment));
    ASSERT_NE(memory, nullptr);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(memory) % alignment, 0U);
    std::memset(memory, static_cast<int>(i), i % 37);
    if (last_end != nullptr && memory >= last_end - 37 && memory < last_end) {
      ADD_FAILURE() << "overlap at " << i;
    }
    last_end = memory + i % 37;
  }
}

TEST(Arena, StartsInTheCallersMemory) {
  alignas(16) std::byte first[64];
  Arena arena{first};
  auto* const inside = static_cast<std::byte*>(arena.allocate(48));
  EXPECT_EQ(inside, first);
  auto* const outside = static_cast<std::byte*>(arena.allocate(48));
  EXPECT_TRUE(outside < first || outside >= first + 64);
  EXPECT_EQ(arena.bytes_used(), 96U);
}

TEST(Arena, LeavesTheCallersMemoryUsable) {
  std::byte first[64];
  for (std::size_t const bytes : {8U, 200U}) {
    {
      Arena arena{first};
      (void)arena.allocate(bytes);
    }
    std::memset(first, 0, sizeof(first));
  }
}

TEST(Arena, KeepsTheLargestBlockOnReset) {
  Arena arena;
  (void)arena.allocate(100);
  auto* const large = arena.allocate(3'000'000);
  (void)arena.allocate(2'000'000);
  EXPECT_GE(arena.bytes_used(), 5'000'100U);
  arena.reset();
  EXPECT_EQ(arena.bytes_used(), 0U);
  EXPECT_EQ(arena.allocate(1), large);
}

TEST(Arena, ResetWithoutABlockStartsAgainInTheCallersMemory) {
  alignas(16) std::byte first[64];
  Arena arena{first};
  (void)arena.allocate(20);
  arena.reset();
  EXPECT_EQ(arena.allocate(8), first);
}

TEST(Arena, CopiesText) {
  Arena arena;
  std::string text = "text";
  auto const copy = arena.copy(text);
  text = "????";
  EXPECT_EQ(copy, "text");
  EXPECT_EQ(arena.copy(""), "");
}

TEST(Arena, Moves) {
  Arena from;
  auto const copy = from.copy("text");
  Arena to = std::move(from);
  EXPECT_EQ(copy, "text");
  EXPECT_EQ(to.bytes_used(), 4U);
  Arena other;
  (void)other.allocate(10);
  other = std::move(to);
  EXPECT_EQ(copy, "text");
  EXPECT_EQ(other.bytes_used(), 4U);
}

}  // namespace
}  // namespace treadle::json
