// FailureLatch: remembers the first failure of a store, for good.
#pragma once

#include <atomic>
#include <mutex>
#include <optional>
#include <utility>

#include "treadle/store/store.h"

namespace treadle::store {

class FailureLatch {
 public:
  // Any thread; the first call wins.
  void set(StoreError error) {
    std::lock_guard const lock(mutex_);
    if (!error_) error_ = std::move(error);
    is_set_.store(true, std::memory_order_release);
  }
  [[nodiscard]] auto is_set() const -> bool { return is_set_.load(std::memory_order_acquire); }
  [[nodiscard]] auto error() const -> std::optional<StoreError> {
    std::lock_guard const lock(mutex_);
    return error_;
  }

 private:
  mutable std::mutex mutex_;
  std::optional<StoreError> error_;
  std::atomic<bool> is_set_ = false;
};

}  // namespace treadle::store
