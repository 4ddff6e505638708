#include "treadle/runtime/calls_under_way.h"

#include <utility>

namespace treadle::runtime {

// Counts first: a drain that begins meanwhile either is seen here or sees the count.
auto CallsUnderWay::begin() -> bool {
  ++count_;
  if (!is_draining_) return true;
  end();
  return false;
}

void CallsUnderWay::end() {
  if (--count_ == 0) report_if_drained();
}

void CallsUnderWay::drain(net::Task done) {
  drained_ = std::move(done);
  is_draining_ = true;
  if (count_ == 0) report_if_drained();
}

void CallsUnderWay::report_if_drained() {
  if (is_draining_ && !is_reported_.exchange(true)) drained_();
}

}  // namespace treadle::runtime
