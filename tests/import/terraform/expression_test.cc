#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/import/terraform/evaluation.h"

namespace treadle::import::terraform {
namespace {

struct Case {
  char const* name;
  char const* expression;
  char const* json;
};

auto names() -> std::map<std::string, Value> {
  auto const item = [](char const* id) { return Value::object({{"id", Value::string(id)}}); };
  return {{"items", Value::list({item("a"), item("b")})},
          {"settings", Value::object({{"zone", Value::string("z")}, {"area", Value::number(2)}})},
          {"nothing", Value()}};
}

class ExpressionTest : public testing::TestWithParam<Case> {};

TEST_P(ExpressionTest, GivesTheValue) {
  auto const [json, error] = evaluate_text(GetParam().expression, names());
  EXPECT_EQ(error, "");
  EXPECT_EQ(json, GetParam().json);
}

constexpr Case kOperators[] = {
    {"precedence", "1 + 2 * 3 - 4 / 2", "5"},
    {"left_to_right", "10 - 3 - 2", "5"},
    {"parentheses", "(1 + 2) * 3", "9"},
    {"modulo_keeps_the_sign", "-5 % 3", "-2"},
    {"negated_text", "-\"5\"", "-5"},
    {"not", "!true || !false", "true"},
    {"and_binds_closer_than_or", "true || false && false", "true"},
    {"comparison", "1 < 2 && 2 <= 2 && 3 > 2 && 3 >= 4", "false"},
    {"numbers_in_text_compare", "1 < \"2\"", "true"},
    {"equality_converts_nothing", "1 == \"1\"", "false"},
    {"deep_equality", "{ a = [1, { b = null }] } == { a = [1, { b = null }] }", "true"},
    {"order_of_members_is_no_difference", "{ a = 1, b = 2 } == { b = 2, a = 1 }", "true"},
    {"conditional", "1 > 2 ? \"yes\" : \"no\"", "\"no\""},
    {"nested_conditional", "false ? 1 : true ? 2 : 3", "2"},
    {"the_other_outcome_is_not_evaluated", "true ? 1 : items[9]", "1"},
    {"the_right_side_is_not_evaluated", "false && items[9]", "false"},
    {"decimal_fractions_add_up", "0.1 + 0.2", "0.3"},
    {"big_whole_numbers_stay", "12345678901234567890", "12345678901234567890"},
    {"exponent", "[1e3, 1.5e-1, 2.0]", "[1000,0.15,2]"},
};

constexpr Case kCollections[] = {
    {"object_with_equals", "{ b = 1, a = 2 }", R"({"b":1,"a":2})"},
    {"object_with_colons", "{ b : 1, a : 2 }", R"({"b":1,"a":2})"},
    {"object_on_lines", "{\n  b = 1\n\n  a = 2 # two\n}", R"({"b":1,"a":2})"},
    {"object_with_a_trailing_comma", "{\n  b = 1,\n}", R"({"b":1})"},
    {"quoted_key", R"({ "a.$" = "$.a" })", R"({"a.$":"$.a"})"},
    {"template_key", R"({ "a${1 + 1}" = true })", R"({"a2":true})"},
    {"computed_key", "{ (settings.zone) = 1 }", R"({"z":1})"},
    {"number_key", "{ 1 = 2 }", R"({"1":2})"},
    {"key_called_for", "{ for = 1 }", R"({"for":1})"},
    {"the_last_of_two_keys_wins", "{ a = 1, b = 2, a = 3 }", R"({"a":3,"b":2})"},
    {"empty", "[{}, []]", "[{},[]]"},
    {"tuple_on_lines", "[\n 1,\n 2,\n]", "[1,2]"},
    {"attribute", "settings.area", "2"},
    {"index", "items[1].id", "\"b\""},
    {"index_of_an_object", "settings[\"zone\"]", "\"z\""},
    {"index_in_the_old_style", "items.0.id", "\"a\""},
    {"two_indices_in_the_old_style", "[[1, 2], [3]].0.1", "2"},
    {"splat", "items[*].id", R"(["a","b"])"},
    {"attribute_splat", "items.*.id", R"(["a","b"])"},
    {"index_after_a_splat_is_of_each", "[[1, 2], [3, 4]][*][0]", "[1,3]"},
    {"index_after_an_attribute_splat_is_of_the_list", "items.*.id[1]", "\"b\""},
    {"splat_of_one", "settings[*].area", "[2]"},
    {"splat_of_null", "nothing[*].id", "[]"},
    {"for_list", "[for x in [1, 2, 3] : x * 10 if x != 2]", "[10,30]"},
    {"for_list_with_index", "[for i, x in [\"a\", \"b\"] : \"${i}${x}\"]", R"(["0a","1b"])"},
    {"for_list_over_an_object_is_sorted", "[for k, v in { b = 1, a = 2 } : \"${k}${v}\"]",
     R"(["a2","b1"])"},
    {"for_object_keeps_the_order", "{ for k, v in { b = 1, a = 2 } : k => v + 1 }",
     R"({"b":2,"a":3})"},
    {"for_object_of_a_list", "{for x in items : x.id => x}", R"({"a":{"id":"a"},"b":{"id":"b"}})"},
    {"for_groups", "{for x in [\"a\", \"b\", \"a\"] : x => length(x)...}",
     R"({"a":[1,1],"b":[1]})"},
    {"for_on_lines", "{\n  for k, v in {\n    b = 1\n  } :\n  k => v\n  if v > 0\n}", R"({"b":1})"},
    {"for_within_for", "[for x in [1, 2] : [for y in [10] : x + y]]", "[[11],[12]]"},
    {"inner_name_hides_the_outer", "[for x in [1] : [for x in [2] : x]]", "[[2]]"},
};

constexpr Case kText[] = {
    {"escapes", R"("a\n\t\"\\\u00e9\U0001F600")", "\"a\\n\\t\\\"\\\\\u00e9\U0001F600\""},
    {"escaped_sequences", R"("$${a} %%{b} $.c $$.Task.Token %d")",
     R"("${a} %{b} $.c $$.Task.Token %d")"},
    {"interpolation", R"("a-${settings.zone}-${1 + 1}-${true}")", R"("a-z-2-true")"},
    {"one_interpolation_keeps_the_type", R"("${settings.area}")", "2"},
    {"string_in_a_string", R"("${"a${"b"}"}!")", R"("ab!")"},
    {"object_in_a_string", R"("${{ a = "}" }.a}!")", R"("}!")"},
    {"if", R"("%{ if true }yes%{ else }no%{ endif }")", R"("yes")"},
    {"else", R"("%{ if false }yes%{ else }no%{ endif }")", R"("no")"},
    {"no_else", R"("a%{ if false }yes%{ endif }")", R"("a")"},
    {"for", R"("%{ for x in items }${x.id},%{ endfor }")", R"("a,b,")"},
    {"for_with_key", R"("%{ for k, v in settings }${k}=${v};%{ endfor }")", R"("area=2;zone=z;")"},
    {"strip", R"("a  ${~ "b" ~}  c")", R"("abc")"},
    {"heredoc", "<<EOT\n  a ${settings.zone}\n\n    \"b\" \\n\nEOT\n",
     R"("  a z\n\n    \"b\" \\n\n")"},
    {"heredoc_without_indentation", "<<-EOT\n    a\n\n      b ${1}\n    EOT\n",
     R"("a\n\n  b 1\n")"},
    {"an_interpolation_starts_a_line_too", "<<-EOT\n  ${1}\n    a\n  EOT\n", R"("1\n  a\n")"},
    {"heredoc_with_for", "<<EOT\n%{ for x in items ~}\n  ${x.id}\n%{ endfor ~}\ndone\nEOT\n",
     R"("  a\n  b\ndone\n")"},
    {"indentation_counts_after_stripping",
     "<<-EOT\n    %{ if true ~}\n      yes\n    %{ else ~}\n      no\n    %{ endif ~}\n    x\n  "
     "EOT\n",
     R"("      yes\n    x\n")"},
    {"marker_within_a_line_ends_nothing", "<<A\nxA\nA x\nA\n", R"("xA\nA x\n")"},
    {"sequence_next_to_the_end", "<<A\n${1}\nA\n", R"("1\n")"},
    {"unicode", "\"gr\u00fc\u00df\"", "\"gr\u00fc\u00df\""},
    {"comments", "/* a\n b */ [1, // one\n 2 # two\n]", "[1,2]"},
};

auto case_name(testing::TestParamInfo<Case> const& info) -> std::string { return info.param.name; }
INSTANTIATE_TEST_SUITE_P(Operators, ExpressionTest, testing::ValuesIn(kOperators), case_name);
INSTANTIATE_TEST_SUITE_P(Collections, ExpressionTest, testing::ValuesIn(kCollections), case_name);
INSTANTIATE_TEST_SUITE_P(Text, ExpressionTest, testing::ValuesIn(kText), case_name);

struct ErrorCase {
  char const* name;
  char const* expression;
  char const* error;  // how what is shown begins
};

class ExpressionErrorTest : public testing::TestWithParam<ErrorCase> {};

TEST_P(ExpressionErrorTest, SaysWhereAndWhat) {
  auto const [json, error] = evaluate_text(GetParam().expression, names());
  EXPECT_EQ(json, "");
  EXPECT_THAT(error, testing::StartsWith(GetParam().error));
}

constexpr ErrorCase kErrors[] = {
    {"shows_the_line", "1 +\n  *",
     "test.tf:2:3: error: expected a value, but here is '*'\n    2 |   *\n      |   ^\n"},
    {"counts_characters", "\"\u00fc\u00fc\" + nope",
     "test.tf:1:8: error: there is no 'nope'\n    1 | \"\u00fc\u00fc\" + nope\n      |        ^\n"},
    {"tabs_line_up", "[\n\t\tnope]",
     "test.tf:2:3: error: there is no 'nope'\n    2 | \t\tnope]\n      | \t\t^\n"},
    {"open_string", "\"abc\n\"", "test.tf:1:1: error: expected a closing '\"'"},
    {"open_string_at_the_end", "\"abc", "test.tf:1:1: error: expected a closing '\"'"},
    {"open_sequence", "\"${1", "test.tf:1:2: error: expected a '}'"},
    {"open_heredoc", "<<EOT\nabc\n", "test.tf:1:1: error: expected a line with 'EOT' alone"},
    {"no_marker", "<<\nabc\n", "test.tf:1:1: error: expected the marker of a heredoc"},
    {"open_comment", "1 /* abc", "test.tf:1:3: error: expected '*/'"},
    {"open_list", "[1, 2",
     "test.tf:1:6: error: expected ']' or ',' after an element of the list, but here is the end of "
     "the file"},
    {"open_object", "{ a = 1", "test.tf:1:8: error: expected '}' or a new line or ','"},
    {"no_value", "{ a = }", "test.tf:1:7: error: expected a value, but here is '}'"},
    {"no_separator", "{ a = 1 b = 2 }", "test.tf:1:9: error: expected '}' or a new line or ','"},
    {"single_quotes", "'a'", "test.tf:1:1: error: expected '\"': strings stand in double quotes"},
    {"bitwise", "1 & 2", "test.tf:1:3: error: expected '&&'"},
    {"odd_character", "1 @ 2", "test.tf:1:3: error: this character has no meaning here"},
    {"bad_escape", R"("ab\q")", "test.tf:1:4: error: expected one of \\n"},
    {"surrogate", R"("\ud800")", "test.tf:1:2: error: expected \\uXXXX"},
    {"endif_alone", R"("%{ endif }")", "test.tf:1:2: error: this has no %{ if }"},
    {"if_alone", R"("%{ if true }")", "test.tf:1:2: error: expected %{ endif }"},
    {"for_alone", R"("%{ for x in [] }")", "test.tf:1:2: error: expected %{ endfor }"},
    {"unknown_control", R"("%{ while }")", "test.tf:1:5: error: expected 'if', 'else'"},
    {"more_than_one", "1 2",
     "test.tf:1:3: error: expected the end of the file after the expression, but here is '2'"},
    {"no_member", "settings.colour",
     "test.tf:1:10: error: there is no member 'colour'; expected one of zone, area"},
    {"no_such_index", "items[2]", "test.tf:1:7: error: expected an index below 2, but it is 2"},
    {"negative_index", "items[-1]", "test.tf:1:7: error: expected an index below 2, but it is -1"},
    {"fractional_index", "items[0.5]", "test.tf:1:7: error: expected a whole number as the index"},
    {"attribute_of_a_list", "items.id",
     "test.tf:1:7: error: expected an object with a member 'id', but this is a list"},
    {"text_is_no_bool", "\"a\" && true",
     "test.tf:1:1: error: expected true or false, but this is a string"},
    {"list_is_no_number", "1 + []", "test.tf:1:5: error: expected a number, but this is a list"},
    {"list_in_a_string", "\"a${[]}\"", "test.tf:1:5: error: expected a string, but this is a list"},
    {"null_in_a_string", "\"a${null}\"", "test.tf:1:5: error: expected a string, but this is null"},
    {"division_by_zero", "1 / 0", "test.tf:1:5: error: expected a divisor that is not 0"},
    {"too_large", "1e400", "test.tf:1:1: error: expected a number within the range of a double"},
    {"result_too_large", "1e300 * 1e300", "test.tf:1:7: error: expected a result within the range"},
    {"same_key_twice", "{for x in [1, 2] : \"a\" => x}",
     "test.tf:1:20: error: expected a key of its own"},
    {"for_over_a_number", "[for x in 1 : x]",
     "test.tf:1:11: error: expected a list or an object to go through"},
    {"for_without_in", "[for x of [] : x]",
     "test.tf:1:8: error: expected 'in' after the names of a 'for', but here is 'of'"},
    {"unknown_function", "shout(\"a\")",
     "test.tf:1:1: error: expected a function that treadle knows, but there is no 'shout'"},
    {"too_few_arguments", "join(\",\")",
     "test.tf:1:1: error: join: expected at least 2 arguments, but there are 1"},
    {"too_many_arguments", "upper(\"a\", \"b\")",
     "test.tf:1:1: error: upper: expected 1 arguments, but there are 2"},
};
INSTANTIATE_TEST_SUITE_P(Errors, ExpressionErrorTest, testing::ValuesIn(kErrors),
                         [](auto const& test) -> std::string { return test.param.name; });

}  // namespace
}  // namespace treadle::import::terraform
