// Tells a torn tail from damage in a file of RocksDB's log format (its WAL and its MANIFEST).
//
// RocksDB takes a record whose length runs past the end of the file for one that a crash cut short,
// and drops it and what follows. One flipped bit in a length field looks just like that. This
// check, run before RocksDB opens the files, also looks behind such a place: where acknowledged
// records follow, the file is damaged, and dropping them would lose workflows in silence.
//
// The format: blocks of 32 KiB; in a block, records of crc32c (4 bytes, masked, little-endian; of
// type and payload), payload size (2 bytes), type (1: whole, 2: first, 3: middle, 4: last part) and
// payload; fewer than 7 bytes left in a block are zeros. Source: RocksDB wiki, "Write Ahead Log
// File Format".
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

#include "treadle/store/store.h"

namespace treadle::store {

enum class LogTail : std::uint8_t {
  kWhole,  // ends with a whole record, or is empty
  kTorn,   // ends with the beginning of a record, as a crash leaves it
};

struct LogCheck {
  LogTail tail = LogTail::kWhole;
  std::uint64_t whole_bytes = 0;  // up to the end of the last whole record
};

// Of the bytes of a whole file; `name` is for the message of kCorrupt, which tells the offset.
[[nodiscard]] auto check_log(std::string_view bytes, std::filesystem::path const& name)
    -> StoreResult<LogCheck>;

// Checks every WAL and the current MANIFEST in a RocksDB directory. A torn tail is fine in the WAL
// that was written last and in the MANIFEST; anything else is kCorrupt. A directory without CURRENT
// passes: there is no database yet.
[[nodiscard]] auto check_database_logs(std::filesystem::path const& directory) -> StoreResult<void>;

}  // namespace treadle::store
