// The audit of one execution: its journal against its other rows.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "treadle/interpreter/effects.h"
#include "treadle/interpreter/execution_state.h"
#include "treadle/json/arena.h"
#include "treadle/runtime/audit.h"
#include "treadle/runtime/rows.h"
#include "treadle/runtime/snapshot.h"
#include "treadle/store/store.h"

namespace treadle::runtime {

// The rows of an execution that stand for something that it waits for.
struct ArmedRows {
  interpreter::Pending rows;                                   // not sorted
  std::vector<std::pair<record::HistoryId, Timestamp>> moved;  // heartbeats, by their tokens' rows
};

// Whether the row of a revision is there and is its text; asked once of each.
class RevisionAudit {
 public:
  explicit RevisionAudit(store::Store const& store) : store_(store) {}
  [[nodiscard]] auto is_sound(std::string const& revision) -> bool;

 private:
  store::Store const& store_;
  std::map<std::string, bool, std::less<>> known_;
};

class ExecutionAudit {
 public:
  // All outlive it; findings and counts go to `report`.
  ExecutionAudit(store::Store const& store, Place place, AuditReport& report);

  // The journal rows in the order of their keys.
  void add(store::Row const& row);
  // After the last of them.
  void finish(ArmedRows const& armed, RevisionAudit& revisions);

 private:
  void fold(JournalKey const& key, std::string_view row);
  void check_payloads(record::JournalEvent const& event, std::uint32_t next_payload);
  void check_snapshot(JournalKey const& key);
  void check_head();
  void check_names_and_lists(Head const& head);
  void check_scopes();
  void check_armed(ArmedRows const& armed);
  void check_heartbeats(ArmedRows const& armed, std::vector<record::Timer> const& wanted);

  [[nodiscard]] auto name() const -> std::string;
  void report_row(std::uint32_t row,
                  std::string problem);  // of the journal: the rest is not folded
  void report(std::string_view what, std::string problem, std::string_view fix);
  [[nodiscard]] auto get(store::Table table, std::string_view key) -> std::optional<std::string>;

  store::Store const& store_;
  Place const place_;
  AuditReport& report_;
  json::Arena arena_;
  interpreter::ExecutionState state_;
  std::optional<Snapshot> snapshot_;
  std::uint32_t next_row_ = 0;
  std::uint32_t next_payload_ = 1;
  bool broken_ = false;
};

}  // namespace treadle::runtime
