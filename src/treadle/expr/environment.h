// What an expression may read besides its input. The interpreter implements it over a running
// scope, `treadle eval` over bindings.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "treadle/base/time.h"
#include "treadle/json/value.h"

namespace treadle::expr {

class Environment {
 public:
  virtual ~Environment() = default;
  // The context object, "$$".
  [[nodiscard]] virtual auto context() -> json::Value = 0;
  // The variable of that name (without "$"), or nullopt when it was never assigned.
  [[nodiscard]] virtual auto variable(std::string_view name) -> std::optional<json::Value> = 0;
  // 64 random bits (States.UUID, States.MathRandom).
  [[nodiscard]] virtual auto draw() -> std::uint64_t = 0;
  // The time of the evaluation ($now, $millis): the same however often one evaluation asks.
  [[nodiscard]] virtual auto now() -> Timestamp = 0;
  // Whether the evaluation shall end, with whatever error. What computes for long asks this about
  // every 100 microseconds, or before it begins something that can't be stopped, which may take as
  // long as `ahead`.
  [[nodiscard]] virtual auto must_stop(std::chrono::milliseconds /*ahead*/ = {}) -> bool {
    return false;
  }
};

}  // namespace treadle::expr
