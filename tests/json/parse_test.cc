#include "treadle/json/parse.h"

#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "treadle/json/arena.h"
#include "treadle/json/print.h"

namespace treadle::json {
namespace {

using namespace std::string_literals;

auto repeat(std::string_view text, std::size_t times) -> std::string {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

struct Accepted {
  char const* name;
  std::string text;
  std::string printed;
};

class ParseAccepts : public testing::TestWithParam<Accepted> {};

TEST_P(ParseAccepts, AndPrintsCompactly) {
  Arena arena;
  auto const value = parse(arena, GetParam().text);
  ASSERT_TRUE(value) << value.error().to_string();
  EXPECT_EQ(print(*value), GetParam().printed);
  EXPECT_EQ(value->printed_size(), GetParam().printed.size());
}

Accepted const kAccepted[] = {
    {"null", "null", "null"},
    {"true_value", "true", "true"},
    {"false_value", " false ", "false"},
    {"white_space", " \t\r\n[ \n1 ,\t2\r] ", "[1,2]"},
    {"empty_containers", "{ \"a\" : [ ] , \"b\" : { } }", R"({"a":[],"b":{}})"},
    {"nested", R"([[[{"a":[{}]}]],[]])", R"([[[{"a":[{}]}]],[]])"},
    {"order_of_members", R"({"b":1,"a":2})", R"({"b":1,"a":2})"},
    {"empty_key", R"({"":""})", R"({"":""})"},
    {"simple_escapes", R"("\"\\\/\b\f\n\r\t")", R"("\"\\/\b\f\n\r\t")"},
    {"u_escapes", R"("\u0041\u00e9\u20AC\u0000\u001f")", "\"Aé€\\u0000\\u001f\""},
    {"escaped_pair", R"("\ud83d\ude00")", "\"😀\""},
    {"raw_pair", "\"😀\"", "\"😀\""},
    {"lone_high", R"("a\uD83Db")", R"("a\ud83db")"},
    {"lone_low", R"("\uDE00")", R"("\ude00")"},
    {"high_high_low", R"("\uD83D\uD83D\uDE00")", "\"\\ud83d😀\""},
    {"low_high", R"("\uDE00\uD83D")", R"("\ude00\ud83d")"},
    {"high_then_other_escape", R"("\uD83D\n")", R"("\ud83d\n")"},
    {"high_then_ascii_escape", R"("\uD83D\u0041")", R"("\ud83dA")"},
    {"escaped_key", R"({"a\nb":1,"\u0063":2})", R"({"a\nb":1,"c":2})"},
    {"delete_is_no_control", "\"\x7f\"", "\"\x7f\""},
    {"bounds_of_utf8",
     "\"\xC2\x80\xDF\xBF\xE0\xA0\x80\xED\x9F\xBF\xEE\x80\x80\xF0\x90\x80\x80\xF4\x8F\xBF\xBF\"",
     "\"\xC2\x80\xDF\xBF\xE0\xA0\x80\xED\x9F\xBF\xEE\x80\x80\xF0\x90\x80\x80\xF4\x8F\xBF\xBF\""},
    {"utf8_and_escape", "\"\\té\xED\x9F\xBF\"", "\"\\té\xED\x9F\xBF\""},
    {"number_texts", "[0,-0,1.0,1.50,-1e5,1E+2,2e-3,0.0]", "[0,-0,1.0,1.50,-1e5,1E+2,2e-3,0.0]"},
    {"longest_number", "0." + repeat("1", 398), "0." + repeat("1", 398)},
    {"greatest_double", "1.7976931348623157e308", "1.7976931348623157e308"},
    {"below_the_least_double", "[1e-400,-1e-9999999999999999999]",
     "[1e-400,-1e-9999999999999999999]"},
    {"zero_to_a_great_power", "0e999999999", "0e999999999"},
    {"309_digits", "1" + repeat("0", 308), "1" + repeat("0", 308)},
    {"last_duplicate_wins_in_first_place", R"({"a":1,"b":[],"a":[[2]]})", R"({"a":[[2]],"b":[]})"},
    {"duplicate_after_unescaping", R"({"a":1,"\u0061":2})", R"({"a":2})"},
    {"duplicate_three_times", R"({"x":1,"x":2,"y":0,"x":"\n"})", R"({"x":"\n","y":0})"},
    {"same_keys_in_two_objects", R"([{"a":1},{"a":1}])", R"([{"a":1},{"a":1}])"},
};

INSTANTIATE_TEST_SUITE_P(Table, ParseAccepts, testing::ValuesIn(kAccepted),
                         [](auto const& param) { return param.param.name; });

struct Refused {
  char const* name;
  std::string text;
  std::string error;
};

class ParseRefuses : public testing::TestWithParam<Refused> {};

TEST_P(ParseRefuses, AndSaysWhere) {
  Arena arena;
  auto const value = parse(arena, GetParam().text);
  ASSERT_FALSE(value) << print(*value);
  EXPECT_EQ(value.error().to_string(), GetParam().error);
}

constexpr char kUtf8[] = "line 1, column 2: the text is not UTF-8";

Refused const kRefused[] = {
    {"nothing", "", "line 1, column 1: expected a value but the text ends"},
    {"white_space_only", " \n ", "line 2, column 2: expected a value but the text ends"},
    {"two_values", "1 2", "line 1, column 3: expected the end of the text after the value"},
    {"nul_behind", "1\0"s, "line 1, column 2: expected the end of the text after the value"},
    {"byte_order_mark", "\xEF\xBB\xBF{}", "line 1, column 1: expected a value"},
    {"capital_literal", "True", "line 1, column 1: expected a value"},
    {"cut_literal", "[nul", "line 1, column 2: expected a value"},
    {"long_literal", "[nulls]", "line 1, column 6: expected ',' or ']' after an element"},
    {"not_a_number", "NaN", "line 1, column 1: expected a value"},
    {"single_quotes", "'a'", "line 1, column 1: expected a value"},
    {"comment", "[1 /* one */]", "line 1, column 4: expected ',' or ']' after an element"},
    {"comma_behind_element", "[1,]", "line 1, column 4: expected a value"},
    {"comma_behind_member", "{\"a\":1,}",
     "line 1, column 8: expected a member name in double quotes"},
    {"two_commas", "[1,,2]", "line 1, column 4: expected a value"},
    {"open_array", "[1", "line 1, column 3: expected ',' or ']' after an element"},
    {"open_object", "{\"a\":1", "line 1, column 7: expected ',' or '}' after a member"},
    {"open_object_at_key", "{", "line 1, column 2: expected a member name in double quotes"},
    {"wrong_bracket", "[{]", "line 1, column 3: expected a member name in double quotes"},
    {"wrong_close", "{\"a\":1]", "line 1, column 7: expected ',' or '}' after a member"},
    {"no_colon", "{\"a\" 1}", "line 1, column 6: expected ':' after a member name"},
    {"number_as_key", "{1:1}", "line 1, column 2: expected a member name in double quotes"},
    {"third_line", "{\n \"é\": 1\n  x}", "line 3, column 3: expected ',' or '}' after a member"},
    {"column_in_characters", "[\"é\" x]", "line 1, column 6: expected ',' or ']' after an element"},
    {"open_string", "\"abc", "line 1, column 5: a string is not closed"},
    {"open_string_with_escape", "\"a\\", "line 1, column 4: a string is not closed"},
    {"open_string_with_escaped_quote", "\"a\\\"", "line 1, column 5: a string is not closed"},
    {"control_character", "\"a\nb\"",
     "line 1, column 3: a control character in a string must be escaped"},
    {"control_behind_escape", "\"\\n\x1f\"",
     "line 1, column 4: a control character in a string must be escaped"},
    {"nul_in_string", "\"\0\""s,
     "line 1, column 2: a control character in a string must be escaped"},
    {"unknown_escape", "\"\\x41\"", "line 1, column 2: no such escape"},
    {"short_u_escape", "\"\\u12\"", "line 1, column 2: \\u needs four hexadecimal digits"},
    {"bad_u_escape", "\"\\u12g4\"", "line 1, column 2: \\u needs four hexadecimal digits"},
    {"bad_low_escape", "\"\\ud83d\\u12\"", "line 1, column 8: \\u needs four hexadecimal digits"},
    {"lone_continuation", "\"\x80\"", kUtf8},
    {"cut_sequence", "\"\xE2\x82\"", kUtf8},
    {"overlong_slash", "\"\xC0\xAF\"", kUtf8},
    {"overlong_three", "\"\xE0\x80\xAF\"", kUtf8},
    {"overlong_four", "\"\xF0\x80\x80\xAF\"", kUtf8},
    {"raw_surrogate", "\"\xED\xA0\x80\"", kUtf8},
    {"beyond_unicode", "\"\xF4\x90\x80\x80\"", kUtf8},
    {"no_utf8_behind_escape", "\"\\n\xFF\"", "line 1, column 4: the text is not UTF-8"},
    {"plus_sign", "+1", "line 1, column 1: expected a value"},
    {"minus_alone", "-", "line 1, column 2: expected a digit"},
    {"point_first", ".5", "line 1, column 1: expected a value"},
    {"point_last", "[1.]", "line 1, column 4: expected a digit"},
    {"no_exponent", "1e", "line 1, column 3: expected a digit"},
    {"no_exponent_behind_sign", "1e+", "line 1, column 4: expected a digit"},
    {"leading_zero", "[-01]", "line 1, column 3: a number must not begin with 0 and a digit"},
    {"hexadecimal", "0x10", "line 1, column 2: expected the end of the text after the value"},
    {"too_many_characters", "0." + repeat("1", 399),
     "line 1, column 1: a number has too many characters"},
    {"too_great", "[1e309]", "line 1, column 2: a number is beyond the range of a double"},
    {"too_small_a_negative", "-1.8e308",
     "line 1, column 1: a number is beyond the range of a double"},
    {"too_many_digits", "1" + repeat("0", 309),
     "line 1, column 1: a number is beyond the range of a double"},
    {"huge_exponent", "1e99999999999999999999",
     "line 1, column 1: a number is beyond the range of a double"},
};

INSTANTIATE_TEST_SUITE_P(Table, ParseRefuses, testing::ValuesIn(kRefused),
                         [](auto const& param) { return param.param.name; });

TEST(Parse, GivesTheOffset) {
  Arena arena;
  auto const value = parse(arena, "[1,\n\"é\",x]");
  ASSERT_FALSE(value);
  EXPECT_EQ(value.error().offset, 9U);
  EXPECT_EQ(value.error().line, 2U);
  EXPECT_EQ(value.error().column, 5U);
}

TEST(Parse, EveryPrefixOfADocumentIsRefused) {
  std::string const text = R"({"a":[1,-2.5e3,"x\n\u00e9",{"k":null}],"é":true,"😀":[[],{}]})";
  for (std::size_t n = 0; n < text.size(); ++n) {
    Arena arena;
    std::vector<char> const prefix(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(n));
    EXPECT_FALSE(parse(arena, {prefix.data(), n})) << n;
  }
}

TEST(ParseDepth, IsBounded) {
  Arena arena;
  auto const at_limit = repeat("[", 1000) + repeat("]", 1000);
  auto const value = parse(arena, at_limit);
  ASSERT_TRUE(value);
  EXPECT_EQ(value->depth(), 1000U);
  auto const beyond = parse(arena, "[" + at_limit + "]");
  ASSERT_FALSE(beyond);
  EXPECT_EQ(beyond.error().message, "arrays and objects are nested too deeply");
  EXPECT_EQ(beyond.error().offset, 1000U);
  EXPECT_FALSE(parse(arena, repeat("[", 100'000)));
  EXPECT_FALSE(parse(arena, repeat("{\"a\":", 100'000)));
  EXPECT_FALSE(parse(arena, "[]", {.depth_max = 0}));
  EXPECT_TRUE(parse(arena, "1", {.depth_max = 0}));
}

TEST(ParseDepth, CostsNoStackAnywhere) {
  constexpr std::size_t kDeep = 100'000;
  auto const text = repeat("[{\"a\":", kDeep / 2) + "1" + repeat("}]", kDeep / 2);
  Arena arena;
  auto const value = parse(arena, text, {.depth_max = kDeep});
  ASSERT_TRUE(value);
  EXPECT_EQ(value->depth(), kDeep);
  EXPECT_EQ(print(*value), text);
  Arena other;
  auto const copy = clone(other, *value);
  EXPECT_TRUE(equal(copy, *value));
}

TEST(ParseDuplicates, AreRefusedOnRequest) {
  Arena arena;
  ParseOptions const options{.duplicates = Duplicates::kRefuse};
  EXPECT_TRUE(parse(arena, R"({"a":{"a":1},"b":1})", options));
  auto const refused = parse(arena, R"({"a":1,"b":2,"b":3,"a":4})", options);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().to_string(),
            "line 1, column 15: a member name occurs twice in one object");
  EXPECT_FALSE(parse(arena, R"({"a":1,"\u0061":2})", options));
}

auto object_of_keys(std::size_t count, std::size_t distinct) -> std::string {
  std::string text = "{";
  for (std::size_t i = 0; i < count; ++i) {
    text +=
        (i == 0 ? "\"key" : ",\"key") + std::to_string(i % distinct) + "\":" + std::to_string(i);
  }
  return text + "}";
}

TEST(ParseDuplicates, OfManyMembersAreFound) {
  for (std::size_t const distinct : {1U, 8U, 15U, 16U, 17U, 18U, 100U, 20'000U}) {
    Arena arena;
    auto const text = object_of_keys(2 * distinct, distinct);
    auto const value = parse(arena, text);
    ASSERT_TRUE(value);
    ASSERT_EQ(value->size(), distinct);
    for (std::size_t i = 0; i < distinct; ++i) {
      EXPECT_EQ(value->members()[i].key, "key" + std::to_string(i));
      EXPECT_EQ(value->members()[i].value.as_int64(), static_cast<std::int64_t>(i + distinct));
    }
    EXPECT_EQ(print(*value).size(), value->printed_size());
    EXPECT_FALSE(parse(arena, text, {.duplicates = Duplicates::kRefuse}));
    EXPECT_TRUE(
        parse(arena, object_of_keys(distinct, distinct), {.duplicates = Duplicates::kRefuse}));
  }
}

TEST(ParseSource, IsKeptOnRequestOfAnyKind) {
  for (std::string const text :
       {" {\"a\" : 1.0}\n", " [ ] ", " null ", " true", "\"\\u0041\"", " -0.0 "}) {
    Arena arena;
    auto const kept = parse(arena, text, {.keep_source = true});
    ASSERT_TRUE(kept);
    EXPECT_EQ(kept->source(), text);
    EXPECT_EQ(print(*kept), text);
    EXPECT_EQ(kept->printed_size(), text.size());
    auto const plain = parse(arena, text);
    ASSERT_TRUE(plain);
    EXPECT_EQ(plain->source(), "");
    EXPECT_EQ(kept->kind(), plain->kind());
    EXPECT_TRUE(equal(*kept, *plain));
    EXPECT_EQ(print(kept->without_source(arena)), print(*plain));
  }
}

TEST(ParseCopy, OutlivesItsText) {
  Arena arena;
  std::string text = R"({"key":"value","n":12})";
  auto const value = parse_copy(arena, text, {.keep_source = true});
  ASSERT_TRUE(value);
  text.assign(text.size(), 'x');
  EXPECT_EQ(print(*value), R"({"key":"value","n":12})");
  EXPECT_EQ(value->find("key")->as_string(), "value");
}

// Specials at every distance from the ends of the 16- and 8-byte steps.
TEST(ParseStrings, OfEveryLengthAndPlaceOfAnEscape) {
  for (std::size_t length = 0; length < 70; ++length) {
    for (std::size_t place = 0; place <= length; ++place) {
      auto const before = repeat("x", place);
      auto const after = repeat("y", length - place);
      Arena arena;
      auto const escaped = parse_copy(arena, "\"" + before + "\\\\" + after + "\"");
      ASSERT_TRUE(escaped);
      ASSERT_EQ(escaped->as_string(), before + "\\" + after);
      auto const wide = parse_copy(arena, "\"" + before + "é" + after + "\"");
      ASSERT_TRUE(wide);
      ASSERT_EQ(wide->as_string(), before + "é" + after);
      ASSERT_FALSE(parse_copy(arena, "\"" + before + "\x01" + after + "\""));
      ASSERT_FALSE(parse_copy(arena, "\"" + before + "\xFF" + after + "\""));
    }
  }
}

}  // namespace
}  // namespace treadle::json
