#include "treadle/runtime/slow_lane.h"

#include <sys/resource.h>
#include <unistd.h>
#include <utility>

namespace treadle::runtime {
namespace {

constexpr int kNiceness = 10;

}  // namespace

SlowLane::~SlowLane() {
  {
    auto const lock = std::scoped_lock(mutex_);
    gives_up_ = true;
  }
  has_job_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void SlowLane::run(Job job) {
  {
    auto const lock = std::scoped_lock(mutex_);
    jobs_.push_back(std::move(job));
    if (!thread_.joinable()) thread_ = std::thread([this] { work(); });
  }
  has_job_.notify_one();
}

void SlowLane::work() {
  // Of this thread alone, on Linux. Where it is not allowed the lane is as important as the loops.
  static_cast<void>(setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kNiceness));
  for (;;) {
    auto lock = std::unique_lock(mutex_);
    has_job_.wait(lock, [this] { return gives_up_ || !jobs_.empty(); });
    if (gives_up_) return;
    auto job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    job(gives_up_);
  }
}

}  // namespace treadle::runtime
