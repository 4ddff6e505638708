// What follows from an event outside the state: effects to perform, rows to write;
// and what a state waits for.
#pragma once

#include <cstdint>
#include <vector>

#include "treadle/interpreter/execution_state.h"
#include "treadle/record/effect.h"
#include "treadle/record/journal_event.h"

namespace treadle::interpreter {

// Appends what the outside must now do, in order.
void effects(record::JournalEvent const& event, std::vector<record::Effect>& out);

// A change of a row that stands for something that is waited for. `put` is false for an erased row.
struct TimerRow {
  record::Timer timer;
  bool put = true;
};
enum class OutboxKind : std::uint8_t { kCall, kActivity, kContinue, kJob, kStopJob };
struct OutboxRow {
  HistoryId history_id = 0;  // 0 for kContinue
  OutboxKind kind = OutboxKind::kCall;
  bool put = true;
};
struct TokenRow {  // a task token that may come back
  HistoryId scheduled = 0;
  bool put = true;
};
struct RowChanges {
  std::vector<TimerRow> timers;
  std::vector<OutboxRow> outbox;
  std::vector<TokenRow> tokens;
};

// Appends the rows that the event puts and erases; written in the same batch as the event.
void index(record::JournalEvent const& event, RowChanges& out);

// Everything that must be armed in this state, sorted: what the rows written so far must amount to.
// (A heartbeat's due may have moved without an event.)
struct Pending {
  std::vector<record::Timer> timers;
  std::vector<std::pair<HistoryId, OutboxKind>> outbox;
  std::vector<HistoryId> tokens;
  friend auto operator==(Pending const&, Pending const&) -> bool = default;
};
[[nodiscard]] auto pending(ExecutionState const& state) -> Pending;

}  // namespace treadle::interpreter
