#include "treadle/store/commit_loop.h"

#include <algorithm>
#include <ctime>
#include <utility>

namespace treadle::store {
namespace {

// The loop whose callbacks this thread is running; they must not wait for room that only they can
// make.
thread_local CommitLoop const* current_loop = nullptr;

using SteadyClock = std::chrono::steady_clock;

constexpr auto kGatherMax = std::chrono::milliseconds(2);
// Nobody came for so long: nobody else is about to.
constexpr auto kGap = std::chrono::microseconds(50);

auto thread_cpu() -> std::chrono::nanoseconds {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

// How long waiting for company pays behind a group that took this thread so much time, of which so much
// was work: on a slow disk one fsync less is worth half of what it takes; on a fast one, where the work is
// the larger part, it is better done while others prepare theirs.
auto gather_time(SteadyClock::duration spent, std::chrono::nanoseconds worked)
    -> SteadyClock::duration {
  auto const waited = spent - worked;
  if (waited < worked) return {};
  return std::min<SteadyClock::duration>(waited / 2, kGatherMax);
}

}  // namespace

CommitLoop::CommitLoop(CommitMode mode, CommitLimits const& limits, CommitGroup commit_group)
    : mode_(mode), limits_(limits), commit_group_(std::move(commit_group)) {
  if (mode_ == CommitMode::kThread) thread_ = std::thread([this] { run(); });
}

CommitLoop::~CommitLoop() { close(); }

void CommitLoop::submit(Batch&& batch, CommitCallback done) {
  std::unique_lock lock(mutex_);
  if (current_loop != this && !has_room()) {
    ++waiting_for_room_;
    room_.wait(lock, [this] { return closed_ || has_room(); });
    --waiting_for_room_;
  }
  if (closed_) {
    lock.unlock();
    done(CommitOutcome::kFailed);
    return;
  }
  ++open_batches_;
  open_bytes_ += batch.bytes();
  queue_.push_back({.batch = std::move(batch), .done = std::move(done)});
  if (mode_ == CommitMode::kInline) {
    if (!draining_) drain(lock);
  } else if (queue_.size() == 1 || queue_.size() == expected_) {
    work_.notify_one();
  }
}

auto CommitLoop::pressure() const -> double {
  std::lock_guard const lock(mutex_);
  return std::max(
      static_cast<double>(open_batches_) / static_cast<double>(limits_.queue_batches_max),
      static_cast<double>(open_bytes_) / static_cast<double>(limits_.queue_bytes_max));
}

void CommitLoop::close() {
  {
    std::lock_guard const lock(mutex_);
    closed_ = true;
    work_.notify_one();
    room_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

void CommitLoop::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    work_.wait(lock, [this] { return closed_ || !queue_.empty(); });
    if (queue_.empty()) return;
    drain(lock);
  }
}

// Until the queue is empty. `lock` is held on entry and on return, and released while groups
// commit.
void CommitLoop::drain(std::unique_lock<std::mutex>& lock) {
  draining_ = true;
  auto const* const outer_loop = std::exchange(current_loop, this);
  std::vector<Submission> taken;
  while (!queue_.empty()) {
    gather(lock);
    taken.swap(queue_);
    lock.unlock();
    commit_in_groups(taken);
    taken.clear();
    lock.lock();
  }
  current_loop = outer_loop;
  draining_ = false;
}

// `lock` is held on entry and on return.
void CommitLoop::gather(std::unique_lock<std::mutex>& lock) {
  auto const has_all = [this] {
    return closed_ || queue_.size() >= expected_ || waiting_for_room_ > 0;
  };
  for (auto now = SteadyClock::now(); !has_all() && now < gather_until_;) {
    auto const seen = queue_.size();
    work_.wait_until(lock, std::min(now + kGap, gather_until_), has_all);
    if (queue_.size() == seen) break;
    now = SteadyClock::now();
  }
  expected_ = 0;
}

void CommitLoop::commit_in_groups(std::span<Submission> taken) {
  while (!taken.empty()) {
    std::size_t bytes = taken.front().batch.bytes();
    std::size_t size = 1;
    while (size < taken.size() && bytes + taken[size].batch.bytes() <= limits_.group_bytes_max) {
      bytes += taken[size++].batch.bytes();
    }
    auto const group = taken.first(size);
    auto const begin = SteadyClock::now();
    auto const cpu_before = thread_cpu();
    commit_group_(group);
    auto const worked = thread_cpu() - cpu_before;
    finish_group(group, gather_time(SteadyClock::now() - begin, worked));
    taken = taken.subspan(size);
  }
}

void CommitLoop::finish_group(std::span<Submission> group, SteadyClock::duration gather) {
  std::size_t bytes = 0;
  for (auto const& submission : group) bytes += submission.batch.bytes();
  {
    std::lock_guard const lock(mutex_);
    open_batches_ -= group.size();
    open_bytes_ -= bytes;
    if (waiting_for_room_ > 0) room_.notify_all();
    if (mode_ == CommitMode::kThread && group.size() > 1) {
      expected_ = queue_.size() + group.size();
      gather_until_ = SteadyClock::now() + gather;
    }
  }
  for (auto& submission : group) submission.done(submission.outcome);
}

// An empty queue takes a batch of any size.
auto CommitLoop::has_room() const -> bool {
  return open_batches_ == 0 ||
         (open_batches_ < limits_.queue_batches_max && open_bytes_ < limits_.queue_bytes_max);
}

}  // namespace treadle::store
