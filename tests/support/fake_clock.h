// A clock that a test sets.
#pragma once

#include <atomic>

#include "treadle/base/clock.h"

namespace treadle::test {

// Stands still until it is moved. Any thread.
class FakeClock final : public Clock {
 public:
  [[nodiscard]] auto now() const -> Timestamp override { return now_.load(); }
  void advance(Milliseconds by) { now_ = now_.load() + by; }
  void set(Timestamp to) { now_ = to; }

 private:
  std::atomic<Timestamp> now_ = Timestamp{Milliseconds{1'700'000'000'000}};
};

}  // namespace treadle::test
