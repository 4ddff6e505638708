// CommitLoop: the bounded queue in front of a store and the one thread that commits it, in groups.
//
// Natural group commit: whatever was submitted while a group was being written becomes the next
// group. A lone batch never waits for company. Behind a group of several on a slow disk, the next one
// waits for those that were just answered, while they keep coming: callers in a closed loop would
// otherwise fall into two halves that wait for one another's fsync.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "treadle/store/batch.h"
#include "treadle/store/store.h"

namespace treadle::store {

// Where callbacks run: on a thread of the store's own, or, for tests and `treadle run`, inside
// submit().
enum class CommitMode : std::uint8_t { kThread, kInline };

struct CommitLimits {
  std::size_t queue_batches_max = 8'192;
  std::size_t queue_bytes_max = 16U << 20U;
  std::size_t group_bytes_max = 1U
                                << 20U;  // one batch may be larger; it then is a group of its own
};

class CommitLoop {
 public:
  struct Submission {
    Batch batch;
    CommitCallback done;
    CommitOutcome outcome = CommitOutcome::kFailed;
  };

  // Commits the group, as much of it as it can, and sets every outcome. Called by one thread at a
  // time, in submission order; never with an empty group.
  using CommitGroup = std::function<void(std::span<Submission>)>;

  CommitLoop(CommitMode mode, CommitLimits const& limits, CommitGroup commit_group);
  CommitLoop(CommitLoop const&) = delete;
  auto operator=(CommitLoop const&) -> CommitLoop& = delete;
  ~CommitLoop();  // as close()

  // See Store::submit() and Store::pressure(). In kInline the callback has run when submit()
  // returns, unless a callback or another thread is just at it: then that one commits this batch
  // too, in order.
  void submit(Batch&& batch, CommitCallback done);
  [[nodiscard]] auto pressure() const -> double;

  // Refuses what is submitted from now on, commits what is queued and ends the thread. Idempotent.
  void close();

 private:
  void run();
  void drain(std::unique_lock<std::mutex>& lock);
  void gather(std::unique_lock<std::mutex>& lock);
  void commit_in_groups(std::span<Submission> taken);
  void finish_group(std::span<Submission> group, std::chrono::steady_clock::duration gather);
  [[nodiscard]] auto has_room() const -> bool;

  CommitMode const mode_;
  CommitLimits const limits_;
  CommitGroup const commit_group_;

  mutable std::mutex mutex_;  // guards everything below
  std::condition_variable work_;
  std::condition_variable room_;
  std::vector<Submission> queue_;
  std::size_t open_batches_ = 0;  // queued or being committed
  std::size_t open_bytes_ = 0;
  std::size_t waiting_for_room_ = 0;
  bool draining_ = false;  // a thread is inside drain()
  // What the next group waits for: batches in the queue, at most until then.
  std::size_t expected_ = 0;
  std::chrono::steady_clock::time_point gather_until_;
  bool closed_ = false;

  std::thread thread_;  // of kThread; last, so that all else exists when it starts
};

}  // namespace treadle::store
