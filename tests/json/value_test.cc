#include "treadle/json/value.h"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "treadle/json/arena.h"
#include "treadle/json/parse.h"
#include "treadle/json/print.h"

namespace treadle::json {
namespace {

auto parsed(Arena& arena, std::string_view text) -> Value {
  auto const value = parse_copy(arena, text);
  EXPECT_TRUE(value) << text;
  return value.value_or(Value());
}

TEST(Value, IsNullByDefault) {
  Value const value;
  EXPECT_TRUE(value.is_null());
  EXPECT_EQ(value.size(), 0U);
  EXPECT_EQ(value.depth(), 0U);
  EXPECT_EQ(value.find("a"), nullptr);
  EXPECT_EQ(print(value), "null");
}

TEST(Value, GivesItsParts) {
  Arena arena;
  auto const value = parsed(arena, R"({"a":[1,"x"],"b":{"c":true}})");
  EXPECT_EQ(value.size(), 2U);
  EXPECT_EQ(value.find("a")->elements()[1].as_string(), "x");
  EXPECT_TRUE(value.find("b")->find("c")->as_bool());
  EXPECT_EQ(value.find("c"), nullptr);
  EXPECT_EQ(value.find("a")->find("a"), nullptr);
  EXPECT_EQ(value.members()[1].key, "b");
  EXPECT_EQ(value.depth(), 2U);
}

TEST(ValueDeath, AssertsTheKind) {
  EXPECT_DEATH((void)Value().as_string(), "assertion failed");
  EXPECT_DEATH((void)Value::boolean(true).elements(), "assertion failed");
  EXPECT_DEATH((void)Value::number_text("1").as_bool(), "assertion failed");
}

TEST(Value, ViewsAText) {
  EXPECT_EQ(print(Value::string_view_of("plain")), "\"plain\"");
  EXPECT_EQ(print(Value::string_view_of("a\"\n\x01\xED\xA0\xBD")), R"("a\"\n\u0001\ud83d")");
  EXPECT_EQ(Value::string_view_of("a\nb").as_string(), "a\nb");
}

struct NumberCase {
  char const* name;
  char const* text;
  std::optional<std::int64_t> integer;
  double real;
};

class Numbers : public testing::TestWithParam<NumberCase> {};

TEST_P(Numbers, AreReadAsIntegersAndDoubles) {
  auto const value = Value::number_text(GetParam().text);
  EXPECT_EQ(value.as_int64(), GetParam().integer);
  EXPECT_EQ(value.as_double(), GetParam().real);
  EXPECT_EQ(value.number_text(), GetParam().text);
}

constexpr auto kInfinity = std::numeric_limits<double>::infinity();

NumberCase const kNumbers[] = {
    {"zero", "0", 0, 0.0},
    {"minus_zero", "-0", 0, 0.0},
    {"minus_zero_with_fraction", "-0.000", 0, 0.0},
    {"zero_with_exponent", "0.0e50", 0, 0.0},
    {"integer", "42", 42, 42.0},
    {"integer_with_fraction", "1.0", 1, 1.0},
    {"integer_with_exponent", "1e2", 100, 100.0},
    {"fraction_moved_out", "1.25e2", 125, 125.0},
    {"zeros_moved_out", "12000e-3", 12, 12.0},
    {"fraction", "1.5", std::nullopt, 1.5},
    {"fraction_below_one", "0.05e1", std::nullopt, 0.5},
    {"not_quite_an_integer", "1.25e1", std::nullopt, 12.5},
    {"greatest", "9223372036854775807", std::numeric_limits<std::int64_t>::max(),
     9223372036854775807.0},
    {"least", "-9223372036854775808", std::numeric_limits<std::int64_t>::min(),
     -9223372036854775808.0},
    {"greatest_with_fraction", "9223372036854775807.0", std::numeric_limits<std::int64_t>::max(),
     9223372036854775807.0},
    {"least_with_exponent", "-922337203685477580.8e1", std::numeric_limits<std::int64_t>::min(),
     -9223372036854775808.0},
    {"one_too_great", "9223372036854775808", std::nullopt, 9223372036854775808.0},
    {"one_too_small", "-9223372036854775809", std::nullopt, -9223372036854775809.0},
    {"twenty_digits", "18446744073709551616", std::nullopt, 18446744073709551616.0},
    {"wrapped_into_range", "36893488147419103233", std::nullopt, 36893488147419103233.0},
    {"beyond_double", "1e999", std::nullopt, kInfinity},
    {"beyond_double_negative", "-1e999", std::nullopt, -kInfinity},
    {"below_double", "1e-999", std::nullopt, 0.0},
    {"absurd_exponent", "1e99999999999999999999999", std::nullopt, kInfinity},
    {"absurd_negative_exponent", "0.1e-99999999999999999999999", std::nullopt, 0.0},
    {"smallest_double", "5e-324", std::nullopt, 5e-324},
    {"hundredths", "-39.95", std::nullopt, -39.95},
    {"fifteen_digits", "0.12345678901234", std::nullopt, 0.12345678901234},
    {"sixteen_digits", "0.123456789012345", std::nullopt, 0.123456789012345},
    {"fifteen_digits_before", "999999999999999", 999999999999999, 999999999999999.0},
};

INSTANTIATE_TEST_SUITE_P(Table, Numbers, testing::ValuesIn(kNumbers),
                         [](auto const& param) { return param.param.name; });

struct PrintedNumber {
  char const* name;
  double number;
  char const* text;
};

class PrintedNumbers : public testing::TestWithParam<PrintedNumber> {};

TEST_P(PrintedNumbers, HaveEcmaScriptsForm) {
  Arena arena;
  EXPECT_EQ(print(make_number(arena, GetParam().number)), GetParam().text);
}

PrintedNumber const kPrintedNumbers[] = {
    {"zero", 0.0, "0"},
    {"minus_zero", -0.0, "0"},
    {"integer", 3.0, "3"},
    {"fraction", 0.1, "0.1"},
    {"hundredths", -39.95, "-39.95"},
    {"hundredths_below_one", 0.05, "0.05"},
    {"thousandths", 0.007, "0.007"},
    {"thousandths_behind_zeros", -12.002, "-12.002"},
    {"ten_thousandths", 0.0005, "0.0005"},
    {"next_to_a_half", 0.5000000000000001, "0.5000000000000001"},
    {"fifteen_digits", 999999999999.125, "999999999999.125"},
    {"sixteen_digits", 9999999999999.125, "9999999999999.125"},
    {"half_of_many", 100000000000000.5, "100000000000000.5"},
    {"sum", 0.1 + 0.2, "0.30000000000000004"},
    {"last_without_exponent", 123456789012345680000.0, "123456789012345680000"},
    {"first_with_exponent", 1e21, "1e+21"},
    {"small", 1e-6, "0.000001"},
    {"smaller", 1e-7, "1e-7"},
    {"least", 5e-324, "5e-324"},
    {"greatest", -1.7976931348623157e308, "-1.7976931348623157e+308"},
};

INSTANTIATE_TEST_SUITE_P(Table, PrintedNumbers, testing::ValuesIn(kPrintedNumbers),
                         [](auto const& param) { return param.param.name; });

TEST(MakeNumber, PrintsIntegers) {
  Arena arena;
  EXPECT_EQ(print(make_number(arena, std::int64_t{-7})), "-7");
  EXPECT_EQ(print(make_number(arena, std::numeric_limits<std::int64_t>::min())),
            "-9223372036854775808");
}

struct EqualCase {
  char const* name;
  std::string a;
  std::string b;
  bool equal;
};

class Equality : public testing::TestWithParam<EqualCase> {};

TEST_P(Equality, ComparesDocuments) {
  Arena arena;
  auto const a = parsed(arena, GetParam().a);
  auto const b = parsed(arena, GetParam().b);
  EXPECT_EQ(equal(a, b), GetParam().equal);
  EXPECT_EQ(equal(b, a), GetParam().equal);
  EXPECT_TRUE(equal(a, a));
}

auto object_of(int size, int step, std::string_view last) -> std::string {
  std::string text = "{";
  for (int i = 0; i < size; ++i)
    text += "\"k" + std::to_string(i * step % size) + "\":" + std::to_string(i * step % size) + ",";
  return text + "\"last\":" + std::string(last) + "}";
}

EqualCase const kEqual[] = {
    {"nulls", "null", "null", true},
    {"kinds", "0", "false", false},
    {"booleans", "true", "false", false},
    {"number_texts", "1", "1.0", true},
    {"number_exponents", "[100, 0.5]", "[1e2, 5E-1]", true},
    {"zeros", "-0", "0.0e7", true},
    {"signs", "1", "-1", false},
    {"numbers_that_doubles_confuse", "9007199254740993", "9007199254740992", false},
    {"numbers_of_many_digits", "1230", "1234", false},
    {"strings", R"("a")", R"("\u0061")", true},
    {"strings_differ", R"("a")", R"("A")", false},
    {"array_order", "[1,2]", "[2,1]", false},
    {"array_length", "[1]", "[1,1]", false},
    {"object_order", R"({"a":1,"b":2})", R"({"b":2,"a":1})", true},
    {"object_keys", R"({"a":1})", R"({"b":1})", false},
    {"object_values", R"({"a":[{"x":1}]})", R"({"a":[{"x":2}]})", false},
    {"object_size", R"({"a":1})", R"({"a":1,"b":1})", false},
    {"large_object_order", object_of(101, 1, "[]"), object_of(101, 7, "[]"), true},
    {"large_object_differs", object_of(101, 1, "[]"), object_of(101, 7, "[0]"), false},
};

INSTANTIATE_TEST_SUITE_P(Table, Equality, testing::ValuesIn(kEqual),
                         [](auto const& param) { return param.param.name; });

TEST(WithMember, ReplacesInPlaceOrAppends) {
  Arena arena;
  auto const value = parsed(arena, R"({"a":1,"b":[2],"c":3})");
  EXPECT_EQ(print(with_member(arena, value, "b", Value())), R"({"a":1,"b":null,"c":3})");
  EXPECT_EQ(print(with_member(arena, value, "d", Value())), R"({"a":1,"b":[2],"c":3,"d":null})");
  EXPECT_EQ(print(with_member(arena, make_object(arena, {}), "a\n", Value())), R"({"a\n":null})");
  EXPECT_EQ(print(value), R"({"a":1,"b":[2],"c":3})");
}

TEST(WithMember, SharesWhatItDoesNotChange) {
  Arena arena;
  auto const value = parsed(arena, R"({"big":[1,2,3],"b":{"c":"text"}})");
  auto const used = arena.bytes_used();
  auto const changed = with_member(arena, value, "b", Value::boolean(true));
  EXPECT_EQ(changed.find("big")->elements().data(), value.find("big")->elements().data());
  EXPECT_LE(arena.bytes_used() - used, 2 * sizeof(Member) + 16);
}

TEST(WithMember, CopiesTheKeyItIsGiven) {
  Arena arena;
  std::string key = "key";
  auto const value = with_member(arena, make_object(arena, {}), key, Value());
  key = "???";
  EXPECT_EQ(print(value), R"({"key":null})");
}

TEST(WithMember, KnowsTheDepthThatIsLeft) {
  Arena arena;
  auto const value = parsed(arena, R"({"a":[[[]]],"b":[]})");
  EXPECT_EQ(value.depth(), 4U);
  EXPECT_EQ(with_member(arena, value, "a", Value()).depth(), 2U);
  EXPECT_EQ(with_member(arena, value, "b", value).depth(), 5U);
}

TEST(WithElement, ReplacesOne) {
  Arena arena;
  auto const value = parsed(arena, R"([1,[2],3])");
  EXPECT_EQ(print(with_element(arena, value, 1, value)), R"([1,[1,[2],3],3])");
  EXPECT_DEATH((void)with_element(arena, value, 3, value), "assertion failed");
}

TEST(MakeObject, CopiesKeysUnlessToldOtherwise) {
  Arena arena;
  std::string key = "a\"b";
  Member const members[] = {{key, Value::boolean(true)}};
  auto const copied = make_object(arena, members);
  auto const viewed = make_object(arena, members, KeyStorage::kOutlives);
  EXPECT_EQ(viewed.members()[0].key.data(), key.data());
  EXPECT_NE(copied.members()[0].key.data(), key.data());
  EXPECT_EQ(print(copied), R"({"a\"b":true})");
  EXPECT_EQ(copied.printed_size(), print(copied).size());
}

TEST(Source, IsOfTheRootAlone) {
  Arena arena;
  auto const document = parse(arena, "{ \"a\" : [ 1 ] }", {.keep_source = true});
  ASSERT_TRUE(document);
  EXPECT_EQ(print(*document), "{ \"a\" : [ 1 ] }");
  EXPECT_EQ(print(*document->find("a")), "[1]");
  auto const changed = with_member(arena, *document, "b", *document);
  EXPECT_EQ(print(changed), R"({"a":[1],"b":{"a":[1]}})");
  EXPECT_EQ(changed.find("b")->source(), "");
  EXPECT_EQ(print(make_array(arena, std::vector<Value>{*document})), R"([{"a":[1]}])");
  Member const member{"m", *document};
  EXPECT_EQ(print(make_object(arena, {&member, 1})), R"({"m":{"a":[1]}})");
}

TEST(Source, CanBeGivenAndTaken) {
  Arena arena;
  auto const value = parsed(arena, "[1]");
  auto const sourced = value.with_source(arena, "[ 1 ]");
  EXPECT_EQ(print(sourced), "[ 1 ]");
  EXPECT_EQ(sourced.printed_size(), 5U);
  EXPECT_EQ(print(sourced.with_source(arena, " [1]")), " [1]");
  EXPECT_EQ(print(sourced.without_source(arena)), "[1]");
  EXPECT_EQ(print_pretty(sourced), "[\n  1\n]");
  auto const text = parsed(arena, "\"a\\n\"").with_source(arena, "\"a\\u000a\"");
  EXPECT_EQ(text.as_string(), "a\n");
  EXPECT_EQ(print(text), "\"a\\u000a\"");
}

TEST(Clone, KeepsTextsOfTheSourceInOneCopy) {
  std::string text = R"({"key":"a value of some length","n":[1,2,3]})";
  Arena from;
  auto const value = parse(from, text, {.keep_source = true});
  ASSERT_TRUE(value);
  Arena to;
  auto const copy = clone(to, *value);
  auto const source = copy.source();
  EXPECT_EQ(source, text);
  EXPECT_NE(source.data(), text.data());
  auto const inner = copy.find("key")->as_string();
  EXPECT_GE(inner.data(), source.data());
  EXPECT_LT(inner.data(), source.data() + source.size());
}

// Sharing can name more than fits anywhere: the size must not wrap around.
TEST(PrintedSize, StopsAtTheGreatestNumber) {
  Arena arena;
  auto value = parsed(arena, "[\"x\"]");
  for (int i = 0; i < 80; ++i) {
    Value const twice[] = {value, value};
    value = make_array(arena, twice);
  }
  EXPECT_EQ(value.printed_size(), std::numeric_limits<std::size_t>::max());
  EXPECT_EQ(value.depth(), 81U);
  auto const object = with_member(arena, make_object(arena, {}), "a", value);
  EXPECT_EQ(object.printed_size(), std::numeric_limits<std::size_t>::max());
  EXPECT_EQ(with_member(arena, object, "a", Value()).printed_size(), 10U);
  EXPECT_EQ(with_element(arena, with_element(arena, value, 0, Value()), 1, Value()).printed_size(),
            11U);
}

TEST(PrintPretty, IndentsByTwo) {
  Arena arena;
  auto const value = parsed(arena, R"({"a":[1,{"b":"\n"}],"c":[],"d":{}})");
  EXPECT_EQ(print_pretty(value), R"({
  "a": [
    1,
    {
      "b": "\n"
    }
  ],
  "c": [],
  "d": {}
})");
  EXPECT_EQ(print_pretty(Value::boolean(true)), "true");
}

TEST(Append, AddsToWhatIsThere) {
  std::string out = "x=";
  append(out, Value::boolean(false));
  append_string(out, "a\tb");
  EXPECT_EQ(out, "x=false\"a\\tb\"");
}

}  // namespace
}  // namespace treadle::json
