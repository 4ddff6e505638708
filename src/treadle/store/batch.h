// Batch: what one command writes, all of it or nothing.
//
// A batch is plain bytes with an owner: one thread fills it, then moves it into Store::submit().
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace treadle::store {

// The tables of the store. Each is an ordered map from key to value; keys compare as unsigned
// bytes. What the rows hold is the runtime's affair (docs/journal-format.md). The number of a table
// is the first byte of its rows on disk: it never changes and is never given to another table.
enum class Table : std::uint8_t {
  kMeta = 1,  // keys that start with "store/" belong to the store itself
  kJournal = 2,
  kPayload = 3,
  kSnapshot = 4,
  kHead = 5,
  kTimer = 6,
  kOutbox = 7,
  kName = 8,
  kList = 9,
  kApproval = 10,
  kRevision = 11,
  kMachine = 12,
  kActivity = 13,
  kTag = 14,
  kPartition = 15,
  kMapRun = 16,
  kVersion = 17,
  kAlias = 18,
  kWaitList = 19,
  kReceipt = 20,
  kAgenda = 21,
  kVote = 22,
  kDelivery = 23,
  kAudit = 24,
  kVerdict = 25,
};

inline constexpr std::uint8_t kTableMax = 25;

// "journal", for messages and for `treadle check`.
[[nodiscard]] auto table_name(Table table) -> std::string_view;

// A key as the stores keep it in one ordered space: the table's number, then the key's bytes.
[[nodiscard]] auto make_row_key(Table table, std::string_view key) -> std::string;

class Batch {
 public:
  // One put, erase or precondition; the views live as long as the batch is neither changed nor
  // moved.
  struct Entry {
    std::string_view row_key;               // see make_row_key()
    std::optional<std::string_view> value;  // nullopt: erased, or expected to be absent

    [[nodiscard]] auto table() const -> Table { return static_cast<Table>(row_key.front()); }
    [[nodiscard]] auto key() const -> std::string_view { return row_key.substr(1); }
  };

  // Sets or removes a row; removing one that is not there is fine. Of several writes to one row the
  // last one counts. Writing to a key of kMeta that starts with "store/" asserts.
  void put(Table table, std::string_view key, std::string_view value);
  void erase(Table table, std::string_view key);

  // A precondition: the row has exactly this value, or is absent for nullopt, when the batch's turn
  // to commit comes, i.e. after every batch that was submitted before it and before its own writes.
  // One precondition that does not hold refuses the whole batch (CommitOutcome::kConflict).
  void expect(Table table, std::string_view key, std::optional<std::string_view> value);

  // Memory that the batch holds on to, in bytes; what the bound of the commit queue counts.
  [[nodiscard]] auto bytes() const -> std::size_t { return writes_.size() + expectations_.size(); }

  // Neither writes nor preconditions. Such a batch may be submitted: it is a barrier.
  [[nodiscard]] auto empty() const -> bool { return bytes() == 0; }
  [[nodiscard]] auto has_expectations() const -> bool { return !expectations_.empty(); }
  [[nodiscard]] auto has_writes() const -> bool { return !writes_.empty(); }

  // Calls `visit(Entry const&)` in the order of the calls above.
  template <typename Visit>
  void for_each_write(Visit&& visit) const {
    for (std::size_t at = 0; at < writes_.size();) visit(read_entry(writes_, at));
  }

  // True if `holds(Entry const&)` is true for every precondition; stops at the first that is not.
  template <typename Holds>
  [[nodiscard]] auto all_expectations(Holds&& holds) const -> bool {
    for (std::size_t at = 0; at < expectations_.size();) {
      if (!holds(read_entry(expectations_, at))) return false;
    }
    return true;
  }

 private:
  static void append_entry(std::string& out, Table table, std::string_view key,
                           std::optional<std::string_view> value);
  static auto read_entry(std::string const& from, std::size_t& at) -> Entry;

  // Entries one after the other: key size and value size (32 bits each, the machine's byte order;
  // this never leaves the process), row key, value.
  std::string writes_;
  std::string expectations_;
};

}  // namespace treadle::store
