// Points in time that $toMillis reads without a picture; private to the module.
// Source: ECMA-262, Date Time String Format.
#pragma once

#include <optional>
#include <string_view>

namespace treadle::expr::jsonata {

// YYYY, YYYY-MM or YYYY-MM-DD, then perhaps Thh:mm:ss with a fraction (cut to milliseconds), then
// perhaps Z or, behind a time, +hh:mm or +hhmm; without an offset it is UTC. Days up to the 31st run on into the next
// month; the hour 24 is the end of a day.
[[nodiscard]] auto parse_iso_8601(std::string_view text) -> std::optional<double>;

}  // namespace treadle::expr::jsonata
