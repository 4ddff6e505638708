// The embedded store: RocksDB in a directory of its own, for one process.
//
// All tables share one key space, a row's first byte naming its table: one memtable to fill, one
// WAL to sync, no idle column family that pins old WALs. docs/decisions tells the measurements.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>

#include "treadle/base/clock.h"
#include "treadle/store/commit_loop.h"
#include "treadle/store/disk_space.h"
#include "treadle/store/store.h"

namespace treadle::store {

struct RocksDbStoreOptions {
  std::filesystem::path directory;
  CommitLimits limits = {};
  SpaceOptions space = {};
  std::size_t write_buffer_bytes = 4U << 20U;  // of each memtable; there are three at most
  std::size_t block_cache_bytes = 8U << 20U;   // data, index and filter blocks together
  Random* random =
      nullptr;  // of identity and secret, used only when the store is made; null: the kernel
};

// Opens the store in `options.directory`, making it where there is none; recovers what a crash left
// behind. Sets the process's umask to 077, because RocksDB's files get their mode from it.
//
// Refuses, leaving the rows as they are: a directory another process uses (kInUse), a newer format
// or another number of partitions (kFormat), a directory that is none of ours (kArgument), a full
// disk (kSpace), and any damage: a WAL with more wrong with it than a tail that a crash cut off, a
// gap between the groups that were committed, a missing or damaged table file (kCorrupt).
[[nodiscard]] auto open_rocksdb_store(RocksDbStoreOptions const& options)
    -> StoreResult<std::unique_ptr<Store>>;

}  // namespace treadle::store
