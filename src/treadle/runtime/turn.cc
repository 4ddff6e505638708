#include "treadle/runtime/turn.h"

#include <ctime>

#include "treadle/base/assert.h"

namespace treadle::runtime {
namespace {

constexpr auto kTurn = std::chrono::milliseconds(500);
constexpr auto kStateMost = std::chrono::seconds(1);

// What the calling thread has computed so far.
auto thread_time() -> std::chrono::nanoseconds {
  timespec time{};
  auto const failed = clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  TREADLE_ASSERT(failed == 0);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace

SlowTurn::SlowTurn(std::atomic<bool> const& gives_up)
    : gives_up_(gives_up), begin_(thread_time()), state_begin_(begin_) {}

auto SlowTurn::is_over() -> bool {
  state_begin_ = thread_time();
  return gives_up_ || state_begin_ - begin_ > kTurn;
}

auto SlowTurn::must_stop(std::chrono::milliseconds ahead) -> bool {
  return gives_up_ || thread_time() - state_begin_ + ahead > kStateMost;
}

}  // namespace treadle::runtime
