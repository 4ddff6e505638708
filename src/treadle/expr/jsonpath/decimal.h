// Decimal numbers as texts, compared exactly: filters tell 9007199254740993 from 9007199254740992.
#pragma once

#include <compare>
#include <string>
#include <string_view>

namespace treadle::expr::jsonpath {

// Whether `text` is a decimal number: sign, digits with at most one point, exponent. Wider than
// JSON
// ("+1", ".5", "007"), no white space. An exponent beyond 999,999,999 counts as that.
[[nodiscard]] auto is_decimal(std::string_view text) -> bool;

// The order of two texts for which is_decimal() holds; 1, 1.0 and 10e-1 are equal.
[[nodiscard]] auto compare_decimals(std::string_view a, std::string_view b) -> std::strong_ordering;

// A decimal as java.math.BigDecimal prints it: digits kept, an exponent only where that class has
// one (1e3 -> 1E+3, 1.50 -> 1.50).
[[nodiscard]] auto decimal_text(std::string_view text) -> std::string;

}  // namespace treadle::expr::jsonpath
