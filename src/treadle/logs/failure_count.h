// Which of many failures are told of: the 1st, 2nd, 4th, 8th, ... since the last success.
#pragma once

#include <bit>
#include <cstdint>

namespace treadle::logs {

class FailureCount {
 public:
  // Counts one more; whether it should be told of.
  [[nodiscard]] auto add() -> bool { return std::has_single_bit(++count_); }
  [[nodiscard]] auto count() const -> std::uint64_t { return count_; }
  void reset() { count_ = 0; }

 private:
  std::uint64_t count_ = 0;
};

}  // namespace treadle::logs
