#include "treadle/base/system_clock.h"

#include <chrono>

namespace treadle {

auto SystemClock::now() const -> Timestamp {
  return std::chrono::floor<Milliseconds>(std::chrono::system_clock::now());
}

}  // namespace treadle
