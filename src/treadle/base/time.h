// Points in time as the API and the context object show them.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace treadle {

// Milliseconds since 1970-01-01T00:00:00Z; the resolution of AWS's histories.
using Timestamp = std::chrono::sys_time<std::chrono::milliseconds>;
using Milliseconds = std::chrono::milliseconds;

// "2026-11-23T09:08:07.123Z", as the context object shows it.
[[nodiscard]] auto to_iso8601(Timestamp t) -> std::string;

// Seconds since 1970 with a fraction of three digits ("1763888887.123"), as AWS JSON 1.0 has it.
[[nodiscard]] auto to_epoch_seconds(Timestamp t) -> std::string;

// Reads RFC 3339: YYYY-MM-DDThh:mm:ss[.fraction](Z|+hh:mm|-hh:mm), upper-case T and Z; any number
// of fraction digits, truncated to milliseconds. nullopt for anything else or a day that does not
// exist. Source: ASL specification, "Timestamps".
[[nodiscard]] auto parse_rfc3339(std::string_view text) -> std::optional<Timestamp>;

}  // namespace treadle
