// A thread that does one thing after another, of what waits in a bounded queue.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace treadle::logs {

class TaskThread {
 public:
  using Task = std::move_only_function<void()>;

  explicit TaskThread(std::size_t waiting_max)
      : waiting_max_(waiting_max), thread_([this] { run(); }) {}
  TaskThread(TaskThread const&) = delete;
  auto operator=(TaskThread const&) -> TaskThread& = delete;
  // Ends after the task that runs; those that wait are dropped.
  ~TaskThread() {
    {
      std::lock_guard const lock(mutex_);
      is_over_ = true;
      wake_.notify_one();
    }
    thread_.join();
  }

  // Any thread. False where too many wait: then `task` was not taken.
  [[nodiscard]] auto post(Task&& task) -> bool {
    std::lock_guard const lock(mutex_);
    if (waiting_.size() >= waiting_max_) return false;
    waiting_.push_back(std::move(task));
    wake_.notify_one();
    return true;
  }

 private:
  void run() {
    std::unique_lock lock(mutex_);
    for (;;) {
      wake_.wait(lock, [this] { return is_over_ || !waiting_.empty(); });
      if (is_over_) return;
      auto task = std::move(waiting_.front());
      waiting_.pop_front();
      lock.unlock();
      task();
      task = {};
      lock.lock();
    }
  }

  std::size_t const waiting_max_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Task> waiting_;
  bool is_over_ = false;
  std::thread thread_;
};

}  // namespace treadle::logs
