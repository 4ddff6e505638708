// What decide() may know besides state, definition and payloads. Everything is injected, so that
// the same inputs give the same events.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "treadle/asl/model.h"
#include "treadle/asl/way_back.h"
#include "treadle/base/clock.h"
#include "treadle/base/limits.h"
#include "treadle/base/time.h"
#include "treadle/interpreter/inspection.h"
#include "treadle/json/value.h"
#include "treadle/record/ids.h"

namespace treadle::interpreter {

// Makes the token of the task that a Scheduled event opens; the same for the same arguments.
class TokenMint {
 public:
  virtual ~TokenMint() = default;
  [[nodiscard]] virtual auto token(record::HistoryId scheduled, std::uint32_t redrive_count) const
      -> std::string = 0;
};

// Bounds the time that one decide() takes; reads a clock for it.
class Turn {
 public:
  virtual ~Turn() = default;
  // Asked between two states: true makes decide() yield, as it does after many transitions.
  [[nodiscard]] virtual auto is_over() -> bool = 0;
  // Asked inside of evaluations, as expr::Environment says: true ends them with an error. It stays true for as long as whoever
  // made the turn means to throw away what decide() gives.
  [[nodiscard]] virtual auto must_stop(std::chrono::milliseconds ahead) -> bool = 0;
};

// Told which rule of a Choice state held, which no event says. For the coverage of tests.
class ChoiceWatcher {
 public:
  virtual ~ChoiceWatcher() = default;
  // `rule` is the number of rules where it was Default.
  virtual void chose(asl::StateIndex state, std::size_t rule) = 0;
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
  Turn* turn = nullptr;  // null: as long as it takes
  // Of a state that is tested on its own: what it does is kept here, and what it sees as "$$".
  Inspection* inspection = nullptr;
  std::optional<json::Value> context = std::nullopt;
  // Of a saga that is asked to compensate; null: it can't be.
  asl::WayBack const* way_back = nullptr;
  ChoiceWatcher* choices = nullptr;  // null: nobody asks
};

}  // namespace treadle::interpreter
