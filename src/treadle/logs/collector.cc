#include "treadle/logs/collector.h"

#include <bit>
#include <utility>

#include "treadle/base/log.h"

namespace treadle::logs {

Collector::Collector(std::unique_ptr<Destination> destination, CollectorOptions options)
    : destination_(std::move(destination)), options_(options), thread_([this] { run(); }) {}

Collector::~Collector() { stop(); }

auto Collector::shard() -> Shard& {
  static std::atomic<std::size_t> threads = 0;
  thread_local std::size_t const mine = threads++;
  return shards_[mine % shards_.size()];
}

void Collector::add(Origin const& origin, Lines const& lines) {
  if (lines.ends.empty()) return;
  taken_ += lines.ends.size();
  auto const size = lines.lines.size();
  bool const is_room = bytes_waiting_.fetch_add(size) + size <= options_.bytes_max;
  if (!is_room || is_stopping_) {
    bytes_waiting_ -= size;
    return drop(lines.ends.size());
  }
  {
    auto& own = shard();
    std::lock_guard const lock(own.mutex);
    auto at = own.waiting.find(origin);
    if (at == own.waiting.end())
      at = own.waiting.emplace(Key{std::string(origin.group), std::string(origin.machine)}, Lines{})
               .first;
    at->second.append(lines);
  }
  if (has_work_.exchange(true)) return;
  std::lock_guard const lock(mutex_);
  wake_.notify_one();
}

void Collector::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return has_work_ || is_over_ || is_hurried_; });
    wake_.wait_for(lock, options_.pause, [this] { return is_over_ || is_hurried_; });
    bool const is_last = is_over_;
    is_hurried_ = false;
    lock.unlock();
    has_work_ = false;
    bool const wrote = write_what_waits();
    lock.lock();
    ++rounds_;
    written_.notify_all();
    if (is_last && !wrote) return;
  }
}

auto Collector::write_what_waits() -> bool {
  std::vector<LogBatch> batches;
  std::size_t bytes = 0;
  for (auto& one : shards_) {
    Waiting waiting;
    {
      std::lock_guard const lock(one.mutex);
      waiting.swap(one.waiting);
    }
    while (!waiting.empty()) {
      auto node = waiting.extract(waiting.begin());
      bytes += node.mapped().lines.size();
      batches.push_back({.group = std::move(node.key().group),
                         .machine = std::move(node.key().machine),
                         .lines = std::move(node.mapped())});
    }
  }
  if (batches.empty()) return false;
  if (auto const lost = destination_->write(batches, is_stopping_); lost != 0) drop(lost);
  bytes_waiting_ -= bytes;
  return true;
}

void Collector::flush(Milliseconds patience) {
  std::unique_lock lock(mutex_);
  // The round that is under way may have passed the shard already; the one after it has not.
  auto const wanted = rounds_ + 2;
  written_.wait_for(lock, patience, [this, wanted] {
    if (rounds_ >= wanted || is_over_) return true;
    is_hurried_ = true;
    wake_.notify_one();
    return false;
  });
}

void Collector::stop() {
  if (!thread_.joinable()) return;
  {
    std::lock_guard const lock(mutex_);
    is_over_ = true;
    is_stopping_ = true;
    wake_.notify_one();
  }
  thread_.join();
  if (auto const lost = counts().dropped; lost != 0)
    log(LogLevel::kWarning, "log events were dropped", {{"dropped", lost}});
}

auto Collector::counts() const -> Counts { return {.taken = taken_, .dropped = dropped_}; }

void Collector::drop(std::uint64_t events) {
  auto const before = dropped_.fetch_add(events);
  // Told whenever their number has one more binary digit.
  if (std::bit_width(before) != std::bit_width(before + events))
    log(LogLevel::kWarning, "log events are dropped: the destination does not keep up or is away",
        {{"dropped", before + events}});
}

}  // namespace treadle::logs
