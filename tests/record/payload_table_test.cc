#include "treadle/record/payload_table.h"

#include <string>

#include <gtest/gtest.h>

namespace treadle::record {
namespace {

TEST(PayloadTable, TakesInWhatNobodyHasChecked) {
  json::Arena arena;
  PayloadTable table(arena);
  auto const id = table.add_unchecked(R"( {"a": [1, 2]} )");
  ASSERT_TRUE(id.has_value());
  EXPECT_EQ(table.text(*id), R"( {"a": [1, 2]} )");
  EXPECT_EQ(table.value(*id).find("a")->size(), 2U);
  EXPECT_FALSE(table.add_unchecked("{a}").has_value());
  EXPECT_EQ(table.next(), PayloadId{id->value() + 1}) << "what is no JSON took a number";
}

TEST(PayloadTable, BeginsAgain) {
  json::Arena arena;
  PayloadTable table(arena);
  EXPECT_EQ(table.add_text("1"), PayloadId{1});
  EXPECT_EQ(table.add_text("2"), PayloadId{2});
  arena.reset();
  table.clear();
  EXPECT_EQ(table.next(), PayloadId{1});
  EXPECT_EQ(table.add_text("3"), PayloadId{1});
  EXPECT_EQ(table.text(PayloadId{1}), "3");

  std::string const old = "[7]";
  arena.reset();
  table.clear(PayloadId{9}, [&](PayloadId id) -> std::string_view {
    EXPECT_EQ(id, PayloadId{4});
    return old;
  });
  EXPECT_EQ(table.add_text("5"), PayloadId{9});
  EXPECT_EQ(table.text(PayloadId{4}), "[7]");
  EXPECT_EQ(table.text(PayloadId{9}), "5");
}

}  // namespace
}  // namespace treadle::record
