// What items a filter lets through: each row lists their "i" members.
#include "treadle/expr/jsonpath/filter.h"

#include <string>

#include <gtest/gtest.h>

#include "tests/expr/fake_environment.h"
#include "treadle/expr/jsonpath/path.h"
#include "treadle/json/print.h"

namespace treadle::expr::jsonpath {
namespace {

constexpr char kDocument[] = R"({"limit":5,"names":["ox","eel"],"items":[
    {"i":0,"v":5,"s":"ox","tags":["a","b"]},
    {"i":1,"v":5.0,"s":"Eel","tags":[]},
    {"i":2,"v":"5","s":"","tags":"a"},
    {"i":3,"v":null,"s":null},
    {"i":4,"v":true,"s":"a/b","sub":{"n":1}},
    {"i":5,"v":[1,2],"s":"[1,2]"},
    {"i":6,"v":{"k":1},"s":"ü😀"},
    {"i":7}]})";

struct Row {
  char const* name;
  char const* filter;
  char const* accepted;
};

class Filters : public testing::TestWithParam<Row> {};

TEST_P(Filters, Accept) {
  auto arena = json::Arena();
  auto environment = FakeEnvironment({}, {});
  auto const path = Path::parse("$.items[?(" + std::string(GetParam().filter) + ")].i");
  ASSERT_TRUE(path) << path.error();
  auto const value = evaluate(*path, parsed(arena, kDocument), environment, arena);
  ASSERT_TRUE(value) << value.error().message;
  EXPECT_EQ(json::print(*value), GetParam().accepted);
}

Row const kRows[] = {
    {"number_equals_text_that_means_it", "@.v == 5", "[0,1,2]"},
    {"literal_text_equals_number_written_like_it", "'5' == @.v", "[0,2]"},
    {"number_by_value", "@.v == 5.00", "[0,1]"},
    {"not_equal_takes_missing", "@.v != 5", "[3,4,5,6,7]"},
    {"same_type", "@.v === 5", "[0,1]"},
    {"not_same_type", "@.v !== '5'", "[0,1,3,4,5,6,7]"},
    {"null_is_not_missing", "@.v == null", "[3]"},
    {"boolean", "@.v == true", "[4]"},
    {"array_against_literal", "@.v == [1, 2]", "[5]"},
    {"literal_on_the_left_equals_nothing", "[1,2] == @.v", "[]"},
    {"array_is_no_text", "@.v == '[1,2]'", "[]"},
    {"object_against_literal", R"(@.v == {"k":1})", "[6]"},
    {"whole_and_decimal_differ_in_arrays", "@.v == [1.0, 2]", "[]"},
    {"less", "@.v < 6", "[0,1]"},
    {"texts_by_code_unit", "@.s < 'b'", "[1,2,4,5]"},
    {"text_against_number_has_no_order", "@.v >= '5'", "[2]"},
    {"path_on_both_sides", "@.v == $.limit", "[0,1,2]"},
    {"exists", "@.v", "[0,1,2,3,4,5,6]"},
    {"exists_not", "!@.v", "[7]"},
    {"exists_below", "@.sub.n", "[4]"},
    {"indefinite_path_exists_even_if_empty", "@.tags[*]", "[0,1,2]"},
    {"item_itself", "@", "[0,1,2,3,4,5,6,7]"},
    {"bang_before_a_compared_path_means_nothing", "!@.v == 5", "[0,1,2]"},
    {"not_of_parentheses", "!(@.v == 5)", "[3,4,5,6,7]"},
    {"and_binds_closer", "@.i == 7 || @.i > 1 && @.i < 4", "[2,3,7]"},
    {"parentheses", "(@.i == 7 || @.i > 1) && @.i < 4", "[2,3]"},
    {"no_blanks", "@.i>1&&@.i<4", "[2,3]"},
    {"regex_matches_whole_text", "@.s =~ /o/", "[]"},
    {"regex", "@.s =~ /.*x/", "[0]"},
    {"regex_ignores_case", "@.s =~ /EEL/i", "[1]"},
    {"regex_with_slash", R"(@.s =~ /a\/b/)", "[4]"},
    {"regex_of_number", "@.v =~ /5(.0)?/", "[0,1,2]"},
    {"regex_of_missing_is_of_empty_text", "@.s =~ /^$/", "[2,3,7]"},
    {"regex_of_any_element", "@.tags =~ /b/", "[0]"},
    {"regex_left", "/.*x/ =~ @.s", "[0]"},
    {"regex_characters", "@.s =~ /../", "[0,6]"},
    {"in", "@.s in ['ox', 'cow']", "[0]"},
    {"in_is_written_in_any_case", "@.s IN ['ox']", "[0]"},
    {"in_path", "@.s in $.names", "[0]"},
    {"in_bare_words", "@.s in [ox, cow]", "[0]"},
    {"in_mixes_types", "@.v in ['5', null]", "[0,1,2,3]"},
    {"in_no_list", "@.s in 'ox'", "[]"},
    {"nin", "@.i nin [0,1,2,3]", "[4,5,6,7]"},
    {"nin_no_list_spoils_all", "@.s nin 'ox'", "[]"},
    {"contains_element", "@.tags contains 'a'", "[0,2]"},
    {"contains_text", "@.s contains '/'", "[4]"},
    {"size_of_array", "@.tags size 2", "[0]"},
    {"size_in_utf16_units", "@.s size 3", "[1,4,6]"},
    {"empty", "@.tags empty true", "[1]"},
    {"empty_text", "@.s empty true", "[2]"},
    {"empty_needs_a_boolean", "@.s empty 'yes'", "[]"},
    {"subset", "@.tags subsetof ['a','b','c']", "[0,1]"},
    {"any", "@.tags anyof ['b','c']", "[0]"},
    {"none", "@.tags noneof ['b','c']", "[1]"},
    {"all_accepts_nothing", "@.tags all ['a']", "[]"},
    {"spoiled_even_when_negated", "!(@.tags all ['a'])", "[]"},
    {"constant", "1 == 1.0", "[0,1,2,3,4,5,6,7]"},
    {"filter_in_filter", "@.tags[?(@ == 'b')] empty false", "[0]"},
    {"function_in_filter", "@.tags.length() == 2", "[0]"},
    {"unknown_function_spoils_the_item", "@.tags.median() == 2", "[]"},
    {"text_with_operator", "@.s == '&& || ]'", "[]"},
};

INSTANTIATE_TEST_SUITE_P(Rows, Filters, testing::ValuesIn(kRows),
                         [](auto const& row) { return row.param.name; });

auto accepted(std::string_view path_text, std::string_view document) -> std::string {
  auto arena = json::Arena();
  auto environment = FakeEnvironment({}, {});
  auto const path = Path::parse(path_text);
  EXPECT_TRUE(path) << path_text;
  auto const value = evaluate(*path, parsed(arena, document), environment, arena);
  return value ? json::print(*value) : value.error().message;
}

TEST(FilterNumbers, CompareExactly) {
  EXPECT_EQ(accepted("$[?(@ > 9007199254740992)]", "[9007199254740992, 9007199254740993]"),
            "[9007199254740993]");
  EXPECT_EQ(accepted("$[?(@ < 1e-400)]", "[0, 1e-300]"), "[0]");
  EXPECT_EQ(accepted("$[?(@ == 0)]", "[0.0, -0, 0e9999999999]"), "[0.0,-0,0e9999999999]");
}

TEST(FilterTargets, CanBeObjectsAndScans) {
  EXPECT_EQ(accepted("$[?(@.a)]", R"({"a":1})"), R"([{"a":1}])");
  EXPECT_EQ(accepted("$..[?(@.n > 1)].n", R"({"n":2,"x":[{"n":1},{"n":3}]})"), "[2,3]");
  EXPECT_EQ(accepted("$[?(@ > 1)][0]", "[1,2,3]"), "[]");
}

TEST(FilterRegex, GivesUpOnCatastrophes) {
  auto const text = R"(["aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaX"])";
  EXPECT_EQ(accepted("$[?(@ =~ /(a+)+$/)]", text), "[]");
}

TEST(FilterLists, WithNestedValuesEndTheEvaluation) {
  EXPECT_EQ(accepted("$[?(@.v in $[0].list)]", R"([{"list":[[1]]},{"v":1}])"),
            "Could not determine value type");
}

}  // namespace
}  // namespace treadle::expr::jsonpath
