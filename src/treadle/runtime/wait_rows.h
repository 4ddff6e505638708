// Rows of tasks that wait for their tokens: of open waits, of those that have ended, and the agenda of
// whoever attends to them. docs/journal-format.md has the same, byte by byte.
//
// A wait costs two rows while it is open, also where nobody attends to it: what is known of it, and
// its place in the list. Both change into what stays of it in the batch that ends it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "treadle/base/time.h"
#include "treadle/runtime/rows.h"

namespace treadle::runtime {

// ---- approval: (place, history id) -> an open wait; the key is that of rows.h ----
struct WaitRow {
  Timestamp opened;  // the epoch: an activity's task, which is in no list
  std::string state_name;
  bool is_attended = false;  // its end comes into the agenda
  Timestamp heartbeat_due;   // where heartbeats have moved it; the epoch: they have not

  [[nodiscard]] auto is_listed() const -> bool { return opened != Timestamp{}; }
  friend auto operator==(WaitRow const&, WaitRow const&) -> bool = default;
};
// Empty for a row that says nothing.
[[nodiscard]] auto write_wait(WaitRow const& row) -> std::string;
[[nodiscard]] auto read_wait(std::string_view row) -> std::optional<WaitRow>;

// ---- wait list: (list, ~time, place, history id) -> machine tag (8) ----
enum class WaitList : std::uint8_t { kOpen, kEnded };
struct WaitListKey {
  WaitList list = WaitList::kOpen;
  Timestamp time;  // when it began, or ended
  ApprovalKey task;
};
[[nodiscard]] auto wait_list_key(WaitListKey const& key) -> std::string;
[[nodiscard]] auto read_wait_list_key(std::string_view key) -> WaitListKey;
// What all keys of a list begin with.
[[nodiscard]] auto wait_list_prefix(WaitList list) -> std::string;
// 8 bytes that stand for a machine: two machines have the same about never.
[[nodiscard]] auto machine_tag(std::string_view state_machine_arn) -> std::string;

// ---- receipt: (place, history id) -> how a wait ended ----
enum class WaitEnd : std::uint8_t {
  kSucceeded,   // by its token
  kFailed,      // by its token
  kTimedOut,    // the task's time-out, or its heartbeat's
  kCallFailed,  // the call that was to hand out the token failed
  kAborted,     // the execution was stopped, timed out or failed elsewhere
};
struct ReceiptRow {
  WaitEnd how = WaitEnd::kSucceeded;
  Timestamp opened;
  Timestamp ended;
  std::string state_name;
  std::string receipt;  // as the answer brought it; may be empty
};
[[nodiscard]] auto write_receipt(ReceiptRow const& row) -> std::string;
[[nodiscard]] auto read_receipt(std::string_view row) -> std::optional<ReceiptRow>;

// ---- agenda: (due, place, history id, kind, number) -> what to do then ----
// The runtime puts the first kinds; others belong to whoever attends. Rows stay until they are erased
// by whoever has done what they say, in the batch that says so.
enum class AgendaKind : std::uint8_t {
  kWaitBegan = 0,
  kWaitEnded = 1,
  kStopped = 2,      // an execution; history id: of the event that says so. Value: OperationRow
  kRedriven = 3,     // likewise
  kCompensated = 4,  // likewise: it was asked to
  kFirstFree = 16,
};
struct AgendaKey {
  Timestamp due;
  ApprovalKey task;
  AgendaKind kind = AgendaKind::kWaitBegan;
  std::uint16_t number = 0;
};
[[nodiscard]] auto agenda_key(AgendaKey const& key) -> std::string;
// nullopt for a key that is none.
[[nodiscard]] auto read_agenda_key(std::string_view key) -> std::optional<AgendaKey>;

struct OperationRow {
  std::string error;  // of a stop, as given
  std::string cause;
  std::string caller = {};  // who asked for it, as the call brought it; may be empty
};
[[nodiscard]] auto write_operation(OperationRow const& row) -> std::string;
[[nodiscard]] auto read_operation(std::string_view row) -> std::optional<OperationRow>;

}  // namespace treadle::runtime
