#include "treadle/expr/jsonpath/path.h"

#include <string>

#include <gtest/gtest.h>

#include "tests/expr/fake_environment.h"
#include "treadle/json/print.h"

namespace treadle::expr::jsonpath {
namespace {

constexpr char kContext[] = R"({"Execution":{"Name":"run-7"},"Tags":["p","q"]})";
constexpr char kVariables[] = R"({"rate":3,"stops":[{"km":4},{"km":9}]})";

struct Found {
  char const* name;
  char const* path;
  char const* document;
  char const* printed;
};

class PathFinds : public testing::TestWithParam<Found> {};

TEST_P(PathFinds, TheValue) {
  auto arena = json::Arena();
  auto environment = FakeEnvironment(parsed(arena, kContext), parsed(arena, kVariables));
  auto const path = Path::parse(GetParam().path);
  ASSERT_TRUE(path) << path.error();
  auto const value = evaluate(*path, parsed(arena, GetParam().document), environment, arena);
  ASSERT_TRUE(value) << value.error().message;
  EXPECT_EQ(json::print(*value), GetParam().printed);
}

constexpr char kTrip[] = R"({"legs":[{"by":"rail","km":120,"via":["A","B"]},
    {"by":"bus","km":15.5,"note":null},{"by":"foot","km":2}],"name":"north","open":true})";

Found const kFound[] = {
    {"root_as_it_came", "$", R"({ "a" : 1 })", R"({ "a" : 1 })"},
    {"member", "$.name", kTrip, R"("north")"},
    {"member_of_element", "$.legs[1].km", kTrip, "15.5"},
    {"dot_before_bracket", "$.legs.[0].['by']", kTrip, R"("rail")"},
    {"bracket_of_root", "$.[1]", "[1,2]", "2"},
    {"null_is_found", "$.legs[1].note", kTrip, "null"},
    {"negative_index", "$.legs[-1].by", kTrip, R"("foot")"},
    {"blanks_in_brackets", "$[ 'name' ]", kTrip, R"("north")"},
    {"trailing_blank", "$.name ", kTrip, R"("north")"},
    {"double_quotes", R"($["name"])", kTrip, R"("north")"},
    {"escaped_quote", R"($['it\'s'])", R"({"it's":1})", "1"},
    {"unicode_escape", R"($['\u00e4\ud83d\ude00'])", R"({"ä😀":1})", "1"},
    {"backslash", R"($['a\\b'])", R"({"a\\b":1})", "1"},
    {"backslash_stays_before_the_other_quote", R"($['a\"b'])", R"({"a\\\"b":1})", "1"},
    {"escaped_backslash_before_the_other_quote", R"($['a\\"b'])", R"({"a\\\"b":1})", "1"},
    {"escaped_double_quote", R"($["a\"b"])", R"({"a\"b":1})", "1"},
    {"members_merge", "$.legs[0]['km','none','by']", kTrip, R"({"km":120,"by":"rail"})"},
    {"members_iterate", "$['a','b'].n", R"({"a":{"n":1},"b":{"n":2}})", "[1,2]"},
    {"wildcard_keeps_order", "$.*", R"({"z":1,"a":2})", "[1,2]"},
    {"wildcard_of_scalar", "$.name.*", kTrip, "[]"},
    {"wildcard_skips_missing", "$.legs[*].via[0]", kTrip, R"(["A"])"},
    {"union_in_its_order", "$.legs[2,0,7].by", kTrip, R"(["foot","rail"])"},
    {"slice_from", "$[1:]", "[1,2,3]", "[2,3]"},
    {"slice_to", "$[:-1]", "[1,2,3]", "[1,2]"},
    {"slice_between", "$[0:2]", "[1,2,3]", "[1,2]"},
    {"slice_ignores_step", "$[0:3:2]", "[1,2,3]", "[1,2,3]"},
    {"slice_through_negative_indexes", "$[-1:1]", "[1,2,3]", "[3,1]"},
    {"scan_parents_first", "$..a", R"({"a":{"a":1},"b":[{"a":2}]})", R"([{"a":1},1,2])"},
    {"scan_indexes", "$..[0]", "[[1,[2]],3]", "[[1,[2]],1,2]"},
    {"scan_merges_complete_objects", "$..['a','b']", R"([{"a":1,"b":2},{"a":3}])",
     R"([{"a":1,"b":2}])"},
    {"length_of_array", "$.legs.length()", kTrip, "3"},
    {"length_of_text_is_null", "$.name.length()", kTrip, "null"},
    {"length_of_each", "$.legs[*].length()", kTrip, "[3,3,2]"},
    {"sum_is_a_double", "$.sum()", R"([1,2,"x"])", "3.0"},
    {"sum_of_scan", "$..km.sum()", kTrip, "137.5"},
    {"min_max", "$.max($.min(), 9)", "[4,2]", "9.0"},
    {"average", "$.avg()", "[1,2]", "1.5"},
    {"deviation", "$.stddev()", "[2,4]", "1.0"},
    {"large_double", "$.sum()", "[12345678]", "1.2345678E7"},
    {"keys", "$.keys()", R"({"b":1,"a":2})", R"(["b","a"])"},
    {"concat", R"($.concat("-", $[0]))", R"(["x","y"])", R"("xy-x")"},
    {"append_copies", "$.append(3)", "[1,2]", "[1,2,3]"},
    {"first_last", "$.last()", "[7]", "7"},
    {"index", "$.index(-2)", "[1,2,3]", "2"},
    {"context", "$$.Execution.Name", "{}", R"("run-7")"},
    {"context_scan", "$$..[1]", "{}", R"(["q"])"},
    {"variable", "$rate", "{}", "3"},
    {"variable_with_steps", "$stops[1].km", "{}", "9"},
    {"filter_sees_the_variable_as_root", "$stops[?(@.km > $[0].km)].km", "{}", "[9]"},
    {"one_character_too_many_is_ignored", "$.name['a']]", R"({"name":{"a":1}})", "1"},
    {"numbers_keep_their_text", "$.n", R"({"n":1.50})", "1.50"},
};

INSTANTIATE_TEST_SUITE_P(Rows, PathFinds, testing::ValuesIn(kFound),
                         [](auto const& row) { return row.param.name; });

struct Lost {
  char const* name;
  char const* path;
  char const* document;
  PathError::Kind kind;
  char const* message;
};

class PathFails : public testing::TestWithParam<Lost> {};

TEST_P(PathFails, InTheWordsOfTheLibrary) {
  auto arena = json::Arena();
  auto environment = FakeEnvironment(parsed(arena, kContext), parsed(arena, kVariables));
  auto const path = Path::parse(GetParam().path);
  ASSERT_TRUE(path) << path.error();
  auto const value = evaluate(*path, parsed(arena, GetParam().document), environment, arena);
  ASSERT_FALSE(value) << json::print(*value);
  EXPECT_EQ(value.error().message, GetParam().message);
  EXPECT_EQ(value.error().kind, GetParam().kind);
}

constexpr auto kNotFound = PathError::Kind::kNotFound;
constexpr auto kOther = PathError::Kind::kOther;

Lost const kLost[] = {
    {"last_member", "$.a['b']", R"({"a":{}})", kNotFound, "No results for path: $['a']['b']"},
    {"index", "$.a[3]", R"({"a":[]})", kNotFound, "No results for path: $['a'][3]"},
    {"index_on_the_way", "$.a[3].b", R"({"a":[]})", kNotFound,
     "No results for path: $['a'][3]['b']"},
    {"member_on_the_way", "$.a.b.c", R"({"a":{}})", kNotFound,
     "Missing property in path $['a']['b']"},
    {"behind_an_index", "$[0].b.c", "[{}]", kNotFound, "Missing property in path $[0]['b']"},
    {"quotes_are_escaped_in_paths", R"($['a\'b'])", "{}", kNotFound,
     R"(No results for path: $['a\'b'])"},
    {"member_of_text", "$.a.b", R"({"a":"x"})", kNotFound,
     "Expected to find an object with property ['b'] in path $['a'] but found 'java.lang.String'. "
     "This is not a json object according to the JsonProvider: "
     "'com.jayway.jsonpath.spi.json.JacksonJsonProvider'."},
    {"member_of_null", "$.a.b", R"({"a":null})", kNotFound,
     "Expected to find an object with property ['b'] in path $['a'] but found 'null'. "
     "This is not a json object according to the JsonProvider: "
     "'com.jayway.jsonpath.spi.json.JacksonJsonProvider'."},
    {"index_of_null", "$.a[0]", R"({"a":null})", kNotFound, "The path $['a'] is null"},
    {"index_of_object", "$[0].x", R"({"a":[1,"b"]})", kNotFound,
     "Filter: [0]['x'] can only be applied to arrays. Current context is: {a=[1, b]}"},
    {"filter_of_scalar", "$.a[?(@.b)]", R"({"a":1})", kOther,
     "Filter: [?] can not be applied to primitives. Current context is: 1"},
    {"nothing_to_sum", "$.sum()", R"(["x"])", kOther,
     "Aggregation function attempted to calculate value using empty array"},
    {"context_member", "$$.Task.Token", "{}", kNotFound, "Missing property in path $['Task']"},
    {"variable", "$none.a", "{}", kNotFound, "No variable has the name 'none'"},
};

INSTANTIATE_TEST_SUITE_P(Rows, PathFails, testing::ValuesIn(kLost),
                         [](auto const& row) { return row.param.name; });

struct Refused {
  char const* name;
  char const* path;
};

class PathRefuses : public testing::TestWithParam<Refused> {};

TEST_P(PathRefuses, TheText) {
  auto const path = Path::parse(GetParam().path);
  ASSERT_FALSE(path);
  EXPECT_FALSE(path.error().empty());
}

Refused const kRefused[] = {
    {"empty", ""},
    {"no_root", "a.b"},
    {"leading_blank", " $.a"},
    {"item_root", "@.a"},
    {"trailing_dot", "$.a."},
    {"trailing_dots", "$.a.."},
    {"three_dots", "$...a"},
    {"blank_behind_root", "$ .a"},
    {"blank_in_name", "$.a b"},
    {"bare_word_in_brackets", "$.a[b]"},
    {"open_quote", "$['a]"},
    {"other_quote", R"($['a"])"},
    {"empty_union_member", "$['a',]"},
    {"empty_index", "$[0,]"},
    {"index_out_of_range", "$[99999999999]"},
    {"slice_of_nothing", "$[:].a"},
    {"slice_of_words", "$[a:b]"},
    {"empty_filter", "$[?()]"},
    {"filter_without_parentheses", "$[?@.a]"},
    {"open_filter", "$[?(@.a]"},
    {"single_equals_sign", "$[?(@.a = 1)]"},
    {"unknown_operator", "$[?(@.a near 1)]"},
    {"bare_word_in_filter", "$[?(@.a == b)]"},
    {"bad_regex", "$[?(@.a =~ /(/)]"},
    {"script", "$[(@.length-1)]"},
    {"unknown_function", "$.a.median()"},
    {"open_call", "$.a.sum("},
};

INSTANTIATE_TEST_SUITE_P(Rows, PathRefuses, testing::ValuesIn(kRefused),
                         [](auto const& row) { return row.param.name; });

struct Shape {
  char const* name;
  char const* path;
  Root root;
  bool is_definite;
  bool is_reference;
  bool is_root_only;
};

class PathShape : public testing::TestWithParam<Shape> {};

TEST_P(PathShape, IsKnown) {
  auto const path = Path::parse(GetParam().path);
  ASSERT_TRUE(path) << path.error();
  EXPECT_EQ(path->root(), GetParam().root);
  EXPECT_EQ(path->is_definite(), GetParam().is_definite);
  EXPECT_EQ(path->is_reference(), GetParam().is_reference);
  EXPECT_EQ(path->is_root_only(), GetParam().is_root_only);
  EXPECT_EQ(path->text(), GetParam().path);
}

Shape const kShapes[] = {
    {"input", "$", Root::kInput, true, true, true},
    {"context", "$$", Root::kContext, true, true, true},
    {"variable", "$a_1", Root::kVariable, true, true, true},
    {"reference", "$.a[0]['b']", Root::kInput, true, true, false},
    {"negative_index", "$.a[-1]", Root::kInput, true, false, false},
    {"merged_members", "$['a','b']", Root::kInput, true, false, false},
    {"iterated_members", "$['a','b'].c", Root::kInput, false, false, false},
    {"wildcard", "$.*", Root::kInput, false, false, false},
    {"filter", "$a[?(@.b)]", Root::kVariable, false, false, false},
    {"slice", "$[1:]", Root::kInput, false, false, false},
    {"scan", "$$..a", Root::kContext, false, false, false},
    {"function", "$.a.length()", Root::kInput, true, false, false},
    {"function_of_scan", "$..a.length()", Root::kInput, true, false, false},
};

INSTANTIATE_TEST_SUITE_P(Rows, PathShape, testing::ValuesIn(kShapes),
                         [](auto const& row) { return row.param.name; });

auto repeated(std::string_view text, std::size_t times) -> std::string {
  auto out = std::string();
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

TEST(PathBounds, StopAnExpensiveScan) {
  auto arena = json::Arena();
  auto environment = FakeEnvironment({}, {});
  auto const document = parsed(arena, "[" + repeated("[1],", 60'000) + "[1]]");
  auto const path = Path::parse("$..*");
  ASSERT_TRUE(path);
  auto const value = evaluate(*path, document, environment, arena);
  ASSERT_FALSE(value);
  EXPECT_EQ(value.error().kind, PathError::Kind::kOther);
  EXPECT_EQ(value.error().message, "The path visits more than 100000 nodes.");
}

TEST(PathBounds, RefuseLongAndDeepTexts) {
  EXPECT_FALSE(Path::parse("$" + repeated(".a", 2'000)));
  EXPECT_FALSE(Path::parse("$[?(" + repeated("(", 5'000) + "@.a" + repeated(")", 5'000) + ")]"));
  EXPECT_FALSE(Path::parse("$" + repeated("[?(@", 500) + repeated(")]", 500)));
  EXPECT_TRUE(Path::parse("$" + repeated(".a", 900)));
}

TEST(PathBounds, ScanDeepDocuments) {
  auto arena = json::Arena();
  auto environment = FakeEnvironment({}, {});
  auto const document = parsed(arena, repeated("[", 1'000) + repeated("]", 1'000));
  auto const path = Path::parse("$..[0].length()");
  ASSERT_TRUE(path);
  EXPECT_TRUE(evaluate(*path, document, environment, arena));
}

TEST(PathSharing, HandsOutPartsOfTheInput) {
  auto arena = json::Arena();
  auto environment = FakeEnvironment({}, {});
  auto const document = parsed(arena, R"({"a":[1,2]})");
  auto const path = Path::parse("$.a");
  ASSERT_TRUE(path);
  auto const before = arena.bytes_used();
  auto const value = evaluate(*path, document, environment, arena);
  ASSERT_TRUE(value);
  EXPECT_EQ(value->elements().data(), document.find("a")->elements().data());
  EXPECT_EQ(arena.bytes_used(), before);
}

}  // namespace
}  // namespace treadle::expr::jsonpath
