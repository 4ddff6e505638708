// Numbers and their texts as JavaScript and JSONata have them.
// Source: ECMA-262, Number::toString, Number.prototype.toPrecision; JSONata, numeric functions.
#pragma once

#include <string>
#include <string_view>

#include "treadle/base/result.h"
#include "treadle/expr/jsonata/failure.h"

namespace treadle::expr::jsonata {

// Number::toString in base 10: the shortest text that reads back as `value`; "0" for -0, "1e+21",
// "NaN", "Infinity".
[[nodiscard]] auto number_text(double value) -> std::string;

// $string's number: an integer as number_text(), another rounded to 15 significant digits first.
// `value` is finite.
[[nodiscard]] auto string_of_number(double value) -> std::string;

// $number of a string: a JSON number (zeros in front are let through), or 0x, 0o, 0b and digits;
// nothing around it. D3030 for another text, or one beyond the greatest double.
[[nodiscard]] auto parse_number(std::string_view text) -> Result<double, Failure>;

// $round: `value` (as its shortest text has it) to `precision` digits behind the point, halves to
// the even neighbour; tens for -1. Never -0. Infinite where tens beyond the greatest double come out.
[[nodiscard]] auto round_half_even(double value, int precision = 0) -> double;

}  // namespace treadle::expr::jsonata
