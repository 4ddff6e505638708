// $fromMillis and $toMillis.
// Source: XPath and XQuery Functions and Operators 3.1, 9.8; JSONata, date/time functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "treadle/base/result.h"
#include "treadle/expr/jsonata/failure.h"

namespace treadle::expr::jsonata {

// Milliseconds since 1970-01-01T00:00:00Z, cut to whole ones, by `picture` (without: as ISO 8601,
// "2018-03-23T10:33:36.617Z") in the time zone "+0530", "-05:00" or "Z" (without: UTC). D3130 to D3135
// for the picture, D3110 for a point in time or a time zone that is none. A width counts up to 1,000.
[[nodiscard]] auto format_date_time(double milliseconds,
                                    std::optional<std::string_view> picture = {},
                                    std::optional<std::string_view> timezone = {})
    -> Result<std::string, Failure>;

// The milliseconds that `text` stands for. Without a picture it is ISO 8601, else D3110. With one,
// nullopt if it does not match; what `text` leaves open in front of its components is taken from `now`,
// what it leaves open behind is the least. D3136 if components lack in between. DIFFERS: names are
// found in either case, and a day of the year begins at midnight.
[[nodiscard]] auto parse_date_time(std::string_view text, std::optional<std::string_view> picture,
                                   double now) -> Result<std::optional<double>, Failure>;

}  // namespace treadle::expr::jsonata
