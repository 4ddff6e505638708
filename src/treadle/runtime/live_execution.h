// An execution that a partition has in hand: its working state, and what it takes
// to decide the next command.
//
// It can be dropped whenever nothing of it is uncommitted, and is rebuilt from the journal when a
// command arrives. Belongs to its partition's loop.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "treadle/asl/model.h"
#include "treadle/asl/way_back.h"
#include "treadle/interpreter/execution_state.h"
#include "treadle/json/arena.h"
#include "treadle/record/payload_table.h"
#include "treadle/runtime/definition_cache.h"
#include "treadle/runtime/journal_search.h"
#include "treadle/runtime/log_settings.h"
#include "treadle/runtime/rows.h"
#include "treadle/runtime/wait_rows.h"
#include "treadle/store/store.h"

namespace treadle::runtime {

class LiveExecution {
 public:
  // One that is about to start.
  LiveExecution(Place where, EntityId machine_id, asl::DefinitionPtr compiled);

  // Folds the journal, from the last snapshot on. nullptr if there is no such execution; an error
  // names what can't be read.
  [[nodiscard]] static auto load(store::Store const& store, DefinitionCache& definitions,
                                 Place place, json::Arena& arena)
      -> Result<std::unique_ptr<LiveExecution>, std::string>;

  // The table for the next command, its values in `arena`; older payloads come from
  // memory or the store.
  [[nodiscard]] auto payload_table(json::Arena& arena, store::Store const& store)
      -> record::PayloadTable;

  // The event that shows as history event `id`; its views point into the execution
  // and `arena` until the next read.
  [[nodiscard]] auto find_event(store::Store const& store, record::HistoryId id, json::Arena& arena)
      -> Result<record::JournalEvent, std::string>;

  // The number of the next journal row.
  [[nodiscard]] auto next_row() const -> std::uint32_t {
    return first_row_ + static_cast<std::uint32_t>(rows_.size());
  }

  // The row of the snapshot that belongs into the batch of the journal row that was added last, if
  // it is time for one: every `every` rows, and, of an execution that has one, at its end.
  [[nodiscard]] auto take_snapshot(std::uint32_t every) -> std::optional<std::string>;

  // The command's events were encoded as a row: its payloads are known from now on.
  void add_row(JournalKey const& key, record::PayloadTable& payloads);

  // What was decided up to commit number `sequence` is durable. Texts over the bound may go now,
  // or, of an execution that is away, with a later commit.
  void committed(std::uint64_t sequence);

  interpreter::ExecutionState state;
  Place const place;
  EntityId machine;
  asl::DefinitionPtr definition;
  // As whom it logs; nullopt: nobody has looked yet.
  std::optional<LogSettings> log;
  // Null: nobody has asked it to compensate, or it is no saga.
  std::shared_ptr<asl::WayBack const> way_back;
  // Commits handed to the store and those that are durable. Equal: the execution can be dropped.
  std::uint64_t submitted = 0;
  std::uint64_t durable = 0;
  // Rows of waits that were handed to the store and are not durable yet, oldest first.
  struct FreshWait {
    std::uint64_t commit = 0;
    record::HistoryId scheduled = 0;
    WaitRow row;
  };
  std::vector<FreshWait> fresh_waits;
  // Answers that wait for a commit that was submitted before they were decided.
  std::deque<std::pair<std::uint64_t, std::move_only_function<void()>>> held;

  // A command is being decided in the slow lane: until it is back nobody else may read or change the
  // state, the payloads or the rows, and what comes for the execution waits, in order.
  bool is_away = false;
  std::deque<std::move_only_function<void()>> waiting;

  [[nodiscard]] auto is_idle() const -> bool {
    return submitted == durable && held.empty() && !is_away && waiting.empty();
  }

 private:
  // Begins with a snapshot, if it can be read and the journal bears it out. The key after which to
  // read on, or nullopt.
  [[nodiscard]] auto take_up(std::string_view row, store::Store const& store)
      -> Result<std::optional<std::string>, std::string>;
  [[nodiscard]] auto fold(store::Row const& row, json::Arena& arena) -> Result<void, std::string>;
  [[nodiscard]] auto payload_text(store::Store const& store, record::PayloadId id)
      -> std::string_view;
  [[nodiscard]] auto stored_row(store::Store const& store, record::PayloadId id) const
      -> Result<StoredRow, std::string>;

  std::vector<JournalKey> rows_;        // from first_row_ on
  std::uint32_t first_row_ = 0;         // what is before is known by the store alone
  std::uint32_t rows_at_snapshot_ = 0;  // that the last one covers; 0: there is none
  std::uint32_t next_payload_ = 1;
  std::deque<std::pair<std::uint32_t, std::string>>
      texts_;  // by ascending id, without gaps at the end
  std::size_t text_bytes_ = 0;
  std::string loaded_;  // the row that payload_text() read last
};

}  // namespace treadle::runtime
