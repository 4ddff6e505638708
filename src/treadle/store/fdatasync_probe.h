// The limit that durable figures stand beside: what the disk gives to a bare log, in the same run.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "treadle/store/file_handle.h"
#include "treadle/store/store.h"

namespace treadle::store {

// A file that records are appended to in groups: one write and one fdatasync for whatever was
// handed over while the group before was under way. No checksums, no index, no reading back:
// nothing that is durable can be faster on this disk without writing less.
class BareLog {
 public:
  using Done = std::move_only_function<void(bool is_durable)>;

  // Makes the file, which is deleted at the end of the object's life.
  [[nodiscard]] static auto create(std::filesystem::path const& path)
      -> StoreResult<std::unique_ptr<BareLog>>;
  BareLog(BareLog const&) = delete;
  auto operator=(BareLog const&) -> BareLog& = delete;
  ~BareLog();  // after what was appended

  // Any thread. `done` runs on the log's thread, in the order of the calls. Unbounded.
  void append(std::string_view record, Done done);

 private:
  BareLog(std::filesystem::path path, FileHandle file);
  void run();

  std::filesystem::path const path_;
  FileHandle const file_;
  std::mutex mutex_;  // guards what follows
  std::condition_variable work_;
  std::string bytes_;
  std::vector<Done> waiting_;
  bool is_closing_ = false;
  std::thread thread_;
};

struct FdatasyncFigures {
  std::chrono::nanoseconds p50 = {};
  std::chrono::nanoseconds p99 = {};
};

// Appends `bytes` and syncs, `count` (> 0) times one after the other, to a file in `directory` that
// is deleted again.
[[nodiscard]] auto probe_fdatasync(std::filesystem::path const& directory, std::size_t bytes,
                                   std::size_t count) -> StoreResult<FdatasyncFigures>;

}  // namespace treadle::store
