// What proves, while RocksDB replays its WAL, that no committed group is missing in the middle.
//
// Every group that is committed starts with one put of kCommitSeqKey: the number of the group, 64
// bits big-endian, one more than that of the group before.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace rocksdb {
class WalFilter;
}  // namespace rocksdb

namespace treadle::store {

inline constexpr std::string_view kCommitSeqKey = "\x01store/commit_seq";  // with the byte of kMeta

[[nodiscard]] auto encode_commit_seq(std::uint64_t seq) -> std::string;
[[nodiscard]] auto decode_commit_seq(std::string_view bytes) -> std::optional<std::uint64_t>;

// What the replay saw. Written by the filter while the database is opened.
struct ReplayFindings {
  std::uint64_t last_seq = 0;  // of the groups in the WALs; 0 if there are none
  std::string damage;          // which file lacks what; empty if nothing is wrong
};

// To be set as DBOptions::wal_filter; fails the open at the first gap. Both must outlive the
// database.
[[nodiscard]] auto make_continuity_filter(ReplayFindings& findings)
    -> std::unique_ptr<rocksdb::WalFilter>;

}  // namespace treadle::store
