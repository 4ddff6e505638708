// Calls that wait for something that is not theirs (credentials, a token) before they are sent, so
// that one that was cancelled meanwhile is not sent after all. Any thread.
#pragma once

#include <mutex>
#include <set>

#include "treadle/integrations/connector.h"

namespace treadle::integrations {

class WaitingCalls {
 public:
  void add(CallId id) {
    std::lock_guard const lock(mutex_);
    ids_.insert(id);
  }
  // Whether the call still wants to be sent; it no longer waits then.
  [[nodiscard]] auto take(CallId id) -> bool {
    std::lock_guard const lock(mutex_);
    auto const found = ids_.find(id);
    if (found == ids_.end()) return false;
    ids_.erase(found);
    return true;
  }
  void cancel(CallId id) {
    std::lock_guard const lock(mutex_);
    ids_.erase(id);
  }

 private:
  std::mutex mutex_;
  std::multiset<CallId> ids_;
};

}  // namespace treadle::integrations
