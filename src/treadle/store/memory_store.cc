#include "treadle/store/memory_store.h"

#include <array>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <utility>

#include "treadle/base/assert.h"
#include "treadle/store/identity.h"

namespace treadle::store {
namespace {

using Rows = std::map<std::string, std::string, std::less<>>;

auto index_of(Table table) -> std::size_t {
  auto const number = static_cast<std::uint8_t>(table);
  TREADLE_ASSERT(number >= 1 && number <= kTableMax);
  return number - 1U;
}

class MemoryStore final : public Store {
 public:
  explicit MemoryStore(MemoryStoreOptions const& options)
      : identity_(draw_identity(options.random)),
        loop_(options.mode, options.limits, [this](auto group) { commit(group); }) {}

  ~MemoryStore() override { loop_.close(); }

  void submit(Batch&& batch, CommitCallback done) override {
    loop_.submit(std::move(batch), std::move(done));
  }

  auto pressure() const -> double override { return loop_.pressure(); }

  auto get(Table table, std::string_view key) const
      -> StoreResult<std::optional<std::string>> override {
    std::shared_lock const lock(mutex_);
    TRY(check_open());
    return find(table, key);
  }

  auto multi_get(std::span<RowName const> names) const
      -> StoreResult<std::vector<std::optional<std::string>>> override {
    std::shared_lock const lock(mutex_);
    TRY(check_open());
    std::vector<std::optional<std::string>> values;
    values.reserve(names.size());
    for (auto const& name : names) values.push_back(find(name.table, name.key));
    return values;
  }

  auto scan(Table table, ScanOptions const& options) const
      -> StoreResult<std::vector<Row>> override {
    std::shared_lock const lock(mutex_);
    TRY(check_open());
    std::vector<Row> rows;
    if (options.to && *options.to <= options.from) return rows;
    auto const& all = rows_of(table);
    auto const first = all.lower_bound(options.from);
    auto const last = options.to ? all.lower_bound(*options.to) : all.end();
    auto const take = [&](auto from, auto const& to) {
      for (; from != to && rows.size() < options.limit; ++from) {
        rows.push_back({from->first, from->second});
      }
    };
    if (options.direction == Direction::kAscending) {
      take(first, last);
    } else {
      take(std::make_reverse_iterator(last), std::make_reverse_iterator(first));
    }
    return rows;
  }

  auto approximate_bytes() const -> std::uint64_t override {
    std::shared_lock const lock(mutex_);
    return bytes_;
  }

  auto space() const -> SpaceReport override { return {}; }
  auto identity() const -> EntityId override { return identity_.id; }
  auto secret() const -> Secret const& override { return identity_.secret; }
  auto failure() const -> std::optional<StoreError> override { return std::nullopt; }

  auto flush_and_close() -> StoreResult<void> override {
    loop_.close();
    std::unique_lock const lock(mutex_);
    closed_ = true;
    return {};
  }

 private:
  auto rows_of(Table table) const -> Rows const& { return tables_[index_of(table)]; }
  auto rows_of(Table table) -> Rows& { return tables_[index_of(table)]; }

  auto find(Table table, std::string_view key) const -> std::optional<std::string> {
    auto const& rows = rows_of(table);
    auto const at = rows.find(key);
    if (at == rows.end()) return std::nullopt;
    return at->second;
  }

  auto check_open() const -> StoreResult<void> {
    if (!closed_) return {};
    return std::unexpected(StoreError{StoreError::Kind::kClosed,
                                      "the store in memory is closed; read before closing"});
  }

  void commit(std::span<CommitLoop::Submission> group) {
    for (auto& submission : group) {
      std::unique_lock const lock(mutex_);
      submission.outcome = commit_one(submission.batch);
    }
  }

  auto commit_one(Batch const& batch) -> CommitOutcome {
    auto const holds = [this](Batch::Entry const& expected) {
      auto const& rows = rows_of(expected.table());
      auto const at = rows.find(expected.key());
      if (at == rows.end()) return !expected.value.has_value();
      return expected.value == at->second;
    };
    if (!batch.all_expectations(holds)) return CommitOutcome::kConflict;
    batch.for_each_write([this](Batch::Entry const& write) { apply(write); });
    return CommitOutcome::kCommitted;
  }

  void apply(Batch::Entry const& write) {
    auto& rows = rows_of(write.table());
    auto at = rows.find(write.key());
    if (at != rows.end()) {
      bytes_ -= at->first.size() + at->second.size();
      if (!write.value) {
        rows.erase(at);
        return;
      }
      at->second = *write.value;
    } else if (write.value) {
      at = rows.emplace(write.key(), *write.value).first;
    } else {
      return;
    }
    bytes_ += at->first.size() + at->second.size();
  }

  StoreIdentity const identity_;
  mutable std::shared_mutex mutex_;  // guards what follows, loop_ excepted
  std::array<Rows, kTableMax> tables_;
  std::uint64_t bytes_ = 0;
  bool closed_ = false;
  CommitLoop loop_;  // last: its thread uses all of the above
};

}  // namespace

auto make_memory_store(MemoryStoreOptions const& options) -> std::unique_ptr<Store> {
  return std::make_unique<MemoryStore>(options);
}

}  // namespace treadle::store
