// Whether a Retrier grants another attempt, and after how long.
// Source: Amazon States Language, "Errors", retrying after error.
#pragma once

#include <cstdint>
#include <optional>

#include "treadle/asl/model.h"
#include "treadle/base/time.h"

namespace treadle::interpreter {

// Delay before the retry that follows `retries_done` earlier ones; nullopt once exhausted. Pure:
// the caller draws `jitter_draw` in [0, 1) and journals the resulting delay, so that replay never
// draws again. The jitter is applied after the cap.
[[nodiscard]] auto next_retry_delay(asl::Retrier const& retrier, std::uint32_t retries_done,
                                    double jitter_draw) -> std::optional<Milliseconds>;

}  // namespace treadle::interpreter
