// Log events to CloudWatch Logs: PutLogEvents, with log groups and log streams made where they are
// missing.
//
// Source: Amazon CloudWatch Logs API reference, PutLogEvents: at most 10,000 events, 1 MiB and 24 hours in
// one request, each event counting 26 bytes more than its text, in the order of time. DIFFERS: AWS wants
// the log group to be there.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "treadle/base/clock.h"
#include "treadle/base/time.h"
#include "treadle/integrations/aws_sdk/service_caller.h"
#include "treadle/logs/destination.h"
#include "treadle/logs/failure_count.h"

namespace treadle::logs {

inline constexpr std::size_t kPutEventsMax = 10'000;
inline constexpr std::size_t kPutBytesMax = std::size_t{1} << 20;
inline constexpr std::size_t kPutEventBytes = 26;  // that CloudWatch adds to each

// What one request puts.
struct Put {
  std::string group;
  std::string stream;
  std::string parameters;  // of PutLogEvents, JSON
  std::size_t events = 0;
};

// The requests for a batch, in order: a stream a minute, sorted by time.
[[nodiscard]] auto puts_of(LogBatch const& batch) -> std::vector<Put>;

struct CloudWatchOptions {
  std::string region = "us-east-1";
  std::uint32_t attempts_max = 8;  // of a request that fails, the SDK's own retries aside
  Milliseconds first_pause{200};   // before the second; the others double it
  Milliseconds pause_max{10'000};
  std::size_t streams_at_once = 8;  // requests under way, each of another stream
};

class CloudWatchDestination final : public Destination {
 public:
  // `caller` and `random` (of any thread) outlive it. Once the caller's loops are stopped write()
  // must be told that it is stopping.
  CloudWatchDestination(integrations::aws_sdk::ServiceCaller& caller, Random& random,
                        CloudWatchOptions options);
  [[nodiscard]] auto write(std::vector<LogBatch> const& batches,
                           std::atomic<bool> const& is_stopping) -> std::uint64_t override;

 private:
  struct Round;
  // The requests that failed in a way that another attempt may mend.
  [[nodiscard]] auto send(std::vector<Put> const& puts, std::atomic<bool> const& is_stopping,
                          std::uint64_t& lost) -> std::vector<Put>;
  void make_stream(Put const& put, std::atomic<bool> const& is_stopping);

  integrations::aws_sdk::ServiceCaller& caller_;
  Random& random_;
  CloudWatchOptions const options_;
  FailureCount failures_;
};

}  // namespace treadle::logs
