#include "treadle/expr/jsonpath/decimal.h"

#include <string>

#include <gtest/gtest.h>

namespace treadle::expr::jsonpath {
namespace {

TEST(Decimal, KnowsItsTexts) {
  for (auto const* text : {"0", "-1", "+1", ".5", "5.", "007", "1e3", "1E-3", "-0.0E0"})
    EXPECT_TRUE(is_decimal(text)) << text;
  for (auto const* text : {"", "-", ".", "e3", "1e", "1e+", "1.2.3", " 1", "0x1", "1-2", "NaN"})
    EXPECT_FALSE(is_decimal(text)) << text;
}

TEST(Decimal, OrdersByValue) {
  char const* const kAscending[] = {
      "-1e999999999", "-20", "-1.5", "-1e-9", "0",  "1e-999999999",
      "0.1",          "1",   "1.5",  "9.99",  "10", "123456789012345678901"};
  for (auto const* a : kAscending)
    for (auto const* b : kAscending) {
      auto const expected = std::string_view(a) == b;
      EXPECT_EQ(compare_decimals(a, b) == 0, expected) << a << " " << b;
    }
  for (std::size_t i = 0; i + 1 < std::size(kAscending); ++i) {
    EXPECT_TRUE(compare_decimals(kAscending[i], kAscending[i + 1]) < 0) << kAscending[i];
    EXPECT_TRUE(compare_decimals(kAscending[i + 1], kAscending[i]) > 0) << kAscending[i];
  }
}

TEST(Decimal, EqualsOtherSpellings) {
  EXPECT_TRUE(compare_decimals("1", "1.000") == 0);
  EXPECT_TRUE(compare_decimals("1000", "1e3") == 0);
  EXPECT_TRUE(compare_decimals("-0", "0.00") == 0);
  EXPECT_TRUE(compare_decimals("120e-1", "12") == 0);
}

TEST(Decimal, PrintsAsBigDecimalDoes) {
  struct {
    char const* text;
    char const* printed;
  } const kRows[] = {
      {"1", "1"},       {"1.50", "1.50"},         {"1e3", "1E+3"},  {"12e3", "1.2E+4"},
      {"1.2e1", "12"},  {"1e-3", "0.001"},        {"1e-7", "1E-7"}, {"0.0000012", "0.0000012"},
      {"-2.5", "-2.5"}, {"0.00000012", "1.2E-7"}, {"-0", "0"},      {".5", "0.5"}};
  for (auto const& row : kRows) EXPECT_EQ(decimal_text(row.text), row.printed) << row.text;
}

}  // namespace
}  // namespace treadle::expr::jsonpath
