// Spans of time as people write them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "treadle/base/time.h"

namespace treadle::scenario {

// Whole numbers with units, the largest first and each at most once: "300ms", "24h", "1h30m", "2d".
// nullopt for anything else, and beyond ten years.
[[nodiscard]] auto parse_duration(std::string_view text) -> std::optional<Milliseconds>;

// In the same form, exactly: "0s", "1d2h", "1s500ms".
[[nodiscard]] auto print_duration(Milliseconds duration) -> std::string;

}  // namespace treadle::scenario
