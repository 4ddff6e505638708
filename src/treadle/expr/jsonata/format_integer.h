// $formatInteger and $parseInteger.
// Source: XPath and XQuery Functions and Operators 3.1, 4.6 (fn:format-integer); JSONata, numeric
// functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "treadle/base/result.h"
#include "treadle/expr/jsonata/failure.h"

namespace treadle::expr::jsonata {

// The integer below `value` (which is finite) by a picture such as "#,##0", "I", "Ww" or "1;o".
// D3130 and D3131 for a picture that is none.
[[nodiscard]] auto format_integer(double value, std::string_view picture)
    -> Result<std::string, Failure>;

// The number that `text` is by `picture`; nullopt if it is none. What follows digits is passed over, as
// by JavaScript's parseInt. DIFFERS: the reference gives NaN, which is no JSON, or a wrong number.
[[nodiscard]] auto parse_integer(std::string_view text, std::string_view picture)
    -> Result<std::optional<double>, Failure>;

}  // namespace treadle::expr::jsonata
