#include "treadle/runtime/execution_audit.h"

#include <algorithm>

#include <fmt/format.h>

#include "treadle/base/hmac.h"
#include "treadle/interpreter/apply.h"
#include "treadle/interpreter/can_apply.h"
#include "treadle/interpreter/project.h"
#include "treadle/interpreter/state_codec.h"
#include "treadle/record/codec.h"

namespace treadle::runtime {
namespace {

using interpreter::OutboxKind;
using interpreter::Phase;
using record::Timer;
using record::TimerKind;
using store::Table;

constexpr std::string_view kRestore = "Restore the data directory from a backup.";
constexpr std::string_view kStopIt =
    "Stop the execution and start another, or restore the data directory from a backup.";
constexpr std::string_view kHarmless = "It does no harm and wakes nobody.";

auto text_of(Timer const& t) -> std::string {
  constexpr std::string_view kNames[] = {"wait", "task time-out", "heartbeat", "retry",
                                         "execution time-out"};
  auto const kind = static_cast<std::size_t>(t.kind);
  return fmt::format("the {} of event {} due {}",
                     kind < std::size(kNames) ? kNames[kind] : "unknown timer", t.history_id,
                     to_iso8601(t.due));
}

auto text_of(std::pair<record::HistoryId, OutboxKind> const& row) -> std::string {
  switch (row.second) {
    case OutboxKind::kCall: return fmt::format("the call of event {}", row.first);
    case OutboxKind::kActivity: return fmt::format("the activity task of event {}", row.first);
    case OutboxKind::kContinue: return "the continuation";
    case OutboxKind::kJob: return fmt::format("the job of event {}", row.first);
    case OutboxKind::kStopJob: return fmt::format("the end of the job of event {}", row.first);
  }
  return "an unknown row";
}

auto text_of(record::HistoryId scheduled) -> std::string {
  return fmt::format("the token of event {}", scheduled);
}

}  // namespace

auto RevisionAudit::is_sound(std::string const& revision) -> bool {
  if (auto const at = known_.find(revision); at != known_.end()) return at->second;
  auto const row = store_.get(Table::kRevision, revision);
  bool const sound = row && *row && to_hex(sha256(**row)) == revision;
  known_.emplace(revision, sound);
  return sound;
}

ExecutionAudit::ExecutionAudit(store::Store const& store, Place place, AuditReport& report)
    : store_(store), place_(place), report_(report) {}

auto ExecutionAudit::name() const -> std::string {
  if (!state_.execution_arn.empty()) return "execution " + state_.execution_arn;
  return fmt::format("execution {:016x}{:016x} of partition {}", place_.id.high, place_.id.low,
                     place_.partition);
}

void ExecutionAudit::report(std::string_view what, std::string problem, std::string_view fix) {
  report_.add({fmt::format("{}, {}", name(), what), std::move(problem), std::string(fix)});
}

void ExecutionAudit::report_row(std::uint32_t row, std::string problem) {
  broken_ = true;
  report(fmt::format("journal row {}", row), std::move(problem), kRestore);
}

auto ExecutionAudit::get(Table table, std::string_view key) -> std::optional<std::string> {
  auto row = store_.get(table, key);
  if (row) return std::move(*row);
  report(fmt::format("table {}", table_name(table)), row.error().message, kRestore);
  return std::nullopt;
}

// ---- the journal ----

void ExecutionAudit::add(store::Row const& row) {
  ++report_.journal_rows;
  if (!broken_) fold(read_journal_key(row.key), row.value);
}

void ExecutionAudit::fold(JournalKey const& key, std::string_view row) {
  if (key.row != next_row_) return report_row(next_row_, "is missing");
  if (key.first_history_id != state_.last_history_id + 1 || key.first_payload != next_payload_)
    return report_row(key.row, "does not follow on the row before it");
  auto const parts = read_journal_row(row);
  if (!parts) return report_row(key.row, parts.error());
  std::vector<record::JournalEvent> events;
  arena_.reset();
  if (auto const read = record::decode(parts->events, arena_, events); !read)
    return report_row(key.row, read.error());
  next_payload_ = key.first_payload + static_cast<std::uint32_t>(parts->payloads.size());
  for (auto const& event : events) {
    if (!interpreter::can_apply(state_, event))
      return report_row(key.row, fmt::format("event {} does not follow on those before it",
                                             event.first_history_id));
    interpreter::apply(state_, event);
    check_payloads(event, next_payload_);
    ++report_.events;
  }
  ++next_row_;
  check_snapshot(key);
}

void ExecutionAudit::check_payloads(record::JournalEvent const& event, std::uint32_t next_payload) {
  auto const shown = interpreter::project(event);
  if (!shown) return;
  for (auto const& field : shown->details) {
    auto const* const id = std::get_if<record::PayloadId>(&field.value);
    if (id != nullptr && id->value() >= next_payload)
      report(fmt::format("event {}", shown->id),
             fmt::format("names payload {}, which no row made", id->value()), kRestore);
  }
}

// The snapshot is read first, and compared at the row that it was taken after.
void ExecutionAudit::check_snapshot(JournalKey const& key) {
  if (next_row_ == 1) {
    auto const row = get(Table::kSnapshot, place_key(place_));
    snapshot_ = row ? read_snapshot(*row) : std::nullopt;
    report_.snapshots += row ? 1 : 0;
    bool const is_ours = row && row->starts_with(static_cast<char>(interpreter::kStateVersion));
    if (is_ours && !snapshot_)
      report("snapshot", "is damaged", "It is not used; the next one replaces it.");
  }
  if (!snapshot_ || snapshot_->last.row != key.row) return;
  if (interpreter::encode_state(snapshot_->state) != interpreter::encode_state(state_) ||
      snapshot_->next_payload != next_payload_)
    report("snapshot", fmt::format("is not the state after journal row {}", key.row), kRestore);
  snapshot_.reset();
}

// ---- the other rows ----

void ExecutionAudit::finish(ArmedRows const& armed, RevisionAudit& revisions) {
  ++report_.executions;
  if (state_.status == interpreter::Status::kRunning) ++report_.running;
  if (broken_ || next_row_ == 0) return;
  if (partition_of(state_.execution_arn) != place_.partition)
    report("journal", fmt::format("lies on partition {}, not on its own", place_.partition),
           kRestore);
  if (snapshot_)
    report("snapshot", fmt::format("covers journal row {}, which is missing", snapshot_->last.row),
           kRestore);
  if (!revisions.is_sound(state_.revision))
    report("definition " + state_.revision, "is missing or is not what it was", kRestore);
  check_head();
  check_scopes();
  check_armed(armed);
}

void ExecutionAudit::check_head() {
  auto const row = get(Table::kHead, place_key(place_));
  if (!row) return report("head", "is missing", kRestore);
  auto const head = read_head(*row);
  if (!head) return report("head", "is damaged", kRestore);
  auto const& s = head->summary;
  if (s.status != status_of(state_.status))
    report("head",
           "shows another status than the journal: its last rows are missing, or the head's",
           kRestore);
  else if (s.id != place_.id || s.execution_arn != state_.execution_arn ||
           s.revision != state_.revision || s.version_arn != state_.version_arn ||
           s.alias_arn != state_.alias_arn || s.started_at != state_.started_at ||
           s.stopped_at.has_value() != state_.is_over() ||
           s.stopped_at.value_or(state_.ended_at) != state_.ended_at ||
           s.redrive_count != state_.redrive_count ||
           s.redriven_at.value_or(state_.redriven_at) != state_.redriven_at ||
           head->input_payload != state_.input.value() ||
           head->output_payload != state_.output.value())
    report("head", "does not show what the journal says", kRestore);
  check_names_and_lists(*head);
}

void ExecutionAudit::check_names_and_lists(Head const& head) {
  auto const row = get(Table::kName, head.summary.execution_arn);
  auto const named = row ? read_place(*row) : std::nullopt;
  // An execution of a machine that was made anew may have taken the name over.
  if (!named || (*named != place_ && !get(Table::kHead, place_key(*named))))
    report("name", "leads nowhere", kRestore);
  std::optional<ExecutionStatus> const statuses[] = {std::nullopt, head.summary.status};
  for (auto const& owner : list_owners(head))
    for (auto const& status : statuses)
      if (!get(Table::kList, list_key(owner, status, head.summary.started_at, place_.id)))
        report("list",
               fmt::format("it is missing from the executions {} {}",
                           status ? "by status of its" : "of its",
                           owner == head.summary.machine ? "machine" : "version or alias"),
               kRestore);
}

// Every scope waits for something.
void ExecutionAudit::check_scopes() {
  for (auto const& s : state_.scopes) {
    bool waits = false;
    switch (s.phase) {
      case Phase::kReady:
      case Phase::kRetry: waits = state_.yielded; break;
      case Phase::kWaiting:
      case Phase::kBackoff: waits = s.timer.has_value(); break;
      case Phase::kTask: waits = s.task.has_value(); break;
      case Phase::kChildren:
        waits = std::ranges::find(state_.scopes, s.id, &interpreter::Scope::parent) !=
                state_.scopes.end();
        break;
      case Phase::kEntered:
      case Phase::kEnded: break;
    }
    if (!waits)
      report(fmt::format("event {}", s.last_id), "is the last of a branch that waits for nothing",
             kStopIt);
  }
}

namespace {

// Calls `missing` and `extra` for what only one of two lists has.
template <typename T, typename Missing, typename Extra>
void compare(std::vector<T> wanted, std::vector<T> found, Missing&& missing, Extra&& extra) {
  std::ranges::sort(wanted);
  std::ranges::sort(found);
  std::vector<T> only;
  std::ranges::set_difference(wanted, found, std::back_inserter(only));
  for (auto const& row : only) missing(row);
  only.clear();
  std::ranges::set_difference(found, wanted, std::back_inserter(only));
  for (auto const& row : only) extra(row);
}

auto is_heartbeat(Timer const& t) -> bool { return t.kind == TimerKind::kHeartbeat; }

auto without_heartbeats(std::vector<Timer> timers) -> std::vector<Timer> {
  std::erase_if(timers, is_heartbeat);
  return timers;
}

}  // namespace

void ExecutionAudit::check_armed(ArmedRows const& armed) {
  auto const wanted = interpreter::pending(state_);
  auto const missing = [&](auto const& row) {
    report(text_of(row), "is waited for, and its row is missing", kStopIt);
  };
  auto const extra = [&](auto const& row) {
    report(text_of(row), "has a row, and nothing waits for it", kHarmless);
  };
  compare(without_heartbeats(wanted.timers), without_heartbeats(armed.rows.timers), missing, extra);
  compare(wanted.outbox, armed.rows.outbox, missing, extra);
  compare(wanted.tokens, armed.rows.tokens, missing, extra);
  check_heartbeats(armed, wanted.timers);
}

// A heartbeat moves its row without an event, and the row that it leaves goes when it is due: of an
// open task there is a row at the time that its token's row names, else at the first due or later.
void ExecutionAudit::check_heartbeats(ArmedRows const& armed, std::vector<Timer> const& wanted) {
  for (auto timer : wanted) {
    if (!is_heartbeat(timer)) continue;
    auto const moved =
        std::ranges::find(armed.moved, timer.history_id, [](auto const& m) { return m.first; });
    if (moved != armed.moved.end()) timer.due = moved->second;
    if (std::ranges::find(armed.rows.timers, timer) == armed.rows.timers.end())
      report(text_of(timer), "is waited for, and its row is missing", kStopIt);
  }
}

}  // namespace treadle::runtime
