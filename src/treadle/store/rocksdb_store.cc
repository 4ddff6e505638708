#include "treadle/store/rocksdb_store.h"

#include <chrono>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <sys/stat.h>
#include <utility>

#include <fmt/format.h>
#include <rocksdb/db.h>
#include <rocksdb/listener.h>
#include <rocksdb/wal_filter.h>

#include "treadle/base/limits.h"
#include "treadle/store/data_directory.h"
#include "treadle/store/failure_latch.h"
#include "treadle/store/group_view.h"
#include "treadle/store/identity.h"
#include "treadle/store/log_file_check.h"
#include "treadle/store/rocksdb_options.h"
#include "treadle/store/rocksdb_recovery.h"
#include "treadle/store/store_error.h"

namespace treadle::store {
namespace {

namespace fs = std::filesystem;
using rocksdb::Slice;
using rocksdb::Status;

constexpr std::string_view kFormatKey = "store/format";
constexpr std::string_view kPartitionsKey = "store/partitions";
constexpr std::string_view kIdentityKey = "store/identity";
constexpr std::string_view kSecretKey = "store/secret";
constexpr std::uint64_t kBytesToOpen = 1U << 20U;  // what recovery writes at least
constexpr auto kLookForSpaceEvery = std::chrono::milliseconds(200);

// "DIR/db: can't DOING: IO error: ...; FIX"
auto describe(fs::path const& place, std::string_view doing, Status const& status) -> StoreError {
  auto kind = StoreError::Kind::kIo;
  std::string_view fix = "look at the kernel's log and the disk, then start treadle again";
  if (status.IsNoSpace()) {
    kind = StoreError::Kind::kSpace;
    fix = "free some space on that disk, then start treadle again";
  } else if (status.IsCorruption()) {
    kind = StoreError::Kind::kCorrupt;
    fix = "restore the data directory from a backup";
  }
  return {kind, fmt::format("{}: can't {}: {}; {}", place.string(), doing, status.ToString(), fix)};
}

// A flush or a compaction that fails stops the store as a failed commit does.
class BackgroundListener final : public rocksdb::EventListener {
 public:
  BackgroundListener(std::shared_ptr<FailureLatch> failure, fs::path place)
      : failure_(std::move(failure)), place_(std::move(place)) {}

  void OnBackgroundError(rocksdb::BackgroundErrorReason, Status* status) override {
    failure_->set(describe(place_, "write in the background", *status));
  }
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason, Status, bool* auto_recovery) override {
    *auto_recovery = false;
  }

 private:
  std::shared_ptr<FailureLatch> failure_;
  fs::path place_;
};

// Keeps a database whose log could not be written until the process ends: closing it would write to
// that log once more, which RocksDB answers with a failed assertion.
void park(std::unique_ptr<rocksdb::DB> database) {
  static auto& parked = *new std::vector<std::unique_ptr<rocksdb::DB>>();
  static auto& mutex = *new std::mutex();
  std::lock_guard const lock(mutex);
  if (database) parked.push_back(std::move(database));
}

class RocksDbStore final : public Store {
 public:
  RocksDbStore(DataDirectory directory, RocksDbStoreOptions const& options)
      : directory_(std::move(directory)),
        database_(directory_.database()),
        space_(directory_.path(), directory_.ballast(), options.space),
        failure_(std::make_shared<FailureLatch>()),
        filter_(make_continuity_filter(findings_)) {
    sync_.sync = true;
  }

  ~RocksDbStore() override { static_cast<void>(flush_and_close()); }

  // Once, before anything else.
  auto open(RocksDbStoreOptions const& options) -> StoreResult<void> {
    if (!space_.admit(kBytesToOpen)) {
      return store_error(
          StoreError::Kind::kSpace,
          fmt::format("{}: the disk is full; free some space, then start treadle again",
                      directory_.path().string()));
    }
    TRY(check_database_logs(database_));
    TRY(open_database(options));
    bool const is_new = !directory_.is_complete() && !TRY(has_own_rows());
    TRY(is_new ? write_own_rows(options.random) : read_own_rows());
    if (!directory_.is_complete()) TRY(directory_.mark_complete());
    space_.restore_ballast();
    loop_.emplace(CommitMode::kThread, options.limits, [this](auto group) { commit(group); });
    return {};
  }

  void submit(Batch&& batch, CommitCallback done) override {
    loop_->submit(std::move(batch), std::move(done));
  }

  auto pressure() const -> double override { return loop_->pressure(); }

  auto get(Table table, std::string_view key) const
      -> StoreResult<std::optional<std::string>> override {
    TRY(check_open());
    return get_row(make_row_key(table, key));
  }

  auto multi_get(std::span<RowName const> names) const
      -> StoreResult<std::vector<std::optional<std::string>>> override;

  auto scan(Table table, ScanOptions const& options) const
      -> StoreResult<std::vector<Row>> override;

  auto approximate_bytes() const -> std::uint64_t override {
    if (!db_) return 0;
    std::uint64_t in_files = 0;
    std::uint64_t in_memory = 0;
    db_->GetIntProperty(rocksdb::DB::Properties::kLiveSstFilesSize, &in_files);
    db_->GetIntProperty(rocksdb::DB::Properties::kCurSizeAllMemTables, &in_memory);
    return in_files + in_memory;
  }

  auto space() const -> SpaceReport override { return space_.report(); }
  auto identity() const -> EntityId override { return identity_.id; }
  auto secret() const -> Secret const& override { return identity_.secret; }
  auto failure() const -> std::optional<StoreError> override { return failure_->error(); }

  auto flush_and_close() -> StoreResult<void> override;

 private:
  using Group = std::span<CommitLoop::Submission>;

  auto open_database(RocksDbStoreOptions const& options) -> StoreResult<void>;
  auto has_own_rows() const -> StoreResult<bool> {
    return TRY(get_row(make_row_key(Table::kMeta, kIdentityKey))).has_value();
  }
  auto read_own_rows() -> StoreResult<void>;
  auto write_own_rows(Random* random) -> StoreResult<void>;
  auto own_row(std::string_view key, std::size_t bytes) const -> StoreResult<std::string>;
  auto check_own_number(std::string_view key, std::uint32_t expected) const -> StoreResult<void>;

  void commit(Group group);
  auto wait_for_space(Group group) -> bool;
  auto decide(Group group) -> StoreResult<void>;
  auto holds(GroupView& view, std::size_t index, Batch::Entry const& expected,
             std::optional<StoreError>& error) const -> bool;
  auto write() -> StoreResult<void>;

  auto get_row(std::string_view row_key) const -> StoreResult<std::optional<std::string>>;
  auto check_open() const -> StoreResult<void> {
    if (db_) return {};
    return store_error(StoreError::Kind::kClosed, fmt::format("{}: is closed; read before closing",
                                                              directory_.path().string()));
  }
  auto fail(std::string_view doing, Status const& status) const -> std::unexpected<StoreError> {
    return std::unexpected(describe(database_, doing, status));
  }

  DataDirectory directory_;
  fs::path const database_;
  DiskSpace space_;
  std::shared_ptr<FailureLatch> const failure_;  // shared with RocksDB's listener
  ReplayFindings findings_;
  std::unique_ptr<rocksdb::WalFilter> const filter_;
  rocksdb::WriteOptions sync_;
  StoreIdentity identity_;

  std::mutex closing_mutex_;
  std::condition_variable closing_changed_;
  bool is_closing_ = false;  // guarded by closing_mutex_

  std::unique_ptr<rocksdb::DB> db_;  // null once closed
  // Of the commit thread:
  rocksdb::WriteBatch rows_;
  std::uint64_t commit_seq_ = 0;

  std::optional<CommitLoop> loop_;  // last: its thread uses all of the above
};

// --- opening

auto RocksDbStore::open_database(RocksDbStoreOptions const& options) -> StoreResult<void> {
  rocksdb::Options setup;
  tune(setup, {options.write_buffer_bytes, options.block_cache_bytes});
  setup.create_if_missing = !directory_.is_complete();
  setup.wal_filter = filter_.get();
  setup.listeners.push_back(std::make_shared<BackgroundListener>(failure_, database_));
  rocksdb::DB* opened = nullptr;
  auto const status = rocksdb::DB::Open(setup, database_.string(), &opened);
  db_.reset(opened);
  if (status.ok()) return {};
  if (!findings_.damage.empty()) {
    return store_error(StoreError::Kind::kCorrupt,
                       fmt::format("{}: {}; restore the data directory from a backup",
                                   database_.string(), findings_.damage));
  }
  return fail("open the database", status);
}

auto RocksDbStore::own_row(std::string_view key, std::size_t bytes) const
    -> StoreResult<std::string> {
  auto value = TRY(get_row(make_row_key(Table::kMeta, key)));
  if (value && (bytes == 0 || value->size() == bytes)) return std::move(*value);
  return store_error(
      StoreError::Kind::kCorrupt,
      fmt::format("{}: the row \"{}\" is {}; restore the data directory from a backup",
                  database_.string(), key, value ? "damaged" : "missing"));
}

auto RocksDbStore::check_own_number(std::string_view key, std::uint32_t expected) const
    -> StoreResult<void> {
  auto const found = TRY(own_row(key, 0));
  if (found == std::to_string(expected)) return {};
  return store_error(StoreError::Kind::kFormat,
                     fmt::format("{}: has {} = {}, and this treadle needs {}; run the release that "
                                 "wrote it",
                                 database_.string(), key, found, expected));
}

auto RocksDbStore::read_own_rows() -> StoreResult<void> {
  TRY(check_own_number(kFormatKey, kFormat));
  TRY(check_own_number(kPartitionsKey, limits::kPartitions));
  auto const id = TRY(own_row(kIdentityKey, sizeof(std::uint64_t) * 2));
  identity_.id = {*decode_commit_seq(id.substr(0, 8)), *decode_commit_seq(id.substr(8))};
  auto const secret = TRY(own_row(kSecretKey, identity_.secret.size()));
  std::memcpy(identity_.secret.data(), secret.data(), secret.size());
  auto const seq = TRY(own_row(kCommitSeqKey.substr(1), sizeof(std::uint64_t)));
  commit_seq_ = *decode_commit_seq(seq);
  if (findings_.last_seq == 0 || findings_.last_seq == commit_seq_) return {};
  return store_error(
      StoreError::Kind::kCorrupt,
      fmt::format("{}: the log ends with group {}, the tables with {}; restore the data "
                  "directory from a backup",
                  database_.string(), findings_.last_seq, commit_seq_));
}

auto RocksDbStore::write_own_rows(Random* random) -> StoreResult<void> {
  identity_ = draw_identity(random);
  auto const put = [this](std::string_view key, std::string_view value) {
    rows_.Put(make_row_key(Table::kMeta, key), Slice(value));
  };
  rows_.Clear();
  commit_seq_ = findings_.last_seq + 1;
  rows_.Put(Slice(kCommitSeqKey), encode_commit_seq(commit_seq_));
  put(kFormatKey, std::to_string(kFormat));
  put(kPartitionsKey, std::to_string(limits::kPartitions));
  put(kIdentityKey, encode_commit_seq(identity_.id.high) + encode_commit_seq(identity_.id.low));
  put(kSecretKey,
      {reinterpret_cast<char const*>(identity_.secret.data()), identity_.secret.size()});
  if (auto const status = db_->Write(sync_, &rows_); !status.ok()) {
    failure_->set(describe(database_, "write the first rows", status));
    return std::unexpected(*failure_->error());
  }
  return {};
}

// --- committing

void RocksDbStore::commit(Group group) {
  auto const commit_all = [&]() -> StoreResult<void> {
    TRY(decide(group));
    return write();
  };
  if (!failure_->is_set() && wait_for_space(group)) {
    auto const done = commit_all();
    if (!done) failure_->set(done.error());
    space_.restore_ballast();
    if (done) return;
  }
  for (auto& submission : group) submission.outcome = CommitOutcome::kFailed;
}

// While the disk is full the group waits, and with it, by way of pressure(), everybody else.
auto RocksDbStore::wait_for_space(Group group) -> bool {
  std::uint64_t bytes = 0;
  for (auto const& submission : group) bytes += submission.batch.bytes();
  while (!space_.admit(bytes)) {
    std::unique_lock lock(closing_mutex_);
    if (!closing_changed_.wait_for(lock, kLookForSpaceEvery, [this] { return is_closing_; }))
      continue;
    failure_->set(
        {StoreError::Kind::kSpace,
         fmt::format("{}: the disk is full, so the last batches were not written; free some "
                     "space, then start treadle again",
                     directory_.path().string())});
    return false;
  }
  return true;
}

// Settles every outcome and gathers the writes of the batches that pass. Fails if a row can't be
// read.
auto RocksDbStore::decide(Group group) -> StoreResult<void> {
  rows_.Clear();
  rows_.Put(Slice(kCommitSeqKey), encode_commit_seq(commit_seq_ + 1));
  GroupView view(group);
  std::optional<StoreError> error;
  for (std::size_t i = 0; i < group.size(); ++i) {
    auto& [batch, done, outcome] = group[i];
    bool const passes = batch.all_expectations(
        [&](Batch::Entry const& expected) { return holds(view, i, expected, error); });
    if (error) return std::unexpected(std::move(*error));
    outcome = passes ? CommitOutcome::kCommitted : CommitOutcome::kConflict;
    if (!passes) continue;
    batch.for_each_write([this](Batch::Entry const& write) {
      if (write.value) {
        rows_.Put(Slice(write.row_key), Slice(*write.value));
      } else {
        rows_.Delete(Slice(write.row_key));
      }
    });
  }
  return {};
}

auto RocksDbStore::holds(GroupView& view, std::size_t index, Batch::Entry const& expected,
                         std::optional<StoreError>& error) const -> bool {
  if (auto const earlier = view.find(index, expected.row_key)) return *earlier == expected.value;
  auto stored = get_row(expected.row_key);
  if (!stored) {
    error = std::move(stored).error();
    return false;
  }
  return *stored == expected.value;
}

auto RocksDbStore::write() -> StoreResult<void> {
  if (rows_.Count() == 1) return {};  // the group's number alone: nothing passed that writes
  if (auto const status = db_->Write(sync_, &rows_); !status.ok()) {
    return fail("write or sync the log", status);
  }
  ++commit_seq_;
  return {};
}

auto RocksDbStore::flush_and_close() -> StoreResult<void> {
  {
    std::lock_guard const lock(closing_mutex_);
    is_closing_ = true;
    closing_changed_.notify_all();
  }
  if (loop_) loop_->close();
  if (db_ && loop_ && !failure_->is_set()) {
    if (auto const status = db_->Flush({}); !status.ok()) {
      failure_->set(describe(database_, "flush", status));
    }
  }
  if (failure_->is_set()) {
    park(std::move(db_));
  } else {
    db_.reset();
  }
  directory_.release();
  if (auto error = failure_->error()) return std::unexpected(std::move(*error));
  return {};
}

// --- reading

auto RocksDbStore::get_row(std::string_view row_key) const
    -> StoreResult<std::optional<std::string>> {
  rocksdb::PinnableSlice value;
  auto const status = db_->Get({}, db_->DefaultColumnFamily(), Slice(row_key), &value);
  if (status.IsNotFound()) return std::nullopt;
  if (!status.ok()) return fail("read", status);
  return value.ToString();
}

auto RocksDbStore::multi_get(std::span<RowName const> names) const
    -> StoreResult<std::vector<std::optional<std::string>>> {
  TRY(check_open());
  std::vector<std::string> row_keys;
  row_keys.reserve(names.size());
  for (auto const& name : names) row_keys.push_back(make_row_key(name.table, name.key));
  std::vector<Slice> const keys(row_keys.begin(), row_keys.end());
  std::vector<rocksdb::PinnableSlice> found(names.size());
  std::vector<Status> statuses(names.size());
  db_->MultiGet({}, db_->DefaultColumnFamily(), keys.size(), keys.data(), found.data(),
                statuses.data());
  std::vector<std::optional<std::string>> values(names.size());
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (statuses[i].IsNotFound()) continue;
    if (!statuses[i].ok()) return fail("read", statuses[i]);
    values[i] = found[i].ToString();
  }
  return values;
}

auto RocksDbStore::scan(Table table, ScanOptions const& options) const
    -> StoreResult<std::vector<Row>> {
  TRY(check_open());
  auto const from = make_row_key(table, options.from);
  auto const to = options.to ? make_row_key(table, *options.to)
                             : std::string(1, static_cast<char>(static_cast<int>(table) + 1));
  std::vector<Row> rows;
  if (to <= from) return rows;
  Slice const lower(from);
  Slice const upper(to);
  rocksdb::ReadOptions read;
  read.iterate_lower_bound = &lower;
  read.iterate_upper_bound = &upper;
  std::unique_ptr<rocksdb::Iterator> const at(db_->NewIterator(read));
  bool const ascending = options.direction == Direction::kAscending;
  ascending ? at->SeekToFirst() : at->SeekToLast();
  while (at->Valid() && rows.size() < options.limit) {
    rows.push_back({std::string(at->key().ToStringView().substr(1)), at->value().ToString()});
    ascending ? at->Next() : at->Prev();
  }
  if (!at->status().ok()) return fail("read", at->status());
  return rows;
}

}  // namespace

auto open_rocksdb_store(RocksDbStoreOptions const& options) -> StoreResult<std::unique_ptr<Store>> {
  ::umask(077);
  auto directory = TRY(DataDirectory::open(options.directory));
  auto opened = std::make_unique<RocksDbStore>(std::move(directory), options);
  TRY(opened->open(options));
  return opened;
}

}  // namespace treadle::store
