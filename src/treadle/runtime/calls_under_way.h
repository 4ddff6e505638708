// How many calls are outside, and the end of sending: what lets a server stop without losing an
// answer.
#pragma once

#include <atomic>
#include <cstdint>

#include "treadle/net/event_loop.h"

namespace treadle::runtime {

// Any thread.
class CallsUnderWay {
 public:
  // Whether a call may go out; then end() follows. No call may once drain() was called.
  [[nodiscard]] auto begin() -> bool;
  // The answer of a call is with the store, or will never be.
  void end();
  // No further call goes out. `done` runs once, on any thread, perhaps before this returns, when
  // none is outside. Once.
  void drain(net::Task done);

 private:
  void report_if_drained();

  std::atomic<std::uint64_t> count_ = 0;
  std::atomic<bool> is_draining_ = false;
  std::atomic<bool> is_reported_ = false;
  net::Task drained_;  // set before is_draining_
};

}  // namespace treadle::runtime
