// When a call of a service is sent again: the SDKs' "standard" mode.
// Source: AWS SDKs and Tools Reference Guide, "Retry behavior".
#pragma once

#include <cstdint>
#include <mutex>
#include <string_view>

#include "treadle/base/time.h"

namespace treadle::integrations::aws_sdk {

inline constexpr std::uint32_t kAttemptsMax = 3;

// What a failed attempt says of the next one. kTransient may be sent again whatever it asks for;
// kUnknown, where the outside may have done it, only what is safe to be done twice.
enum class FailureKind : std::uint8_t { kFinal, kThrottled, kTransient, kUnknown };

// Of a service's error.
[[nodiscard]] auto failure_kind(std::string_view code, int status) -> FailureKind;

// How long to wait before the attempt that follows `attempts` ones; `draw` in [0, 1).
[[nodiscard]] auto retry_delay(FailureKind kind, std::uint32_t attempts, double draw)
    -> Milliseconds;

// Retries of all calls together are bounded: each takes tokens, successes give some back, so that a
// service that is down is not sent three times what it cannot bear. Any thread.
class RetryQuota {
 public:
  // Whether one more attempt may be made; takes the tokens if so.
  [[nodiscard]] auto take(FailureKind kind) -> bool;
  // A call succeeded, `retries` being how often it was sent again.
  void give_back(std::uint32_t retries);

 private:
  std::mutex mutex_;
  std::uint32_t tokens_ = 500;
};

}  // namespace treadle::integrations::aws_sdk
