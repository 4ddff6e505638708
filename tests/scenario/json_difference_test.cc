#include "treadle/scenario/json_difference.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "treadle/json/arena.h"
#include "treadle/json/parse.h"

namespace treadle::scenario {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

auto differ(std::string_view expected, std::string_view got, Match match = Match::kExact)
    -> std::vector<Difference> {
  json::Arena arena;
  std::vector<Difference> out;
  compare(*json::parse(arena, expected), *json::parse(arena, got), match, "o", out);
  return out;
}

TEST(JsonDifference, ComparesByValue) {
  EXPECT_THAT(differ(R"({"a": 1.0, "b": [2]})", R"({"b": [2], "a": 1})"), IsEmpty());
  EXPECT_THAT(differ("1", "2"), ElementsAre(Difference{"o", "1", "2"}));
  EXPECT_THAT(differ("[]", "{}"), ElementsAre(Difference{"o", "[]", "{}"}));
}

TEST(JsonDifference, NamesTheDeepestPlace) {
  EXPECT_THAT(differ(R"({"a": [{"b": 1}, 2]})", R"({"a": [{"b": 3}]})"),
              ElementsAre(Difference{"o.a[0].b", "1", "3"}, Difference{"o.a[1]", "2", "nothing"}));
  EXPECT_THAT(
      differ(R"({"a": 1})", R"({"b c": 2})"),
      ElementsAre(Difference{"o.a", "1", "nothing"}, Difference{R"(o["b c"])", "nothing", "2"}));
}

TEST(JsonDifference, IncludedObjectsMayHaveMore) {
  EXPECT_THAT(differ(R"({"a": {"b": 1}})", R"({"a": {"b": 1, "c": 2}, "d": 3})", Match::kIncludes),
              IsEmpty());
  EXPECT_THAT(differ(R"([{"a": 1}])", R"([{"a": 1, "b": 2}, 3])", Match::kIncludes),
              ElementsAre(Difference{"o[1]", "nothing", "3"}));
}

TEST(JsonDifference, LongValuesAreCut) {
  auto const text = '"' + std::string(1'000, 'x') + '"';
  auto const found = differ("1", text);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_LT(found[0].got.size(), 250U);
  EXPECT_TRUE(found[0].got.ends_with("..."));
}

}  // namespace
}  // namespace treadle::scenario
