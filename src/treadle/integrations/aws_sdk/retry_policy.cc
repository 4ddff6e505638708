#include "treadle/integrations/aws_sdk/retry_policy.h"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace treadle::integrations::aws_sdk {
namespace {

constexpr std::uint32_t kTokensMax = 500;
constexpr std::uint32_t kRetryCost = 5;
constexpr std::uint32_t kLostCost = 10;  // of one that may have hung
constexpr double kDelayMax = 20'000;     // ms

constexpr std::string_view kThrottlingCodes[] = {
    "BandwidthLimitExceeded",
    "EC2ThrottledException",
    "LimitExceededException",
    "PriorRequestNotComplete",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
    "TransactionInProgressException",
};

auto cost(FailureKind kind) -> std::uint32_t {
  return kind == FailureKind::kUnknown ? kLostCost : kRetryCost;
}

}  // namespace

auto failure_kind(std::string_view code, int status) -> FailureKind {
  if (std::ranges::find(kThrottlingCodes, code) != std::end(kThrottlingCodes) || status == 429)
    return FailureKind::kThrottled;
  if (code == "RequestTimeout" || code == "RequestTimeoutException") return FailureKind::kTransient;
  if (status == 500 || (status >= 502 && status <= 504)) return FailureKind::kTransient;
  return FailureKind::kFinal;
}

auto retry_delay(FailureKind kind, std::uint32_t attempts, double draw) -> Milliseconds {
  double const base = kind == FailureKind::kThrottled ? 1'000 : 100;
  auto const most = std::min(kDelayMax, base * std::exp2(attempts - 1));
  return Milliseconds(std::llround(draw * most));
}

auto RetryQuota::take(FailureKind kind) -> bool {
  std::lock_guard const lock(mutex_);
  if (tokens_ < cost(kind)) return false;
  tokens_ -= cost(kind);
  return true;
}

void RetryQuota::give_back(std::uint32_t retries) {
  std::lock_guard const lock(mutex_);
  tokens_ = std::min(kTokensMax, tokens_ + std::max(1U, retries * kRetryCost));
}

}  // namespace treadle::integrations::aws_sdk
