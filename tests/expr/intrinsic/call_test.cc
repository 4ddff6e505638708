#include "treadle/expr/intrinsic/call.h"

#include <string>

#include <gtest/gtest.h>

#include "tests/expr/fake_environment.h"
#include "treadle/json/print.h"

namespace treadle::expr::intrinsic {
namespace {

constexpr char kInput[] =
    R"({ "who":"Ida", "n":3, "half":2.5, "list":[3,1,3,{"a":1},{"a":1.0},{"a":1}],
    "tree":{"b":[],"c":{"d":"x"}}, "nul":null, "tpl":"<{}> {not} \\{", "digits":"5"})";
constexpr char kContext[] = R"({"State":{"Name":"Here"}})";
constexpr char kVariables[] = R"({"count":4})";

auto outcome(std::string_view text) -> std::string {
  auto arena = json::Arena();
  auto environment = FakeEnvironment(parsed(arena, kContext), parsed(arena, kVariables));
  auto const call = Call::parse(text);
  if (!call) return "refused: " + call.error();
  auto const value = evaluate(*call, parsed(arena, kInput), environment, arena);
  return value ? json::print(*value) : value.error().name + ": " + value.error().cause;
}

struct Row {
  char const* name;
  char const* call;
  char const* printed;
};

class Calls : public testing::TestWithParam<Row> {};

TEST_P(Calls, Give) { EXPECT_EQ(outcome(GetParam().call), GetParam().printed); }

Row const kRows[] = {
    {"format", "States.Format('{}, {}!', 'Hi', $.who)", R"("Hi, Ida!")"},
    {"format_without_placeholder", "States.Format('a')", R"("a")"},
    {"format_java_objects", "States.Format('{}', $.tree)", R"("{b=[], c={d=x}}")"},
    {"format_java_arrays", "States.Format('{}', $.list)", R"("[3, 1, 3, {a=1}, {a=1.0}, {a=1}]")"},
    {"format_numbers", "States.Format('{} {} {}', 2.50, 1e3, $.nul)", R"("2.5 1000.0 null")"},
    {"format_escapes", R"(States.Format('\{{}\} \\ \'', 1))", R"("{1} \\ '")"},
    {"format_computed_template", "States.Format($.tpl, 1)", R"("<1> {not} \\{")"},
    {"string_to_json", "States.StringToJson('{ \"a\": [1.0] }')", R"({"a":[1.0]})"},
    {"string_to_json_blank", "States.StringToJson(' ')", "null"},
    {"json_to_string_is_compact", "States.JsonToString($.tree)",
     R"("{\"b\":[],\"c\":{\"d\":\"x\"}}")"},
    {"json_merge", R"(States.JsonMerge($.tree, States.StringToJson('{"e":1,"b":2}'), false))",
     R"({"b":2,"c":{"d":"x"},"e":1})"},
    {"array", "States.Array('a', -1.5, true, null, $$.State.Name, $count)",
     R"(["a",-1.5,true,null,"Here",4])"},
    {"array_of_nothing", "States.Array( )", "[]"},
    {"array_of_filtered", "States.Array($.list[?(@.a > 0)].a)", "[[1,1.0,1]]"},
    {"partition", "States.ArrayPartition($.list, 4)", R"([[3,1,3,{"a":1}],[{"a":1.0},{"a":1}]])"},
    {"contains", "States.ArrayContains($.list, 1)", "true"},
    {"contains_not", "States.ArrayContains($.list, '1')", "false"},
    {"range", "States.ArrayRange(1, 10, 4)", "[1,5,9]"},
    {"range_down", "States.ArrayRange(3, -3, -3)", "[3,0,-3]"},
    {"range_of_nothing", "States.ArrayRange(3, 1, 1)", "[]"},
    {"get_item", "States.ArrayGetItem($.list, 1)", "1"},
    {"length", "States.ArrayLength($.list)", "6"},
    {"unique", "States.ArrayUnique($.list)", R"([3,1,{"a":1},{"a":1.0}])"},
    {"base64", "States.Base64Encode('any carnal pleas')", R"("YW55IGNhcm5hbCBwbGVhcw==")"},
    {"base64_back", "States.Base64Decode('YW55IGNhcm5hbCBwbGVhcw')", R"("any carnal pleas")"},
    {"base64_of_no_text", "States.Base64Decode('/0E=')",
     "\"\xEF\xBF\xBD"
     "A\""},
    {"hash", "States.Hash('abc', 'MD5')", R"("900150983cd24fb0d6963f7d28e17f72")"},
    {"add_rounds_halves_up", "States.MathAdd($.half, -1.5)", "2"},
    {"random_excludes_its_end", "States.MathRandom(7, 8)", "7"},
    {"split_at_each_character", "States.StringSplit('a-b.-c', '.-')", R"(["a","b","c"])"},
    {"split_unicode", "States.StringSplit('aüb', 'ü')", R"(["a","b"])"},
    {"split_at_nothing", "States.StringSplit('ab', '')", R"(["ab"])"},
    {"uuid_of_two_draws", "States.UUID()", R"("00000000-0000-4001-8000-000000000002")"},
    {"nested", "States.ArrayLength(States.Array(States.Array(), States.UUID()))", "2"},
    {"white_space", "States.MathAdd( 1 ,\n2 ) ", "3"},
    {"path_with_comma_and_quote", "States.Array($['a,)\\''], 1)",
     "States.Runtime: The function "
     "'States.Array($['a,)\\''], 1)' had the following error: The JsonPath argument for the field "
     "'$['a,)\\'']' could not be found in the input '{ \"who\":\"Ida\", \"n\":3, \"half\":2.5, "
     "\"list\":[3,1,3,{\"a\":1},{\"a\":1.0},{\"a\":1}],\n    "
     "\"tree\":{\"b\":[],\"c\":{\"d\":\"x\"}}, "
     "\"nul\":null, \"tpl\":\"<{}> {not} \\\\{\", \"digits\":\"5\"}'"},
};

INSTANTIATE_TEST_SUITE_P(Rows, Calls, testing::ValuesIn(kRows),
                         [](auto const& row) { return row.param.name; });

struct Failing {
  char const* name;
  char const* call;
  char const* message;
};

class CallsFail : public testing::TestWithParam<Failing> {};

TEST_P(CallsFail, WithIntrinsicFailure) {
  EXPECT_EQ(outcome(GetParam().call), "States.IntrinsicFailure: The function '" +
                                          std::string(GetParam().call) +
                                          "' had the following error: " + GetParam().message);
}

Failing const kFailing[] = {
    {"too_few_placeholders", "States.Format('a', 1)",
     "The template has 0 placeholders, but 1 arguments are given"},
    {"template_no_text", "States.Format(1, 2)", "Argument 1 must be a string"},
    {"not_json", "States.StringToJson('{a:1}')",
     "Argument 1 is not JSON: line 1, column 2: expected a member name in double quotes"},
    {"merge_of_no_object", "States.JsonMerge($.tree, 1, false)",
     "Arguments 1 and 2 must be objects"},
    {"deep_merge", "States.JsonMerge($.tree, $.tree, true)",
     "Argument 3 must be false: only shallow merging is supported"},
    {"partition_by_nothing", "States.ArrayPartition($.list, 0)", "Argument 2 must be positive"},
    {"partition_of_text", "States.ArrayPartition('x', 1)", "Argument 1 must be an array"},
    {"range_of_1001", "States.ArrayRange(0, 1000, 1)", "The range has more than 1000 elements"},
    {"range_standing_still", "States.ArrayRange(0, 1, 0.4)", "Argument 3 must not be 0"},
    {"item_out_of_range", "States.ArrayGetItem($.list, 6)",
     "The index 6 is out of range for an array of 6 elements"},
    {"item_between", "States.ArrayGetItem($.list, 0.5)", "Argument 2 must be an integer"},
    {"length_of_null", "States.ArrayLength($.nul)", "Argument 1 must be an array"},
    {"bad_base64", "States.Base64Decode('a')", "Argument 1 is not Base64"},
    {"unknown_hash", "States.Hash('a', 'MD4')",
     "Argument 2 must be one of MD5, SHA-1, SHA-256, SHA-384, SHA-512"},
    {"add_text", "States.MathAdd($.digits, 1)", "Argument 1 must be a number"},
    {"add_beyond_32_bits", "States.MathAdd(2147483648, 1)",
     "Argument 1 must be between -2147483648 and 2147483647"},
    {"random_of_nothing", "States.MathRandom(8, 8)", "Argument 1 must be less than argument 2"},
};

INSTANTIATE_TEST_SUITE_P(Rows, CallsFail, testing::ValuesIn(kFailing),
                         [](auto const& row) { return row.param.name; });

struct Refused {
  char const* name;
  char const* call;
  char const* why;
};

class CallsAreRefused : public testing::TestWithParam<Refused> {};

TEST_P(CallsAreRefused, WithAReason) { EXPECT_EQ(outcome(GetParam().call), GetParam().why); }

Refused const kRefused[] = {
    {"no_call", "Format('a')", "refused: expected an intrinsic function at position 0"},
    {"leading_blank", " States.UUID()", "refused: expected an intrinsic function at position 0"},
    {"unknown", "States.Nope()",
     "refused: there is no intrinsic function of that name at position 0"},
    {"too_many", "States.UUID(1)",
     "refused: the function is given a wrong number of arguments at position 0"},
    {"too_few", "States.MathAdd(1)",
     "refused: the function is given a wrong number of arguments at position 0"},
    {"missing_argument", "States.Array(1,)", "refused: expected an argument at position 15"},
    {"not_closed", "States.Array(1", "refused: expected ',' or ')' at position 14"},
    {"text_behind", "States.UUID()x", "refused: expected the end of the call at position 13"},
    {"open_text", "States.Array('a)", "refused: a text is not closed at position 16"},
    {"other_quotes", "States.Array(\"a\")", "refused: expected an argument at position 13"},
    {"bare_word", "States.Array(a)", "refused: expected an argument at position 13"},
    {"json", "States.Array([1])", "refused: expected an argument at position 13"},
    {"unknown_escape", R"(States.Array('\n'))", "refused: unknown escape at position 14"},
    {"bare_brace_in_template", "States.Format('{a}', 1)",
     "refused: a brace of a template must be escaped at position 15"},
};

INSTANTIATE_TEST_SUITE_P(Rows, CallsAreRefused, testing::ValuesIn(kRefused),
                         [](auto const& row) { return row.param.name; });

auto nested(std::size_t depth) -> std::string {
  auto text = std::string("0");
  for (std::size_t i = 0; i < depth; ++i) text = "States.MathAdd(1, " + text + ")";
  return text;
}

TEST(CallBounds, Nesting) {
  EXPECT_EQ(outcome(nested(10)), "10");
  EXPECT_FALSE(Call::parse(nested(11)));
}

TEST(CallBounds, TextLength) {
  EXPECT_TRUE(outcome("States.Base64Encode('" + std::string(10'000, 'x') + "')").starts_with('"'));
  EXPECT_TRUE(outcome("States.Base64Encode('" + std::string(10'001, 'x') + "')")
                  .starts_with("States.Intr"));
}

TEST(CallPaths, AreFoundAtAnyDepth) {
  auto const call = Call::parse("States.Format('{}{}', $.a, States.Array($b, '$.c'))");
  ASSERT_TRUE(call) << call.error();
  auto const paths = call->paths();
  ASSERT_EQ(paths.size(), 2U);
  EXPECT_EQ(paths[0].text(), "$.a");
  EXPECT_EQ(paths[1].variable(), "b");
}

TEST(CallMisfits, AreLiteralsThatNeverFit) {
  struct {
    char const* call;
    char const* misfit;
  } const cases[] = {
      {"States.MathAdd(1, $.n)", ""},
      {"States.Format('{}{}', 1, true)", ""},
      {"States.Array('a', 1, null)", ""},
      {"States.MathAdd(1, '1')", "Argument 2 of States.MathAdd must be a number"},
      {"States.MathRandom(1, 2, 'x')", "Argument 3 of States.MathRandom must be a number"},
      {"States.Format(1)", "Argument 1 of States.Format must be a string"},
      {"States.Format('{}', States.ArrayLength('abc'))",
       "Argument 1 of States.ArrayLength must be an array"},
      {"States.JsonMerge($.a, 'b', false)", "Argument 2 of States.JsonMerge must be an object"},
      {"States.JsonMerge($.a, $.b, 'false')", "Argument 3 of States.JsonMerge must be a boolean"},
  };
  for (auto const& c : cases) {
    auto const call = Call::parse(c.call);
    ASSERT_TRUE(call) << c.call;
    EXPECT_EQ(call->misfit().value_or(""), c.misfit) << c.call;
  }
}

TEST(CallSeeds, RepeatTheNumber) {
  EXPECT_EQ(outcome("States.MathRandom(0, 1000000, 5)"),
            outcome("States.MathRandom(0, 1000000, 5)"));
  EXPECT_NE(outcome("States.MathRandom(0, 1000000, 5)"),
            outcome("States.MathRandom(0, 1000000, 6)"));
}

}  // namespace
}  // namespace treadle::expr::intrinsic
