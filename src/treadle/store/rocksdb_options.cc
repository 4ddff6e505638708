#include "treadle/store/rocksdb_options.h"

#include <cstdint>

#include <rocksdb/cache.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/options.h>
#include <rocksdb/table.h>

namespace treadle::store {
namespace {

constexpr std::size_t kKiB = 1U << 10U;
constexpr std::size_t kMiB = 1U << 20U;

// Damage stops the start, a failed write stops the store; nothing is repaired or resumed behind our
// back.
void be_strict(rocksdb::Options& options) {
  options.paranoid_checks = true;
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  options.track_and_verify_wals_in_manifest = true;
  options.recycle_log_file_num =
      0;  // an old record behind the new tail would look like damage, or worse
  options.max_bgerror_resume_count = 0;
}

void bound_files(rocksdb::Options& options) {
  options.max_open_files = 256;
  options.max_total_wal_size = 32 * kMiB;
  options.keep_log_file_num = 3;
  options.max_log_file_size = kMiB;
  options.info_log_level = rocksdb::InfoLogLevel::WARN_LEVEL;
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  options.max_manifest_file_size = 4 * kMiB;
  options.manifest_preallocation_size = 64 * kKiB;
}

// One thread writes, so nothing is won by RocksDB's ways to share the writing.
void write_alone(rocksdb::Options& options) {
  options.allow_concurrent_memtable_write = false;
  options.enable_write_thread_adaptive_yield = false;
  options.avoid_flush_during_shutdown =
      true;  // flush_and_close() flushes; after a failure nothing may
}

void bound_memory(rocksdb::Options& options, RocksDbSizes const& sizes) {
  options.write_buffer_size = sizes.write_buffer_bytes;
  options.max_write_buffer_number = 3;  // one fills, one is flushed, one waits
  options.writable_file_max_buffer_size = 256 * kKiB;
  options.compaction_readahead_size = 256 * kKiB;
}

void compact_in_levels(rocksdb::Options& options) {
  options.max_background_jobs = 2;
  options.level_compaction_dynamic_level_bytes = true;
  options.max_bytes_for_level_base = 64 * kMiB;
  options.target_file_size_base = 16 * kMiB;
  options.compression = rocksdb::kLZ4Compression;
  options.bytes_per_sync =
      512 * kKiB;  // spread, so that no fdatasync of the WAL waits behind a burst
}

// Filters keep a look-up of an old row to one block read; partitioned, only those in use take up
// cache.
void filter_look_ups(rocksdb::Options& options, RocksDbSizes const& sizes) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(sizes.block_cache_bytes, 2);
  table.cache_index_and_filter_blocks = true;
  table.pin_top_level_index_and_filter = true;
  table.index_type = rocksdb::BlockBasedTableOptions::kTwoLevelIndexSearch;
  table.partition_filters = true;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.block_size = 8 * kKiB;
  table.format_version = 5;
  table.checksum = rocksdb::kXXH3;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
}

}  // namespace

void tune(rocksdb::Options& options, RocksDbSizes const& sizes) {
  be_strict(options);
  bound_files(options);
  write_alone(options);
  bound_memory(options, sizes);
  compact_in_levels(options);
  filter_look_ups(options, sizes);
}

}  // namespace treadle::store
