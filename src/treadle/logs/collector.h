// Collects log events from any thread and hands them to a destination, on a thread of its own.
//
// Nothing here ever makes the caller wait for the destination: what does not fit is dropped, counted,
// and told in the operator's log.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

#include "treadle/base/time.h"
#include "treadle/logs/destination.h"
#include "treadle/logs/log_batch.h"

namespace treadle::logs {

struct CollectorOptions {
  std::size_t bytes_max = std::size_t{64} << 20;  // of lines that wait; what is beyond is dropped
  Milliseconds pause{10};  // between two writes, so that they are few and large
};

class Collector {
 public:
  explicit Collector(std::unique_ptr<Destination> destination, CollectorOptions options = {});
  Collector(Collector const&) = delete;
  auto operator=(Collector const&) -> Collector& = delete;
  ~Collector();  // stop()

  // Lines of one execution come from one thread at a time, and stay in order.
  void add(Origin const& origin, Lines const& lines);

  // Waits until the destination took what was added before, at most for `patience`.
  void flush(Milliseconds patience);
  // The destination gets what is left; then the thread ends. What comes later is dropped.
  void stop();

  struct Counts {
    std::uint64_t taken = 0;    // log events that add() got
    std::uint64_t dropped = 0;  // of these: for want of room, or because the destination lost them
  };
  [[nodiscard]] auto counts() const -> Counts;

 private:
  struct Key {
    std::string group;
    std::string machine;
  };
  struct KeyLess {
    using is_transparent = void;
    template <typename A, typename B>
    auto operator()(A const& a, B const& b) const -> bool {
      auto const by_group = std::string_view(a.group).compare(b.group);
      return by_group != 0 ? by_group < 0 : std::string_view(a.machine) < b.machine;
    }
  };
  using Waiting = std::map<Key, Lines, KeyLess>;
  // Threads write to different ones, so that they do not wait for one another.
  struct alignas(64) Shard {
    std::mutex mutex;
    Waiting waiting;
  };

  [[nodiscard]] auto shard() -> Shard&;
  void run();
  // Whether there was anything.
  auto write_what_waits() -> bool;
  void drop(std::uint64_t events);

  std::unique_ptr<Destination> destination_;
  CollectorOptions const options_;
  std::array<Shard, 16> shards_;
  std::atomic<std::size_t> bytes_waiting_ = 0;
  std::atomic<std::uint64_t> taken_ = 0;
  std::atomic<std::uint64_t> dropped_ = 0;
  std::atomic<bool> is_stopping_ = false;
  std::atomic<bool> has_work_ = false;
  std::mutex mutex_;  // of the rest
  std::condition_variable wake_;
  std::condition_variable written_;
  bool is_over_ = false;
  bool is_hurried_ = false;   // somebody waits in flush()
  std::uint64_t rounds_ = 0;  // looks at the shards that are finished
  std::thread thread_;
};

}  // namespace treadle::logs
