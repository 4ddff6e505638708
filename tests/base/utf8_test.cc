#include "treadle/base/utf8.h"

#include <optional>
#include <string>

#include <gtest/gtest.h>

namespace treadle::utf8 {
namespace {

struct Row {
  char const* name;
  std::string text;
  std::optional<char32_t> strict;
  std::optional<char32_t> with_surrogates;
};

class DecodeOne : public testing::TestWithParam<Row> {};

TEST_P(DecodeOne, ReadsTheFirstCodePoint) {
  auto const& [_, text, strict, with_surrogates] = GetParam();
  auto const one = decode_one(text + "x");
  EXPECT_EQ(one.has_value(), strict.has_value());
  EXPECT_EQ(is_valid(text), strict.has_value());
  EXPECT_EQ(is_valid("ascii" + text + "ascii", Surrogates::kAccept), with_surrogates.has_value());
  if (one) {
    EXPECT_EQ(one->value, *strict);
    EXPECT_EQ(one->bytes, text.size());
  }
  auto const lenient = decode_one(text, Surrogates::kAccept);
  ASSERT_EQ(lenient.has_value(), with_surrogates.has_value());
  if (!lenient) return;
  EXPECT_EQ(lenient->value, *with_surrogates);
  std::string encoded;
  append(encoded, lenient->value);
  EXPECT_EQ(encoded, text);
}

auto both(char const* name, std::string text, char32_t c) -> Row {
  return {name, std::move(text), c, c};
}
auto neither(char const* name, std::string text) -> Row { return {name, std::move(text), {}, {}}; }

Row const kRows[] = {
    both("nul", std::string(1, '\0'), 0),
    both("last_of_one", "\x7F", 0x7F),
    both("first_of_two", "\xC2\x80", 0x80),
    both("last_of_two", "\xDF\xBF", 0x7FF),
    both("first_of_three", "\xE0\xA0\x80", 0x800),
    both("before_surrogates", "\xED\x9F\xBF", 0xD7FF),
    both("behind_surrogates", "\xEE\x80\x80", 0xE000),
    both("last_of_three", "\xEF\xBF\xBF", 0xFFFF),
    both("first_of_four", "\xF0\x90\x80\x80", 0x10000),
    both("last_of_four", "\xF4\x8F\xBF\xBF", 0x10FFFF),
    {"first_surrogate", "\xED\xA0\x80", {}, 0xD800},
    {"last_surrogate", "\xED\xBF\xBF", {}, 0xDFFF},
    neither("continuation", "\x80"),
    neither("overlong_two", "\xC1\xBF"),
    neither("overlong_three", "\xE0\x9F\xBF"),
    neither("overlong_four", "\xF0\x8F\xBF\xBF"),
    neither("beyond", "\xF4\x90\x80\x80"),
    neither("no_such_byte", "\xF8\x88\x80\x80\x80"),
    neither("cut_two", "\xC2"),
    neither("cut_three", "\xE2\x82"),
    neither("cut_four", "\xF0\x9F\x98"),
};

INSTANTIATE_TEST_SUITE_P(Table, DecodeOne, testing::ValuesIn(kRows),
                         [](auto const& param) { return param.param.name; });

TEST(DecodeOneOfNothing, IsNothing) { EXPECT_FALSE(decode_one("")); }

TEST(Count, CodePointsAndUtf16Units) {
  EXPECT_EQ(count_code_points(""), 0U);
  EXPECT_EQ(count_code_points("aé€😀"), 4U);
  EXPECT_EQ(count_utf16_units("aé€😀"), 5U);
  EXPECT_EQ(count_utf16_units("\xED\xA0\xBD"), 1U);
}

TEST(Truncate, CutsNoCodePoint) {
  EXPECT_EQ(truncate("aé€", 10), "aé€");
  EXPECT_EQ(truncate("aé€", 6), "aé€");
  EXPECT_EQ(truncate("aé€", 5), "aé");
  EXPECT_EQ(truncate("aé€", 2), "a");
  EXPECT_EQ(truncate("é", 1), "");
  EXPECT_EQ(truncate("é", 0), "");
}

TEST(Surrogates, AreJoined) {
  EXPECT_EQ(join_surrogates(0xD83D, 0xDE00), U'😀');
  EXPECT_EQ(join_surrogates(0xD800, 0xDC00), char32_t{0x10000});
  EXPECT_EQ(join_surrogates(0xDBFF, 0xDFFF), char32_t{0x10FFFF});
  EXPECT_TRUE(is_high_surrogate(0xDBFF) && !is_high_surrogate(0xDC00));
  EXPECT_TRUE(is_low_surrogate(0xDC00) && !is_low_surrogate(0xE000));
}

}  // namespace
}  // namespace treadle::utf8
