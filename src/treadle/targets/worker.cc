#include "treadle/targets/worker.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

namespace treadle::targets {

namespace {
constexpr std::size_t kGroup = 256;  // of one transaction
}

struct Worker::Impl {
  std::mutex mutex;
  std::condition_variable wake;
  std::deque<Work> waiting;
  bool is_stopping = false;
  std::size_t waiting_max = 0;
  std::multimap<Time, Work> timers;                         // the thread's
  std::vector<std::move_only_function<void(bool)>> at_end;  // the thread's
  std::function<bool()> prepare;                            // set before anything was posted
  std::thread thread;

  // What is to be done now; empty: the end.
  auto take() -> std::vector<Work> {
    std::vector<Work> group;
    std::unique_lock lock(mutex);
    while (!is_stopping) {
      auto const now = std::chrono::steady_clock::now();
      while (!timers.empty() && timers.begin()->first <= now && group.size() < kGroup) {
        group.push_back(std::move(timers.begin()->second));
        timers.erase(timers.begin());
      }
      while (!waiting.empty() && group.size() < kGroup) {
        group.push_back(std::move(waiting.front()));
        waiting.pop_front();
      }
      if (!group.empty()) return group;
      if (timers.empty()) {
        wake.wait(lock);
      } else {
        wake.wait_until(lock, timers.begin()->first);
      }
    }
    return {};
  }

  void finish(bool is_committed) {
    for (auto& done : std::exchange(at_end, {})) done(is_committed);
  }
};

Worker::Worker(std::unique_ptr<Database> database, std::size_t waiting_max)
    : database_(std::move(database)), impl_(std::make_unique<Impl>()) {
  impl_->waiting_max = waiting_max;
  impl_->thread = std::thread([this] {
    for (auto group = impl_->take(); !group.empty(); group = impl_->take()) {
      database_->begin();
      for (auto& work : group) work();
      impl_->finish(commit());
    }
  });
}

Worker::~Worker() { stop(); }

auto Worker::post(Work&& work) -> bool {
  std::lock_guard const lock(impl_->mutex);
  if (impl_->is_stopping || impl_->waiting.size() >= impl_->waiting_max) return false;
  impl_->waiting.push_back(std::move(work));
  impl_->wake.notify_one();
  return true;
}

auto Worker::post_own(Work work) -> bool {
  std::lock_guard const lock(impl_->mutex);
  if (impl_->is_stopping) return false;
  impl_->waiting.push_back(std::move(work));
  impl_->wake.notify_one();
  return true;
}

void Worker::stop() {
  {
    std::lock_guard const lock(impl_->mutex);
    impl_->is_stopping = true;
    impl_->wake.notify_one();
  }
  if (impl_->thread.joinable()) impl_->thread.join();
  impl_->timers.clear();
  impl_->waiting.clear();
}

void Worker::run_at(Time due, Work work) {
  std::lock_guard const lock(impl_->mutex);
  impl_->timers.emplace(due, std::move(work));
  impl_->wake.notify_one();
}

auto Worker::commit() -> bool {
  if (impl_->prepare && !impl_->prepare()) database_->fail();
  return database_->commit();
}

void Worker::set_before_commit(std::function<bool()> prepare) {
  impl_->prepare = std::move(prepare);
}

void Worker::after_commit(std::move_only_function<void(bool)> done) {
  impl_->at_end.push_back(std::move(done));
}

void Worker::answer(net::Responder responder, net::Response response) {
  after_commit([responder = std::move(responder),
                response = std::move(response)](bool is_committed) mutable {
    // A responder that is dropped says InternalFailure.
    if (is_committed) responder.send(std::move(response));
  });
}

auto Worker::run_first(std::function<void()> const& work) -> bool {
  database_->begin();
  work();
  auto const is_committed = commit();
  impl_->finish(is_committed);
  return is_committed;
}

}  // namespace treadle::targets
