// The flat table of entities, beside a map that is known to be right.
#include "treadle/runtime/entity_map.h"

#include <map>

#include <gtest/gtest.h>

#include "treadle/base/random.h"

namespace treadle::runtime {
namespace {

TEST(EntityMapTest, EmptyTable) {
  EntityMap<int> map;
  EXPECT_TRUE(map.empty());
  EXPECT_EQ(map.take({1, 2}), nullptr);
  map.each([](EntityId, int) { FAIL(); });
}

TEST(EntityMapTest, TheLaterOfTwoOfOneIdStays) {
  EntityMap<int> map;
  map.put({1, 2}, std::make_unique<int>(3));
  map.put({1, 2}, std::make_unique<int>(4));
  EXPECT_EQ(map.size(), 1U);
  EXPECT_EQ(*map.take({1, 2}), 4);
  EXPECT_TRUE(map.empty());
}

struct Case {
  char const* name;
  std::uint64_t high_most;  // small ones make ids that meet in one place
  std::uint64_t low_most;
  std::size_t most;  // values at a time
  int steps;
};
Case const kCases[] = {
    {"drawn_ids", ~0ULL, ~0ULL, 300, 20'000},
    {"few_ids_often", 3, 63, 120, 20'000},
    // high ^ low is the same for all of them: each stands in the way of the others.
    {"one_home", 0, 0, 50, 5'000},
};

TEST(EntityMapTest, IsLikeAMap) {
  for (auto const& c : kCases) {
    SCOPED_TRACE(c.name);
    SeededRandom random(7);
    EntityMap<std::uint64_t> map;
    std::map<EntityId, std::uint64_t> wanted;
    std::vector<EntityId> ids;  // of all that were ever put
    std::size_t largest = 0;
    for (int step = 0; step < c.steps; ++step) {
      // It fills and empties in turns.
      bool const is_filling = (step / 1'000) % 2 == 0;
      bool const puts = random.next_u64() % 10 < (is_filling ? 8U : 2U);
      if (puts && wanted.size() < c.most) {
        auto const high = random.next_u64() & c.high_most;
        EntityId id{high, random.next_u64() & c.low_most};
        if (c.low_most == 0) id.high = id.low = random.next_u64() % 200;
        map.put(id, std::make_unique<std::uint64_t>(static_cast<std::uint64_t>(step)));
        wanted[id] = static_cast<std::uint64_t>(step);
        ids.push_back(id);
      } else if (!ids.empty()) {
        auto const id = ids[random.next_u64() % ids.size()];
        auto const taken = map.take(id);
        auto const at = wanted.find(id);
        ASSERT_EQ(taken != nullptr, at != wanted.end()) << "step " << step;
        if (!taken) continue;
        ASSERT_EQ(*taken, at->second) << "step " << step;
        wanted.erase(at);
      }
      ASSERT_EQ(map.size(), wanted.size());
      largest = std::max(largest, map.size());
    }
    EXPECT_GT(largest, c.most / 4);
    std::map<EntityId, std::uint64_t> visited;
    map.each([&](EntityId id, std::uint64_t value) { visited.emplace(id, value); });
    EXPECT_EQ(visited, wanted);
    for (auto const& [id, value] : wanted) EXPECT_EQ(*map.take(id), value);
    EXPECT_TRUE(map.empty());
  }
}

TEST(EntityMapTest, LargeTables) {
  SeededRandom random(1);
  constexpr std::uint64_t kMany = 300'000;  // more than small pages are used for
  std::vector<EntityId> ids(kMany);
  for (auto& id : ids) id = random.next_entity_id();
  EntityMap<std::uint64_t> map;
  for (std::uint64_t i = 0; i < kMany; ++i) map.put(ids[i], std::make_unique<std::uint64_t>(i));
  for (std::uint64_t i = 0; i < kMany; ++i) ASSERT_EQ(*map.take(ids[i]), i);
  EXPECT_TRUE(map.empty());
}

}  // namespace
}  // namespace treadle::runtime
