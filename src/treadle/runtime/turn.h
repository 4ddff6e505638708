// How long one decide() may take: on an event loop, and in the slow lane.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "treadle/interpreter/world.h"

namespace treadle::runtime {

// On an event loop, where others wait. After half of `most` decide() yields between two states;
// an evaluation that is still at it after all of `most` is stopped, and the whole decision has to be
// dropped and made again in the slow lane.
class LoopTurn final : public interpreter::Turn {
 public:
  explicit LoopTurn(std::chrono::milliseconds most) : most_(most) {}
  // Reads the clock at every eighth question only: states without expressions are quick.
  [[nodiscard]] auto is_over() -> bool override {
    return was_stopped_ || (++states_ % kStatesBetweenLooks == 0 && passed() > most_ / 2);
  }
  [[nodiscard]] auto must_stop(std::chrono::milliseconds ahead) -> bool override {
    was_stopped_ = was_stopped_ || passed() + ahead > most_;
    return was_stopped_;
  }
  [[nodiscard]] auto was_stopped() const -> bool { return was_stopped_; }

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr std::uint32_t kStatesBetweenLooks = 8;

  // Since the first question that needs to know: what comes before it takes no time worth a look.
  [[nodiscard]] auto passed() -> Clock::duration {
    auto const now = Clock::now();
    if (begin_ == Clock::time_point{}) begin_ = now;
    return now - begin_;
  }

  std::chrono::milliseconds most_;
  Clock::time_point begin_{};
  std::uint32_t states_ = 0;
  bool was_stopped_ = false;
};

// In the slow lane, by the time that the thread computes. The evaluations of one state may take a
// second; then they fail like those that take too many steps. After half a second decide() yields.
class SlowTurn final : public interpreter::Turn {
 public:
  // `gives_up`: the lane ends; the decision is not wanted any more.
  explicit SlowTurn(std::atomic<bool> const& gives_up);
  [[nodiscard]] auto is_over() -> bool override;
  [[nodiscard]] auto must_stop(std::chrono::milliseconds ahead) -> bool override;

 private:
  std::atomic<bool> const& gives_up_;
  std::chrono::nanoseconds begin_;
  std::chrono::nanoseconds state_begin_;
};

}  // namespace treadle::runtime
