// $formatBase. Source: JSONata, numeric functions; ECMA-262, Number.prototype.toString.
#pragma once

#include <string>

#include "treadle/base/result.h"
#include "treadle/expr/jsonata/failure.h"

namespace treadle::expr::jsonata {

// Both numbers are rounded to integers, halves to the even one. Digits beyond a double's precision
// are 0; base 10 is JavaScript's text ("1e+21"). D3100 for a radix outside of 2 to 36.
[[nodiscard]] auto format_base(double value, double radix = 10) -> Result<std::string, Failure>;

}  // namespace treadle::expr::jsonata
