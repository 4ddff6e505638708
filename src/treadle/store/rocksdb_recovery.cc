#include "treadle/store/rocksdb_recovery.h"

#include <fmt/format.h>
#include <rocksdb/wal_filter.h>
#include <rocksdb/write_batch.h>

namespace treadle::store {
namespace {

// Reads the first operation of a batch: the number of the group.
class FirstPut final : public rocksdb::WriteBatch::Handler {
 public:
  auto PutCF(std::uint32_t, rocksdb::Slice const& key, rocksdb::Slice const& value)
      -> rocksdb::Status override {
    if (key.ToStringView() == kCommitSeqKey) seq_ = decode_commit_seq(value.ToStringView());
    has_begun_ = true;
    return rocksdb::Status::OK();
  }
  auto Continue() -> bool override { return !has_begun_; }
  [[nodiscard]] auto seq() const -> std::optional<std::uint64_t> { return seq_; }

 private:
  std::optional<std::uint64_t> seq_;
  bool has_begun_ = false;
};

class ContinuityFilter final : public rocksdb::WalFilter {
 public:
  explicit ContinuityFilter(ReplayFindings& findings) : findings_(findings) {}

  auto LogRecordFound(unsigned long long, std::string const& file, rocksdb::WriteBatch const& batch,
                      rocksdb::WriteBatch*, bool*) -> WalProcessingOption override {
    if (batch.Count() == 0) return WalProcessingOption::kContinueProcessing;
    FirstPut first;
    auto const read = batch.Iterate(&first);
    auto const seq = first.seq();
    if (!seq) {
      findings_.damage = fmt::format("{}: a group without its number ({})", file, read.ToString());
      return WalProcessingOption::kCorruptedRecord;
    }
    if (findings_.last_seq != 0 && *seq != findings_.last_seq + 1) {
      findings_.damage =
          fmt::format("{}: group {} follows group {}", file, *seq, findings_.last_seq);
      return WalProcessingOption::kCorruptedRecord;
    }
    findings_.last_seq = *seq;
    return WalProcessingOption::kContinueProcessing;
  }

  auto Name() const -> char const* override { return "treadle.continuity"; }

 private:
  ReplayFindings& findings_;
};

}  // namespace

auto encode_commit_seq(std::uint64_t seq) -> std::string {
  std::string bytes(sizeof seq, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<char>(static_cast<std::uint8_t>(seq >> (56 - 8 * i)));
  }
  return bytes;
}

auto decode_commit_seq(std::string_view bytes) -> std::optional<std::uint64_t> {
  if (bytes.size() != sizeof(std::uint64_t)) return std::nullopt;
  std::uint64_t seq = 0;
  for (char const byte : bytes) seq = seq << 8U | static_cast<std::uint8_t>(byte);
  return seq;
}

auto make_continuity_filter(ReplayFindings& findings) -> std::unique_ptr<rocksdb::WalFilter> {
  return std::make_unique<ContinuityFilter>(findings);
}

}  // namespace treadle::store
