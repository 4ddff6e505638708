// Calls that wait for something that is not theirs (credentials, a token) before they are sent, so
// that one that was cancelled meanwhile is not sent after all. Any thread.
#pragma once

#include <cstdint>
#include <mutex>
#include <set>
#include <utility>

#include "treadle/integrations/connector.h"

namespace treadle::integrations {

class WaitingCalls {
 public:
  // Which of the calls of one id.
  using Ticket = std::uint64_t;

  [[nodiscard]] auto add(CallId id) -> Ticket {
    std::lock_guard const lock(mutex_);
    calls_.emplace(id, ++last_);
    return last_;
  }
  // Whether the call still wants to be sent; it no longer waits then.
  [[nodiscard]] auto take(CallId id, Ticket ticket) -> bool {
    std::lock_guard const lock(mutex_);
    return calls_.erase({id, ticket}) != 0;
  }
  // All calls of `id` that wait now.
  void cancel(CallId id) {
    std::lock_guard const lock(mutex_);
    auto const first = calls_.lower_bound({id, 0});
    auto last = first;
    while (last != calls_.end() && last->first == id) ++last;
    calls_.erase(first, last);
  }

 private:
  std::mutex mutex_;
  std::set<std::pair<CallId, Ticket>> calls_;
  Ticket last_ = 0;
};

}  // namespace treadle::integrations
