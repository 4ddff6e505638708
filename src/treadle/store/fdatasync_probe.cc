#include "treadle/store/fdatasync_probe.h"

#include <algorithm>
#include <fcntl.h>
#include <unistd.h>
#include <utility>

#include "treadle/store/store_error.h"

namespace treadle::store {
namespace {

auto create_file(std::filesystem::path const& path) -> StoreResult<FileHandle> {
  FileHandle file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600));
  if (!file) return system_error(path, "create", errno);
  return file;
}

auto append_and_sync(int descriptor, std::string_view bytes) -> bool {
  return write_all(descriptor, bytes) && ::fdatasync(descriptor) == 0;
}

}  // namespace

auto BareLog::create(std::filesystem::path const& path) -> StoreResult<std::unique_ptr<BareLog>> {
  auto file = TRY(create_file(path));
  return std::unique_ptr<BareLog>(new BareLog(path, std::move(file)));
}

BareLog::BareLog(std::filesystem::path path, FileHandle file)
    : path_(std::move(path)), file_(std::move(file)), thread_([this] { run(); }) {}

BareLog::~BareLog() {
  {
    std::lock_guard const lock(mutex_);
    is_closing_ = true;
    work_.notify_one();
  }
  thread_.join();
  ::unlink(path_.c_str());
}

void BareLog::append(std::string_view record, Done done) {
  std::lock_guard const lock(mutex_);
  bytes_.append(record);
  waiting_.push_back(std::move(done));
  if (waiting_.size() == 1) work_.notify_one();
}

void BareLog::run() {
  std::string bytes;
  std::vector<Done> waiting;
  std::unique_lock lock(mutex_);
  while (true) {
    work_.wait(lock, [this] { return is_closing_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    bytes.swap(bytes_);
    waiting.swap(waiting_);
    lock.unlock();
    bool const is_durable = append_and_sync(file_.get(), bytes);
    for (auto& done : waiting) done(is_durable);
    bytes.clear();
    waiting.clear();
    lock.lock();
  }
}

auto probe_fdatasync(std::filesystem::path const& directory, std::size_t bytes, std::size_t count)
    -> StoreResult<FdatasyncFigures> {
  auto const path = directory / "fdatasync_probe";
  auto const file = TRY(create_file(path));
  std::string const record(bytes, 'x');
  std::vector<std::chrono::nanoseconds> times;
  bool is_durable = true;
  for (std::size_t i = 0; i < count && is_durable; ++i) {
    auto const start = std::chrono::steady_clock::now();
    is_durable = append_and_sync(file.get(), record);
    times.push_back(std::chrono::steady_clock::now() - start);
  }
  auto const number = errno;
  ::unlink(path.c_str());
  if (!is_durable) return system_error(path, "append and sync", number);
  std::ranges::sort(times);
  return FdatasyncFigures{.p50 = times[times.size() / 2], .p99 = times[times.size() * 99 / 100]};
}

}  // namespace treadle::store
