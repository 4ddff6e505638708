#include <cmath>
#include <limits>
#include <string>

#include <gtest/gtest.h>

#include "treadle/expr/jsonata/format_base.h"
#include "treadle/expr/jsonata/format_number.h"
#include "treadle/expr/jsonata/number_text.h"

namespace treadle::expr::jsonata {
namespace {

TEST(NumberText, IsJavaScripts) {
  struct {
    double value;
    char const* text;
  } const kCases[] = {
      {0, "0"},          {-0.0, "0"},        {-1.5, "-1.5"}, {1e20, "100000000000000000000"},
      {1e21, "1e+21"},   {1e-6, "0.000001"}, {1e-7, "1e-7"}, {0.1 + 0.2, "0.30000000000000004"},
      {5e-324, "5e-324"}};
  for (auto const& test : kCases) EXPECT_EQ(number_text(test.value), test.text);
}

TEST(NumberText, RoundsFractionsForString) {
  EXPECT_EQ(string_of_number(0.1 + 0.2), "0.3");
  EXPECT_EQ(string_of_number(-1.0 / 3), "-0.333333333333333");
  EXPECT_EQ(string_of_number(1.25e-9), "1.25e-9");
  EXPECT_EQ(string_of_number(1234567890123456.0), "1234567890123456");
}

TEST(ParseNumber, TakesDecimalsAndPrefixes) {
  struct {
    char const* text;
    double value;
  } const kCases[] = {{"0", 0},
                      {"-12.50", -12.5},
                      {"007", 7},
                      {"1e3", 1000},
                      {"2E-2", 0.02},
                      {"0xfF", 255},
                      {"0O17", 15},
                      {"0b101", 5},
                      {"1e-999", 0},
                      {"0x20000000000001", 9007199254740992},
                      {"0x10000000000000000000000000000000000000001", 0x1p160}};
  for (auto const& test : kCases) {
    auto const value = parse_number(test.text);
    ASSERT_TRUE(value) << test.text;
    EXPECT_EQ(*value, test.value) << test.text;
  }
  for (auto const* text : {"", " 1", "1 ", "+1", ".5", "5.", "1e", "-", "0x", "0xg", "0b2", "-0x1",
                           "1e999", "NaN", "Infinity", "1,5"}) {
    auto const value = parse_number(text);
    ASSERT_FALSE(value) << text;
    EXPECT_EQ(value.error().code, "D3030") << text;
  }
  EXPECT_EQ(parse_number("a\"b").error().message, "Unable to cast value to a number: \"a\\\"b\"");
}

TEST(RoundHalfEven, GoesByTheShortestText) {
  struct {
    double value;
    int precision;
    double rounded;
  } const kCases[] = {
      {0.5, 0, 0},       {1.5, 0, 2},       {2.5, 0, 2},      {-0.5, 0, 0},
      {-1.5, 0, -2},     {1.005, 2, 1.0},   {1.015, 2, 1.02}, {9.995, 2, 10.0},
      {250, -2, 200},    {350, -2, 400},    {49, -2, 0},      {51, -2, 100},
      {1.5e-7, 7, 2e-7}, {1e300, 5, 1e300}, {0.49999, 0, 0},  {123.456, 400, 123.456}};
  for (auto const& test : kCases)
    EXPECT_EQ(round_half_even(test.value, test.precision), test.rounded) << test.value;
  EXPECT_FALSE(std::signbit(round_half_even(-0.4)));
  EXPECT_EQ(round_half_even(1.6e308, -308), std::numeric_limits<double>::infinity());
}

TEST(FormatBase, WritesIntegers) {
  struct {
    double value;
    double radix;
    char const* text;
  } const kCases[] = {{255, 16, "ff"},
                      {-255, 2, "-11111111"},
                      {0, 7, "0"},
                      {2.5, 2, "10"},
                      {35, 35.6, "z"},
                      {1e21, 10, "1e+21"},
                      {0x1p60, 16, "1000000000000000"},
                      {1e21, 36, "5v1j4f4ds7c000"}};
  for (auto const& test : kCases) EXPECT_EQ(format_base(test.value, test.radix), test.text);
  for (auto const radix : {1.0, 36.6, -2.0, std::nan("")}) {
    auto const text = format_base(1, radix);
    ASSERT_FALSE(text) << radix;
    EXPECT_EQ(text.error().code, "D3100");
  }
}

TEST(FormatNumber, FollowsThePicture) {
  struct {
    double value;
    char const* picture;
    char const* text;
  } const kCases[] = {
      {1234567.891, "#,##0.00", "1,234,567.89"},
      {0.5, "#", "0"},
      {0, "#.#", ".0"},
      {7, "000", "007"},
      {-7, "000", "-007"},
      {-7.5, "0.0;(0.0)", "(7.5)"},
      {7.5, "0.0;(0.0)", "7.5"},
      {0.256, "0.0%", "25.6%"},
      {0.256, "0‰", "256‰"},
      {1234, "0.0e0", "1.2e3"},
      {0.0001234, "00.00e00", "12.34e-05"},
      {1000, "0e0", "10e2"},
      {0, "0.0e0", "0.0e0"},
      {1234, "x0.0e0y", "x1.2e3y"},
      {1234567, "#,##,##0", "12,34,567"},
      {123456789, "#,##,##0", "1234,56,789"},
      {1234567, "#,##0", "1,234,567"},
      {0.123456, "0.00,00,00", "0.12,34,56"},
      {9.995, "0.00", "10.00"},
      {9.985, "0.00", "9.98"},
      {1e21, "#,##0", "1,000,000,000,000,000,000,000"},
      {1e20, "0", "100000000000000000000"},
      {5e-324, "0.0", "0.0"},
  };
  for (auto const& test : kCases) {
    auto const text = format_number(test.value, test.picture);
    ASSERT_TRUE(text) << test.picture << " " << text.error().code;
    EXPECT_EQ(*text, test.text) << test.picture;
  }
  EXPECT_EQ(format_number(std::nan(""), "0"), "NaN");
  EXPECT_EQ(format_number(-std::numeric_limits<double>::infinity(), "<0>"), "-<Infinity>");
}

TEST(FormatNumber, NamesTheBrokenRule) {
  struct {
    char const* picture;
    char const* code;
  } const kCases[] = {
      {"0;0;0", "D3080"}, {"0.0.0", "D3081"},  {"0%%", "D3082"},  {"0‰‰", "D3083"},
      {"0%‰", "D3084"},   {"", "D3085"},       {".e0", "D3085"},  {"0a0", "D3086"},
      {"%%", "D3086"},    {"0,.0", "D3087"},   {"0.,0", "D3087"}, {"0,", "D3088"},
      {"0,,0", "D3089"},  {"0#", "D3090"},     {"0.#0", "D3091"}, {"0%e0", "D3092"},
      {"0e", "D3093"},    {"0e0.0x", "D3093"},
  };
  for (auto const& test : kCases) {
    auto const text = format_number(1, test.picture);
    ASSERT_FALSE(text) << test.picture;
    EXPECT_EQ(text.error().code, test.code) << test.picture;
  }
  EXPECT_FALSE(format_number(1, std::string(5'000, '0')));
}

TEST(FormatNumber, TakesOptions) {
  DecimalFormat format;
  format.set("decimal-separator", ",");
  format.set("grouping-separator", "'");
  format.set("minus-sign", "minus ");
  format.set("zero-digit", "٠");
  format.set("unknown", "?");
  format.set("digit", "");
  EXPECT_EQ(format_number(-1234.5, "#'##٠,٠", format), "minus ١'٢٣٤,٥");
}

}  // namespace
}  // namespace treadle::expr::jsonata
