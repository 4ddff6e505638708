// Where decisions are made that would hold up an event loop: one thread of its own, one job after the
// other, behind the loops when the machine is short of cores.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace treadle::runtime {

class SlowLane {
 public:
  // Runs on the lane's thread. It ends soon once `gives_up` is true, whatever comes of it.
  using Job = std::move_only_function<void(std::atomic<bool> const& gives_up)>;

  SlowLane() = default;  // no thread runs before the first job
  SlowLane(SlowLane const&) = delete;
  auto operator=(SlowLane const&) -> SlowLane& = delete;
  ~SlowLane();  // ends the job that runs; the others are dropped

  // Queues a job. Any thread but the lane's own. Jobs take turns, so that their number alone bounds
  // how long one waits.
  void run(Job job);

 private:
  void work();

  std::mutex mutex_;
  std::condition_variable has_job_;
  std::deque<Job> jobs_;  // guarded by mutex_
  std::atomic<bool> gives_up_ = false;
  std::thread thread_;  // guarded by mutex_ until the destructor
};

}  // namespace treadle::runtime
