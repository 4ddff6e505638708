#include <gtest/gtest.h>

#include "tests/expr/fake_environment.h"
#include "treadle/expr/jsonpath/path.h"
#include "treadle/json/print.h"

namespace treadle::expr::jsonpath {
namespace {

struct Row {
  char const* name;
  char const* path;
  char const* document;
  char const* printed;  // or the error
};

class Assign : public testing::TestWithParam<Row> {};

TEST_P(Assign, SetsOnePlace) {
  auto arena = json::Arena();
  auto const path = Path::parse(GetParam().path);
  ASSERT_TRUE(path) << path.error();
  auto const document = parsed(arena, GetParam().document);
  auto const changed = assign(*path, document, parsed(arena, R"("new")"), arena);
  EXPECT_EQ(changed ? json::print(*changed) : changed.error(), GetParam().printed);
  EXPECT_EQ(json::print(document), GetParam().document);
}

Row const kRows[] = {
    {"root", "$", R"({"a":1})", R"("new")"},
    {"member_at_the_end", "$.b", R"({"a":1})", R"({"a":1,"b":"new"})"},
    {"member_in_place", "$.a", R"({"a":1,"b":2})", R"({"a":"new","b":2})"},
    {"objects_on_the_way", "$.a.b['c d']", "{}", R"({"a":{"b":{"c d":"new"}}})"},
    {"siblings_stay", "$.a.b", R"({"a":{"c":1},"d":2})", R"({"a":{"c":1,"b":"new"},"d":2})"},
    {"element", "$.a[1]", R"({"a":[1,2,3]})", R"({"a":[1,"new",3]})"},
    {"next_element", "$.a[1]", R"({"a":[1]})", R"({"a":[1,"new"]})"},
    {"below_an_element", "$[0].b", R"([{"a":1}])", R"([{"a":1,"b":"new"}])"},
    {"gap", "$.a[2]", R"({"a":[1]})", R"(Unable to apply ReferencePath $.a[2] to input {"a":[1]})"},
    {"member_of_text", "$.a.b", R"({"a":"x"})",
     R"(Unable to apply ReferencePath $.a.b to input {"a":"x"})"},
    {"member_of_array", "$.a", "[1, 2]", "Unable to apply ReferencePath $.a to input [1, 2]"},
    {"member_of_null", "$.a", "null", "Unable to apply ReferencePath $.a to input null"},
    {"index_of_object", "$[0]", "{}", "Unable to apply ReferencePath $[0] to input {}"},
};

INSTANTIATE_TEST_SUITE_P(Rows, Assign, testing::ValuesIn(kRows),
                         [](auto const& row) { return row.param.name; });

}  // namespace
}  // namespace treadle::expr::jsonpath
