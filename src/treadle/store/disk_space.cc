#include "treadle/store/disk_space.h"

#include <algorithm>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <utility>

#include "treadle/store/file_handle.h"

namespace treadle::store {
namespace {

using std::chrono::steady_clock;

constexpr std::uint64_t kGiB = 1U << 30U;
constexpr std::uint64_t kMeasureEveryBytes = 1U << 20U;
constexpr auto kMeasureEvery = std::chrono::milliseconds(100);
constexpr auto kTryBallastEvery = std::chrono::seconds(10);

}  // namespace

auto measure_disk(std::filesystem::path const& path) -> std::optional<DiskFigures> {
  struct statvfs stats = {};
  if (::statvfs(path.c_str(), &stats) != 0) return std::nullopt;
  return DiskFigures{.free_bytes = stats.f_bavail * stats.f_frsize,
                     .total_bytes = stats.f_blocks * stats.f_frsize};
}

DiskSpace::DiskSpace(std::filesystem::path directory, std::filesystem::path ballast,
                     SpaceOptions options)
    : directory_(std::move(directory)), ballast_(std::move(ballast)), options_(std::move(options)) {
  struct stat stats = {};
  if (::stat(ballast_.c_str(), &stats) == 0) {
    ballast_held_ = static_cast<std::uint64_t>(stats.st_size);
  }
}

auto DiskSpace::report() const -> SpaceReport {
  std::lock_guard const lock(mutex_);
  SpaceReport report{.ballast_bytes = ballast_held_};
  auto const figures = options_.measure(directory_);
  if (!figures) return report;
  report.free_bytes = figures->free_bytes;
  report.low_bytes = low_bytes(*figures);
  if (is_full_) {
    report.state = SpaceState::kFull;
  } else if (figures->free_bytes < report.low_bytes) {
    report.state = SpaceState::kLow;
  }
  return report;
}

auto DiskSpace::admit(std::uint64_t bytes) -> bool {
  std::lock_guard const lock(mutex_);
  admitted_since_ += bytes;
  auto const now = steady_clock::now();
  if (!is_full_ && admitted_since_ < kMeasureEveryBytes && now - measured_at_ < kMeasureEvery) {
    return true;
  }
  measured_at_ = now;
  admitted_since_ = 0;
  auto const has_room = [&] {
    auto const free = free_bytes();
    return !free || *free >= options_.floor_bytes + bytes;
  };
  is_full_ = !has_room() && !(drop_ballast() && has_room());
  return !is_full_;
}

void DiskSpace::restore_ballast() {
  std::lock_guard const lock(mutex_);
  auto const now = steady_clock::now();
  if (ballast_held_ > 0 || options_.ballast_bytes == 0 ||
      (ballast_tried_at_ != Instant{} && now - ballast_tried_at_ < kTryBallastEvery)) {
    return;
  }
  ballast_tried_at_ = now;
  auto const figures = options_.measure(directory_);
  if (!figures) return;
  auto const keep_free = std::max(kGiB, low_bytes(*figures));
  if (figures->free_bytes < keep_free + options_.ballast_bytes) return;
  FileHandle const file(::open(ballast_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  if (!file) return;
  // Not posix_fallocate(): where the file system can't reserve, that one writes 64 MiB of zeros.
  if (::fallocate(file.get(), 0, 0, static_cast<off_t>(options_.ballast_bytes)) == 0) {
    ballast_held_ = options_.ballast_bytes;
  } else {
    ::unlink(ballast_.c_str());
  }
}

auto DiskSpace::low_bytes(DiskFigures const& figures) const -> std::uint64_t {
  return options_.low_bytes.value_or(std::max(kGiB, figures.total_bytes / 20));
}

auto DiskSpace::free_bytes() const -> std::optional<std::uint64_t> {
  auto const figures = options_.measure(directory_);
  if (!figures) return std::nullopt;
  return figures->free_bytes;
}

auto DiskSpace::drop_ballast() -> bool {
  if (ballast_held_ == 0) return false;
  ballast_held_ = 0;
  return ::unlink(ballast_.c_str()) == 0;
}

}  // namespace treadle::store
