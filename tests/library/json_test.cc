#include <cmath>
#include <limits>

#include <gtest/gtest.h>
#include <treadle/json.h>
#include <treadle/typed.h>

#include "treadle/library/bindings.h"

namespace treadle::library::test {
namespace {

TEST(Json, WhatAViewShows) {
  JsonMemory memory;
  auto const view = *memory.parse(R"( {"a":[1,2.5,"x\n",true,null],"b":{}} )");
  EXPECT_EQ(view.kind(), JsonKind::kObject);
  EXPECT_EQ(view.size(), 2U);
  EXPECT_EQ(view.key(1), "b");
  EXPECT_EQ(view["a"][0].integer(), 1);
  EXPECT_EQ(view["a"][1].number(), 2.5);
  EXPECT_EQ(view["a"][1].integer(), std::nullopt);
  EXPECT_EQ(view["a"][2].string(), "x\n");
  EXPECT_EQ(view["a"][3].boolean(), true);
  EXPECT_TRUE(view.find("a").has_value());
  EXPECT_FALSE(view.find("c").has_value());
  EXPECT_EQ(view.text(), R"( {"a":[1,2.5,"x\n",true,null],"b":{}} )");
  EXPECT_EQ(view["a"].text(), R"([1,2.5,"x\n",true,null])");
}

TEST(Json, WhatIsNotThereIsNull) {
  JsonMemory memory;
  auto const view = *memory.parse("[1]");
  EXPECT_TRUE(view[7].is_null());
  EXPECT_TRUE(view["a"]["b"][3].is_null());
  EXPECT_EQ(view.key(0), "");
  EXPECT_EQ(view["a"].size(), 0U);
  EXPECT_EQ(JsonView().text(), "null");
}

TEST(Json, ValuesOfAllKinds) {
  JsonMemory memory;
  auto const made = memory.object({{"null", nullptr},
                                   {"bool", true},
                                   {"int", -3},
                                   {"unsigned", std::numeric_limits<std::uint64_t>::max()},
                                   {"double", 0.1},
                                   {"nan", std::nan("")},
                                   {"text", std::string("a\"b")},
                                   {"list", memory.array({1, "x", memory.object({})})}});
  EXPECT_EQ(
      made.text(),
      R"({"null":null,"bool":true,"int":-3,"unsigned":18446744073709551615,"double":0.1,"nan":null,)"
      R"("text":"a\"b","list":[1,"x",{}]})");
}

TEST(Json, OfEqualKeysTheLastCounts) {
  JsonMemory memory;
  EXPECT_EQ(memory.object({{"a", 1}, {"b", 2}, {"a", 3}}).text(), R"({"a":3,"b":2})");
  std::vector<std::string> keys;
  for (int i = 0; i < 40; ++i) keys.push_back("k" + std::to_string(i % 20));
  std::vector<JsonField> fields;
  for (std::size_t i = 0; i < keys.size(); ++i) fields.push_back({keys[i], i});
  auto const made = memory.object(fields);
  EXPECT_EQ(made.size(), 20U);
  EXPECT_EQ(made["k3"].integer(), 23);
}

TEST(Json, BytesThatAreNoTextAreReplaced) {
  JsonMemory memory;
  EXPECT_EQ(memory.object({{"k\xFF", "a\xC3"}}).text(), "{\"k\uFFFD\":\"a\uFFFD\"}");
}

TEST(Json, WithSetsOneMember) {
  JsonMemory memory;
  auto const view = *memory.parse(R"({"a":1,"b":2})");
  EXPECT_EQ(memory.with(view, "a", "x").text(), R"({"a":"x","b":2})");
  EXPECT_EQ(memory.with(view, "c", 3).text(), R"({"a":1,"b":2,"c":3})");
  EXPECT_EQ(memory.with(JsonView(), "c", 3).text(), R"({"c":3})");
  EXPECT_FALSE(memory.parse("{"));
}

struct Item {
  std::string sku;
  std::uint8_t count = 1;
};
constexpr auto json_fields(Item const*) {
  return std::tuple(field("sku", &Item::sku), field("count", &Item::count));
}
struct Order {
  std::string id;
  std::optional<double> amount;
  std::vector<Item> items;
  bool paid = false;
};
constexpr auto json_fields(Order const*) {
  return std::tuple(field("id", &Order::id), field("amount", &Order::amount),
                    field("items", &Order::items), field("paid", &Order::paid));
}

auto read_order(std::string_view text, Order& order) -> std::string {
  JsonMemory memory;
  return read(*memory.parse(text), order);
}

TEST(Typed, ReadsAndWrites) {
  Order order;
  EXPECT_EQ(
      read_order(R"({"id":"o-1","items":[{"sku":"a","count":3},{"sku":"b"}],"more":1})", order),
      "");
  EXPECT_EQ(order.items[0].count, 3);
  EXPECT_EQ(order.items[1].count, 1);
  EXPECT_FALSE(order.amount);
  JsonMemory memory;
  EXPECT_EQ(write(memory, order).text(),
            R"({"id":"o-1","items":[{"sku":"a","count":3},{"sku":"b","count":1}],"paid":false})");
  order.amount = 2.5;
  EXPECT_EQ(write(memory, order)["amount"].number(), 2.5);
}

TEST(Typed, SaysWhereSomethingDoesNotFit) {
  struct {
    std::string_view name, text, wrong;
  } const cases[] = {
      {"kind", R"({"id":1})", "/id: a string is wanted"},
      {"deep", R"({"items":[{"sku":"a"},{"sku":2}]})", "/items/1/sku: a string is wanted"},
      {"range", R"({"items":[{"count":256}]})", "/items/0/count: an integer in range is wanted"},
      {"negative", R"({"items":[{"count":-1}]})", "/items/0/count: an integer in range is wanted"},
      {"list", R"({"items":{}})", "/items: an array is wanted"},
      {"root", "[]", ": an object is wanted"},
  };
  for (auto const& c : cases) {
    Order order;
    EXPECT_EQ(read_order(c.text, order), c.wrong) << c.name;
  }
}

TEST(Patterns, StarsStandForAnyText) {
  struct {
    std::string_view pattern, text;
    bool matches;
  } const cases[] = {
      {"a", "a", true},
      {"a", "ab", false},
      {"*", "", true},
      {"a*c", "abc", true},
      {"a*c", "ac", true},
      {"a*c", "abcd", false},
      {"*:put*", "s3:putObject", true},
      {"aws-sdk:*:get*", "aws-sdk:s3:getObject", true},
      {"a*b*c", "aXbYbZc", true},
      {"", "", true},
      {"", "a", false},
      {"a**", "a", true},
  };
  for (auto const& c : cases)
    EXPECT_EQ(matches_pattern(c.pattern, c.text), c.matches) << c.pattern << " " << c.text;
}

}  // namespace
}  // namespace treadle::library::test
