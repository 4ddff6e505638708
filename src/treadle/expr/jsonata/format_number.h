// $formatNumber: numbers by picture.
// Source: XPath and XQuery Functions and Operators 3.1, 4.7 (fn:format-number); JSONata, numeric
// functions.
#pragma once

#include <string>
#include <string_view>

#include "treadle/base/result.h"
#include "treadle/expr/jsonata/failure.h"

namespace treadle::expr::jsonata {

// What means what, in pictures and in results.
struct DecimalFormat {
  char32_t decimal_separator = '.';
  char32_t grouping_separator = ',';
  char32_t exponent_separator = 'e';
  char32_t zero_digit = '0';  // the first of ten digits in a row
  char32_t digit = '#';
  char32_t pattern_separator = ';';
  std::string infinity = "Infinity";
  std::string minus_sign = "-";
  std::string nan = "NaN";
  std::string percent = "%";
  std::string per_mille = "\u2030";

  // By the option's name ("decimal-separator"); another name changes nothing. Where one character is
  // meant, that is the first of `value`, and an empty `value` changes nothing.
  void set(std::string_view name, std::string_view value);
};

// The errors are D3080 to D3093; where several rules are broken, the last. DIFFERS: a prefix does
// not displace the exponent, irregular groups are counted in digits, and numbers of 1e21 and more have
// all their digits.
[[nodiscard]] auto format_number(double value, std::string_view picture,
                                 DecimalFormat const& format = {}) -> Result<std::string, Failure>;

}  // namespace treadle::expr::jsonata
