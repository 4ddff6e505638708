// DiskSpace: how much room is left for a data directory, and the ballast that is thrown off at the
// end.
//
// Soft limits come before the hard one. Below `low_bytes` new executions should be refused. When
// less than `floor_bytes` is left, the ballast file is deleted: callbacks and stops still finish on
// what it gives back. When that is used up too, writing waits; a write that the disk refuses would
// fail the store.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>

#include "treadle/store/store.h"

namespace treadle::store {

struct DiskFigures {
  std::uint64_t free_bytes = 0;  // for an unprivileged process
  std::uint64_t total_bytes = 0;
};

// Of the file system that `path` is on, as statvfs(2) has it; nullopt if that fails.
[[nodiscard]] auto measure_disk(std::filesystem::path const& path) -> std::optional<DiskFigures>;

struct SpaceOptions {
  std::optional<std::uint64_t> low_bytes =
      std::nullopt;                          // nullopt: 1 GiB or 5 % of the disk, the larger
  std::uint64_t floor_bytes = 24U << 20U;    // enough to write both memtables and a WAL
  std::uint64_t ballast_bytes = 64U << 20U;  // laid down only where it leaves 1 GiB free; 0: none
  std::function<std::optional<DiskFigures>(std::filesystem::path const&)> measure = measure_disk;
};

class DiskSpace {
 public:
  DiskSpace(std::filesystem::path directory, std::filesystem::path ballast, SpaceOptions options);

  // Any thread. A disk that can't be measured counts as plenty: the write will tell.
  [[nodiscard]] auto report() const -> SpaceReport;

  // Whether `bytes` may be written now; deletes the ballast if that makes the difference. Measures
  // anew after every MiB or 100 ms.
  [[nodiscard]] auto admit(std::uint64_t bytes) -> bool;

  // Lays the ballast down where there is room for it and none yet. Failing to is not an error.
  void restore_ballast();

 private:
  using Instant = std::chrono::steady_clock::time_point;

  [[nodiscard]] auto low_bytes(DiskFigures const& figures) const -> std::uint64_t;
  [[nodiscard]] auto free_bytes() const -> std::optional<std::uint64_t>;
  auto drop_ballast() -> bool;

  std::filesystem::path const directory_;
  std::filesystem::path const ballast_;
  SpaceOptions const options_;

  mutable std::mutex mutex_;  // guards what follows
  std::uint64_t ballast_held_ = 0;
  bool is_full_ = false;
  std::uint64_t admitted_since_ = 0;
  Instant measured_at_ = {};
  Instant ballast_tried_at_ = {};
};

}  // namespace treadle::store
