#include <string>

#include <gtest/gtest.h>

#include "treadle/expr/jsonata/format_integer.h"

namespace treadle::expr::jsonata {
namespace {

TEST(FormatInteger, FollowsThePicture) {
  struct {
    double value;
    char const* picture;
    char const* text;
  } const kCases[] = {
      {7, "000", "007"},
      {-7.5, "0", "-8"},
      {1234567, "#,##0", "1,234,567"},
      {1234567, "0-0", "1-2-3-4-5-6-7"},
      {1234567, "#:###,##0", "1:234,567"},
      {1234, "#:###,##0", "1,234"},
      {1234567, "##,##,##0", "12,34,567"},
      {12345678, "##,##,##0", "123,45,678"},
      {12, "0x", "12x"},
      {12, "٠٠٠", "٠١٢"},
      {1e21, "#,##0", "1,000,000,000,000,000,000,000"},
      {1, "1;o", "1st"},
      {2, "1;o", "2nd"},
      {13, "1;o", "13th"},
      {103, "1;o", "103rd"},
      {112, "1;o", "112th"},
      {5, "1;c", "5"},
      {1999, "I", "MCMXCIX"},
      {-44, "i", "-xliv"},
      {0, "I", ""},
      {100'001, "I", "100001"},
      {1, "a", "a"},
      {27, "A", "AA"},
      {702, "a", "zz"},
      {0, "a", ""},
      {0, "w", "zero"},
      {21, "w", "twenty-one"},
      {115, "Ww", "One Hundred and Fifteen"},
      {1'001, "W", "ONE THOUSAND AND ONE"},
      {2'500'100, "w", "two million, five hundred thousand, one hundred"},
      {1e15, "w", "one thousand trillion"},
      {30, "w;o", "thirtieth"},
      {1'000'000, "Ww;o", "One Millionth"},
      {-3, "w;o", "-third"},
  };
  for (auto const& test : kCases)
    EXPECT_EQ(format_integer(test.value, test.picture), test.text) << test.picture;
  EXPECT_TRUE(format_integer(1.7e308, "w"));
  EXPECT_TRUE(format_integer(1.7e308, "a"));
}

TEST(FormatInteger, RefusesWhatIsNoPicture) {
  for (auto const* picture : {"", "#", "b", "Wx", "①", ";o"}) {
    auto const text = format_integer(1, picture);
    ASSERT_FALSE(text) << picture;
    EXPECT_EQ(text.error().code, "D3130");
  }
  EXPECT_EQ(
      format_integer(1, "x").error().message,
      "Formatting or parsing an integer as a sequence starting with \"x\" is not supported by "
      "this implementation");
  EXPECT_EQ(format_integer(1, "0٠").error().code, "D3131");
  EXPECT_FALSE(format_integer(1, std::string(5'000, '0')));
}

TEST(ParseInteger, UndoesThePicture) {
  struct {
    char const* text;
    char const* picture;
    double value;
  } const kCases[] = {
      {"1,234", "#,##0", 1234},
      {" -12", "0", -12},
      {"12nd", "0;o", 12},
      {"12abc", "0", 12},
      {"٣٤", "٠", 34},
      {"MCMXCIX", "I", 1999},
      {"xliv", "i", 44},
      {"", "I", 0},
      {"aa", "a", 27},
      {"Twenty-One", "w", 21},
      {"nineteen hundred and one", "w", 1901},
      {"two million, five hundred thousand, one hundredth", "w;o", 2'500'100},
      {"one thousand trillion", "w", 1e15},
  };
  for (auto const& test : kCases) {
    auto const value = parse_integer(test.text, test.picture);
    ASSERT_TRUE(value && *value) << test.text;
    EXPECT_EQ(**value, test.value) << test.text;
  }
}

TEST(ParseInteger, FindsNone) {
  struct {
    char const* text;
    char const* picture;
  } const kCases[] = {{"", "0"},
                      {"abc", "0"},
                      {"3", "٠"},
                      {"XQ", "I"},
                      {"a1", "a"},
                      {"twentyone", "w"},
                      {"one hundred and", "w"},
                      {"none", "w"}};
  for (auto const& test : kCases) {
    auto const value = parse_integer(test.text, test.picture);
    ASSERT_TRUE(value) << test.text;
    EXPECT_FALSE(*value) << test.text;
  }
  EXPECT_EQ(parse_integer("1", "#").error().code, "D3130");
}

}  // namespace
}  // namespace treadle::expr::jsonata
