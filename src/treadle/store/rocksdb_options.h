// How RocksDB is set up: small in memory, strict about damage, tuned for rows that are written
// once.
#pragma once

#include <cstddef>

namespace rocksdb {
struct Options;
}  // namespace rocksdb

namespace treadle::store {

struct RocksDbSizes {
  std::size_t write_buffer_bytes = 0;
  std::size_t block_cache_bytes = 0;
};

void tune(rocksdb::Options& options, RocksDbSizes const& sizes);

}  // namespace treadle::store
