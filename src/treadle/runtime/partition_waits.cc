// Partition: the rows of waits for tokens, as they begin and end.

#include <algorithm>
#include <utility>

#include "treadle/asl/model.h"
#include "treadle/base/error_names.h"
#include "treadle/runtime/partition.h"

namespace treadle::runtime {
namespace {

using record::HistoryId;
using store::Table;

// The answer of the token that ends this wait, if the command is that.
template <typename Answer>
auto answer_to(record::Command const& command, HistoryId scheduled) -> Answer const* {
  auto const* const answer = std::get_if<Answer>(&command);
  return answer != nullptr && answer->scheduled == scheduled ? answer : nullptr;
}

auto receipt_of(record::Command const& command, HistoryId scheduled) -> std::string {
  if (auto const* ok = answer_to<record::TokenSucceeded>(command, scheduled))
    return std::string(ok->receipt);
  if (auto const* failed = answer_to<record::TokenFailed>(command, scheduled))
    return std::string(failed->receipt);
  return {};
}

auto how_failed(record::TaskFailed const& event, record::Command const& command) -> WaitEnd {
  using record::TaskFailure;
  if (event.error == errors::kCompensate && event.how == TaskFailure::kTimedOut)
    return WaitEnd::kAborted;
  if (event.how == TaskFailure::kTimedOut || event.how == TaskFailure::kHeartbeatTimedOut)
    return WaitEnd::kTimedOut;
  auto const id = event.task.scheduled;
  bool const by_token = answer_to<record::TokenFailed>(command, id) != nullptr ||
                        answer_to<record::TokenSucceeded>(command, id) != nullptr;
  return by_token ? WaitEnd::kFailed : WaitEnd::kCallFailed;
}

// How the wait ended, by the event that says so.
auto how_ended(std::span<record::JournalEvent const> events, HistoryId scheduled,
               record::Command const& command) -> WaitEnd {
  for (auto const& event : events) {
    if (auto const* ok = std::get_if<record::TaskSucceeded>(&event.fact);
        ok != nullptr && ok->disarm.task == scheduled)
      return WaitEnd::kSucceeded;
    if (auto const* failed = std::get_if<record::TaskFailed>(&event.fact);
        failed != nullptr && failed->disarm.task == scheduled)
      return how_failed(*failed, command);
  }
  return WaitEnd::kAborted;
}

auto state_name(LiveExecution const& live, HistoryId scheduled) -> std::string {
  auto const* const scope = live.state.find_task(scheduled);
  return scope == nullptr ? std::string() : live.definition->state(scope->state).name;
}

}  // namespace

void Partition::add_wait_rows(LiveExecution& live, std::span<interpreter::TokenRow const> changes,
                              record::Command const& command, store::Batch& batch,
                              AfterCommit& after) {
  auto const is_put = [&](HistoryId id, bool put) {
    return std::ranges::any_of(
        changes, [&](auto const& row) { return row.scheduled == id && row.put == put; });
  };
  for (auto const& event : scratch_.events)
    // One that ends with the command that began it was never there.
    if (is_put(event.first_history_id, true) && !is_put(event.first_history_id, false) &&
        std::holds_alternative<record::TaskScheduled>(event.fact))
      begin_wait(live, event, batch, after);
  for (auto const& row : changes)
    if (!row.put && !is_put(row.scheduled, true))
      end_wait(live, row.scheduled, command, batch, after);
  if (parts_.options.waits.on_agenda) note_operation(live, command, batch, after);
}

void Partition::begin_wait(LiveExecution& live, record::JournalEvent const& event,
                           store::Batch& batch, AfterCommit& after) {
  auto const& scheduled = std::get<record::TaskScheduled>(event.fact);
  ApprovalKey const task{live.place, event.first_history_id};
  auto const& hooks = parts_.options.waits;
  WaitRow row;
  if (scheduled.kind != asl::ResourceKind::kActivity) {
    row.opened = event.timestamp;
    row.state_name = state_name(live, task.scheduled);
    row.is_attended = hooks.on_agenda && hooks.attends &&
                      hooks.attends({.state_machine_arn = live.state.state_machine_arn,
                                     .state_name = row.state_name,
                                     .resource_type = scheduled.resource_type,
                                     .resource = scheduled.resource});
    batch.put(Table::kWaitList, wait_list_key({WaitList::kOpen, row.opened, task}),
              machine_tag(live.state.state_machine_arn));
  }
  if (row.is_attended) {
    batch.put(Table::kAgenda, agenda_key({row.opened, task, AgendaKind::kWaitBegan, 0}), "");
    after.agenda = row.opened;
  }
  batch.put(Table::kApproval, approval_key(task.place, task.scheduled), write_wait(row));
  live.fresh_waits.push_back({live.submitted + 1, task.scheduled, std::move(row)});
}

void Partition::end_wait(LiveExecution& live, HistoryId scheduled, record::Command const& command,
                         store::Batch& batch, AfterCommit& after) {
  ApprovalKey const task{live.place, scheduled};
  auto const key = approval_key(task.place, task.scheduled);
  auto const wait = find_wait(live, scheduled);
  batch.erase(Table::kApproval, key);
  if (!wait || !wait->is_listed()) return;
  ReceiptRow row{.how = how_ended(scratch_.events, scheduled, command),
                 .opened = wait->opened,
                 .ended = scratch_.events.front().timestamp,
                 .state_name = wait->state_name,
                 .receipt = receipt_of(command, scheduled)};
  batch.erase(Table::kWaitList, wait_list_key({WaitList::kOpen, wait->opened, task}));
  batch.put(Table::kWaitList, wait_list_key({WaitList::kEnded, row.ended, task}),
            machine_tag(live.state.state_machine_arn));
  batch.put(Table::kReceipt, key, write_receipt(row));
  bool const is_of_interest = wait->is_attended || !row.receipt.empty();
  if (!is_of_interest || !parts_.options.waits.on_agenda) return;
  batch.put(Table::kAgenda, agenda_key({row.ended, task, AgendaKind::kWaitEnded, 0}), "");
  after.agenda = row.ended;
}

void Partition::note_operation(LiveExecution& live, record::Command const& command,
                               store::Batch& batch, AfterCommit& after) {
  auto const* const stop = std::get_if<record::StopExecution>(&command);
  auto const* const redrive = std::get_if<record::RedriveExecution>(&command);
  auto const* const compensate = std::get_if<record::CompensateExecution>(&command);
  auto kind = AgendaKind::kStopped;
  OperationRow row;
  if (stop != nullptr) {
    row.caller = stop->caller;
    row.error = stop->error.value_or("");
    row.cause = stop->cause.value_or("");
  } else if (compensate != nullptr) {
    kind = AgendaKind::kCompensated;
    row.caller = compensate->caller;
    row.cause = compensate->cause;
  } else if (redrive != nullptr) {
    kind = AgendaKind::kRedriven;
    row.caller = redrive->caller;
  } else {
    return;
  }
  auto const& event = scratch_.events.front();
  batch.put(Table::kAgenda,
            agenda_key({event.timestamp, {live.place, event.first_history_id}, kind, 0}),
            write_operation(row));
  after.agenda = event.timestamp;
}

auto Partition::find_wait(LiveExecution const& live, HistoryId scheduled)
    -> std::optional<WaitRow> {
  for (auto at = live.fresh_waits.rbegin(); at != live.fresh_waits.rend(); ++at)
    if (at->scheduled == scheduled) return at->row;
  auto const row = parts_.store.get(Table::kApproval, approval_key(live.place, scheduled));
  if (!row) {
    parts_.fail_stop(row.error().message);
    return std::nullopt;
  }
  return *row ? read_wait(**row) : std::nullopt;
}

}  // namespace treadle::runtime
