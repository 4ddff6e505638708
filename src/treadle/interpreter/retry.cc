#include "treadle/interpreter/retry.h"

#include <algorithm>
#include <cmath>

#include "treadle/base/limits.h"

namespace treadle::interpreter {

auto next_retry_delay(asl::Retrier const& retrier, std::uint32_t retries_done, double jitter_draw)
    -> std::optional<Milliseconds> {
  if (retries_done >= retrier.attempts_max) return std::nullopt;
  double seconds = retrier.interval_seconds * std::pow(retrier.backoff_rate, retries_done);
  if (retrier.delay_seconds_max)
    seconds = std::min(seconds, static_cast<double>(*retrier.delay_seconds_max));
  seconds = std::min(seconds, static_cast<double>(limits::kTimerSecondsMax));
  if (retrier.jitter == asl::Jitter::kFull) seconds *= jitter_draw;
  return Milliseconds{static_cast<std::int64_t>(std::llround(seconds * 1000.0))};
}

}  // namespace treadle::interpreter
