// Where log events go.
#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

#include "treadle/logs/log_batch.h"

namespace treadle::logs {

class Destination {
 public:
  virtual ~Destination() = default;
  // Takes the events of all batches, those of one batch in order; says how many of them are lost.
  // May take its time, but comes to its end soon once `is_stopping`. One thread at a time.
  [[nodiscard]] virtual auto write(std::vector<LogBatch> const& batches,
                                   std::atomic<bool> const& is_stopping) -> std::uint64_t = 0;
};

}  // namespace treadle::logs
