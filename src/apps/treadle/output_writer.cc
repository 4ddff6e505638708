#include "apps/treadle/output_writer.h"

#include <cerrno>
#include <unistd.h>
#include <utility>

namespace treadle::app {
namespace {

constexpr std::size_t kWaitingMax = std::size_t{1} << 20;

// 0, or errno.
auto write_all(int descriptor, std::string_view bytes) -> int {
  while (!bytes.empty()) {
    auto const written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

}  // namespace

OutputWriter::OutputWriter(int descriptor, Listener listener)
    : descriptor_(descriptor), listener_(std::move(listener)), thread_([this] { work(); }) {}

OutputWriter::~OutputWriter() { close(); }

auto OutputWriter::write(std::string_view bytes) -> bool {
  std::lock_guard const lock(mutex_);
  if (has_failed_) return true;
  waiting_ += bytes;
  is_full_ = waiting_.size() >= kWaitingMax;
  changed_.notify_one();
  return !is_full_;
}

void OutputWriter::close() {
  {
    std::lock_guard const lock(mutex_);
    is_closing_ = true;
    changed_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

void OutputWriter::work() {
  std::string now;
  for (std::unique_lock lock(mutex_);;) {
    changed_.wait(lock, [this] { return !waiting_.empty() || is_closing_; });
    if (waiting_.empty()) return;
    now.clear();
    std::swap(now, waiting_);
    bool const was_full = std::exchange(is_full_, false);
    lock.unlock();
    auto const error = write_all(descriptor_, now);
    if (error == 0 && was_full) listener_.drained();
    lock.lock();
    if (error == 0) continue;
    has_failed_ = true;
    lock.unlock();
    return listener_.failed(error);
  }
}

}  // namespace treadle::app
