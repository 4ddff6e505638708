// Where the present comes from. Injected, so that tests and simulation own time.
#pragma once

#include <cstdint>

#include "treadle/base/strong_id.h"
#include "treadle/base/time.h"

namespace treadle {

class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual auto now() const -> Timestamp = 0;  // any thread
};

// Where chance comes from: ids, jitter, States.UUID and States.MathRandom. Every draw that matters
// is journaled as part of the value that was computed from it.
class Random {
 public:
  virtual ~Random() = default;
  [[nodiscard]] virtual auto next_u64() -> std::uint64_t = 0;  // uniform over all 64-bit values

  // Uniform in [0, 1).
  [[nodiscard]] auto next_unit() -> double {
    return static_cast<double>(next_u64() >> 11) * 0x1.0p-53;
  }
  [[nodiscard]] auto next_entity_id() -> EntityId { return {next_u64(), next_u64()}; }
};

}  // namespace treadle
