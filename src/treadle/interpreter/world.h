// What decide() may know besides state, definition and payloads. Everything is injected, so that
// the same inputs give the same events.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "treadle/base/clock.h"
#include "treadle/base/limits.h"
#include "treadle/base/time.h"
#include "treadle/record/ids.h"

namespace treadle::interpreter {

// Makes the token of the task that a Scheduled event opens; the same for the same arguments.
class TokenMint {
 public:
  virtual ~TokenMint() = default;
  [[nodiscard]] virtual auto token(record::HistoryId scheduled, std::uint32_t redrive_count) const
      -> std::string = 0;
};

struct World {
  Timestamp now;
  Random& random;
  TokenMint const& tokens;
  std::string_view region = "us-east-1";
  double time_scale = 1.0;  // multiplies waits, back-off and time-outs
  std::uint32_t history_events_max = limits::kHistoryEvents;
  // An execution times out after so many seconds, or after its machine's TimeoutSeconds if those are
  // fewer. nullopt: only after those.
  std::optional<std::uint64_t> execution_seconds_max = std::nullopt;
};

}  // namespace treadle::interpreter
