// DataDirectory: the directory of an embedded store, held by one process.
//
//   DIR/lock      held with flock(2) while the store is open; contains the holder's process id
//   DIR/format    "treadle data, format N\n"; written once the store in db/ is complete
//   DIR/db/       RocksDB's files
//   DIR/ballast   space held back for the day the disk is full (disk_space.h)
//
// Everything is readable by its owner only: the directory holds payloads and the secret of task
// tokens.
#pragma once

#include <cstdint>
#include <filesystem>
#include <utility>

#include "treadle/store/file_handle.h"
#include "treadle/store/store.h"

namespace treadle::store {

inline constexpr std::uint32_t kFormat = 1;  // what this treadle writes; it reads this one only

class DataDirectory {
 public:
  // Makes the directory (mode 0700) where there is none, takes the lock, reads the format. Refuses,
  // with nothing changed: a directory another process holds (kInUse, naming its pid), a newer
  // format (kFormat), and one that has files but is none of ours (kArgument).
  [[nodiscard]] static auto open(std::filesystem::path const& path) -> StoreResult<DataDirectory>;

  // False until mark_complete() was called once in the life of the directory. A directory that is
  // complete has a database: if it is gone, data was lost and making a new one would hide that.
  [[nodiscard]] auto is_complete() const -> bool { return is_complete_; }

  // Writes DIR/format, durably.
  [[nodiscard]] auto mark_complete() -> StoreResult<void>;

  [[nodiscard]] auto path() const -> std::filesystem::path const& { return path_; }
  [[nodiscard]] auto database() const -> std::filesystem::path { return path_ / "db"; }
  [[nodiscard]] auto ballast() const -> std::filesystem::path { return path_ / "ballast"; }

  // Gives the lock up; the destructor does too.
  void release() { lock_.reset(); }

 private:
  DataDirectory(std::filesystem::path path, FileHandle lock, bool is_complete)
      : path_(std::move(path)), lock_(std::move(lock)), is_complete_(is_complete) {}

  std::filesystem::path path_;
  FileHandle lock_;
  bool is_complete_;
};

}  // namespace treadle::store
