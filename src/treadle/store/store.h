// Store: the contract that every store keeps (memory, RocksDB, PostgreSQL), and the runtime
// relies on.
//
// A store is an ordered map from (table, key) to value, written by batches.
//
// Atomicity   A batch is committed as a whole or not at all, also across a crash.
// Order       Batches are committed in the order in which submit() was called; when two threads
//             call it at once, in one of the two orders. After a crash the store holds the batches
//             of a prefix of that order, and every batch whose callback was called with kCommitted
//             is in the prefix.
// Durability  kCommitted is told after the batch is on disk (fdatasync; the memory store keeps
//             nothing).
// Visibility  Reads see committed batches only, and whole ones. One call sees one state of the
//             store; two calls may see two. When a callback runs, reads see its batch, and possibly
//             later ones.
// Threads     Every function may be called from any thread at any time, flush_and_close() and the
//             destructor excepted. Callbacks run on one thread, the commit thread, in submission
//             order.
// Failure     A write or fsync that fails leaves it unknown which of the batches that were not yet
//             answered are on disk. The store then is failed for good: these and all later batches
//             get kFailed, nothing more is written, reads go on. Never retried, never resumed: the
//             process ends with status 74 and what is on disk decides at the next start.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "treadle/base/result.h"
#include "treadle/base/strong_id.h"
#include "treadle/store/batch.h"

namespace treadle::store {

// What went wrong, for an operator: `message` names the file or place, and what to do about it.
struct StoreError {
  enum class Kind : std::uint8_t {
    kIo,        // the operating system refused a read, a write or an fsync
    kCorrupt,   // bytes on disk are not what was written
    kInUse,     // another process has the data directory
    kFormat,    // written by a newer treadle, or not by treadle
    kSpace,     // the disk is full
    kClosed,    // flush_and_close() was called
    kArgument,  // a path that can't be a data directory, a mismatch of options and data
  };
  Kind kind = Kind::kIo;
  std::string message;
};

template <typename T>
using StoreResult = Result<T, StoreError>;

enum class CommitOutcome : std::uint8_t {
  kCommitted,  // durable
  kConflict,   // a precondition did not hold; nothing of the batch was written, and everything that
               // decided so is durable
  kFailed,     // the store is failed or closed; the batch may or may not come back after a restart
};

// Must be quick and must not throw or wait for another commit: it posts the outcome elsewhere. It
// may call submit(), which then never waits.
using CommitCallback = std::move_only_function<void(CommitOutcome)>;

struct Row {
  std::string key;
  std::string value;
  friend bool operator==(Row const&, Row const&) = default;
};

// A row to read; views into the caller's memory for the duration of the call.
struct RowName {
  Table table = Table::kMeta;
  std::string_view key;
};

enum class Direction : std::uint8_t { kAscending, kDescending };

// The rows with from <= key < to, in key order or against it.
struct ScanOptions {
  std::string_view from = {};                         // empty: from the first row
  std::optional<std::string_view> to = std::nullopt;  // nullopt: to the last row
  Direction direction = Direction::kAscending;
  std::size_t limit = 1'000;  // rows to return at most
};

enum class SpaceState : std::uint8_t {
  kPlenty,
  kLow,   // new executions should be refused; running ones go on
  kFull,  // nothing can be written: batches wait in the queue until space returns
};

struct SpaceReport {
  SpaceState state = SpaceState::kPlenty;
  std::uint64_t free_bytes = 0;     // that this process may use
  std::uint64_t low_bytes = 0;      // below this the state is kLow
  std::uint64_t ballast_bytes = 0;  // held back on disk, given up when space runs out
};

using Secret = std::array<std::uint8_t, 32>;

class Store {
 public:
  Store() = default;
  Store(Store const&) = delete;
  auto operator=(Store const&) -> Store& = delete;
  virtual ~Store() = default;  // as flush_and_close(), the result dropped

  // Queues a batch; `done` is called exactly once. Never drops: while the queue is full
  // (pressure() >= 1) it waits for room, except on the commit thread. Once closed, `done` is called
  // with kFailed before submit() returns, on the calling thread.
  virtual void submit(Batch&& batch, CommitCallback done) = 0;

  // How full the commit queue is: 0 empty, 1 full; the larger of the shares by bytes and by
  // batches. Above 1 only through submissions by callbacks. Callers that can say no
  // (StartExecution) do so well below 1.
  [[nodiscard]] virtual auto pressure() const -> double = 0;

  // The row's value; nullopt if there is no such row.
  [[nodiscard]] virtual auto get(Table table, std::string_view key) const
      -> StoreResult<std::optional<std::string>> = 0;

  // As many get()s in one, on one state of the store; the answers stand in the order of `names`.
  [[nodiscard]] virtual auto multi_get(std::span<RowName const> names) const
      -> StoreResult<std::vector<std::optional<std::string>>> = 0;

  [[nodiscard]] virtual auto scan(Table table, ScanOptions const& options) const
      -> StoreResult<std::vector<Row>> = 0;

  // Bytes that the rows take (on disk, or in memory), within a write buffer or so. Takes
  // microseconds.
  [[nodiscard]] virtual auto approximate_bytes() const -> std::uint64_t = 0;

  [[nodiscard]] virtual auto space() const -> SpaceReport = 0;

  // Drawn when the store was made, kept in it for ever. The secret keys the HMAC of task tokens,
  // page tokens and links; it must never be logged. References live as long as the store.
  [[nodiscard]] virtual auto identity() const -> EntityId = 0;
  [[nodiscard]] virtual auto secret() const -> Secret const& = 0;

  // Why the store is failed; nullopt while it is not.
  [[nodiscard]] virtual auto failure() const -> std::optional<StoreError> = 0;

  // Commits what is queued, calls all callbacks, releases the data directory. Afterwards only
  // submit(), identity(), secret() and the destructor may be called; reads return kClosed. A second
  // call does nothing. Called by one thread, not by a callback. The error is that of failure().
  virtual auto flush_and_close() -> StoreResult<void> = 0;
};

}  // namespace treadle::store
