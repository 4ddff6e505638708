// Partition: from events to rows and effects, and what happens once they are durable.

#include <algorithm>

#include "treadle/base/assert.h"
#include "treadle/interpreter/effects.h"
#include "treadle/record/codec.h"
#include "treadle/runtime/calls.h"
#include "treadle/runtime/partition.h"
#include "treadle/runtime/tokens.h"

namespace treadle::runtime {
namespace {

using interpreter::OutboxKind;
using record::EffectKind;
using store::Table;

// With all but error and cause.
auto head_of(LiveExecution const& live) -> Head {
  auto const& s = live.state;
  Head head;
  head.summary = {.id = live.place.id,
                  .machine = live.machine,
                  .execution_arn = s.execution_arn,
                  .name = s.name,
                  .state_machine_arn = s.state_machine_arn,
                  .revision = s.revision,
                  .role_arn = s.role_arn,
                  .trace_header = s.trace_header,
                  .status = status_of(s.status),
                  .started_at = s.started_at,
                  .stopped_at = {},
                  .redrive_count = s.redrive_count,
                  .redriven_at = {},
                  .history_events = s.last_history_id,
                  .version_arn = s.version_arn,
                  .alias_arn = s.alias_arn,
                  .revision_id = s.revision_id,
                  .revised_at = s.revised_at};
  if (s.is_over()) head.summary.stopped_at = s.ended_at;
  if (s.redrive_count > 0) head.summary.redriven_at = s.redriven_at;
  head.input_payload = s.input.value();
  head.output_payload = s.output.value();
  return head;
}

enum class Moment : std::uint8_t { kStart, kRedrive, kEnd };

void put_list_rows(store::Batch& batch, Head const& head, Place const& place, Moment moment) {
  auto const& s = head.summary;
  std::string const partition(1, static_cast<char>(place.partition));
  for (auto const& owner : list_owners(head)) {
    auto const key = [&](std::optional<ExecutionStatus> status) {
      return list_key(owner, status, s.started_at, place.id);
    };
    switch (moment) {
      case Moment::kStart: batch.put(Table::kList, key(std::nullopt), partition); break;
      case Moment::kRedrive:  // it stands under the one that it ended with
        for (auto const status :
             {ExecutionStatus::kFailed, ExecutionStatus::kTimedOut, ExecutionStatus::kAborted})
          batch.erase(Table::kList, key(status));
        break;
      case Moment::kEnd: batch.erase(Table::kList, key(ExecutionStatus::kRunning)); break;
    }
    batch.put(Table::kList, key(s.status), partition);
  }
}

// The rows that DescribeExecution and ListExecutions read. They change when an
// execution starts, is redriven, and ends: then the head that was put.
auto put_head(store::Batch& batch, LiveExecution const& live,
              std::span<record::JournalEvent const> events) -> std::optional<Head> {
  auto const& first = events.front().fact;
  bool const started = std::holds_alternative<record::ExecutionStarted>(first);
  bool const redriven = std::holds_alternative<record::ExecutionRedriven>(first);
  if (std::holds_alternative<record::JobStopped>(first)) return std::nullopt;
  if (!started && !redriven && !live.state.is_over()) return std::nullopt;
  auto head = head_of(live);
  auto const* const ended = std::get_if<record::ExecutionEnded>(&events.back().fact);
  if (ended != nullptr) {
    if (ended->error) head.error = std::string(*ended->error);
    if (ended->cause) head.cause = std::string(*ended->cause);
  }
  batch.put(Table::kHead, place_key(live.place), write_head(head));
  if (started) batch.put(Table::kName, head.summary.execution_arn, write_place(live.place));
  put_list_rows(batch, head, live.place,
                started    ? Moment::kStart
                : redriven ? Moment::kRedrive
                           : Moment::kEnd);
  return head;
}

// One that ends with the command that began or redrove it has run all the same.
auto status_changes(Head&& head, record::JournalEvent const& first, record::PayloadTable& payloads)
    -> std::vector<StatusChange> {
  std::vector<StatusChange> changes;
  StatusChange change{.summary = std::move(head.summary),
                      .input = std::string(payloads.text(record::PayloadId{head.input_payload})),
                      .output = {},
                      .error = std::move(head.error),
                      .cause = std::move(head.cause)};
  bool const began = std::holds_alternative<record::ExecutionStarted>(first.fact) ||
                     std::holds_alternative<record::ExecutionRedriven>(first.fact);
  if (began && change.summary.status != ExecutionStatus::kRunning) {
    auto& running = changes.emplace_back();
    running.summary = change.summary;
    running.summary.status = ExecutionStatus::kRunning;
    running.summary.stopped_at.reset();
    running.input = change.input;
  }
  if (change.summary.status == ExecutionStatus::kSucceeded)
    change.output = std::string(payloads.text(record::PayloadId{head.output_payload}));
  changes.push_back(std::move(change));
  return changes;
}

// What the call of the job returned (0: nothing yet), or nullopt where the execution does not want of
// the job what `row` says.
auto submission_of(interpreter::ExecutionState const& state, OutboxKey const& row)
    -> std::optional<record::PayloadId> {
  if (row.kind == OutboxKind::kStopJob) {
    auto const at =
        std::ranges::find(state.stopping, row.history_id, &interpreter::AbandonedJob::scheduled);
    return at == state.stopping.end() ? std::nullopt : std::optional(at->submission);
  }
  auto const* const scope = state.find_task(row.history_id);
  if (scope == nullptr || !scope->task->has_open_job()) return std::nullopt;
  return scope->task->submission;
}

}  // namespace

auto Partition::call_context(LiveExecution const& live) const -> CallContext {
  return {.secret = parts_.store.secret(),
          .place = live.place,
          .execution_arn = live.state.execution_arn,
          .trace_header = live.state.trace_header,
          .account = parts_.options.account,
          .redrive_count = live.state.redrive_count};
}

void Partition::commit(LiveExecution& live, record::PayloadTable& payloads,
                       record::Command const& command, std::move_only_function<void()> answer) {
  auto const& events = scratch_.events;
  auto after = std::make_unique<AfterCommit>();
  after->execution = live.place.id;
  after->answer = std::move(answer);
  store::Batch batch;
  JournalKey const key{events.front().first_history_id, payloads.first_new().value(),
                       live.next_row()};
  batch.put(Table::kJournal, journal_key(live.place, key), write_journal_row(events, payloads));
  auto head = put_head(batch, live, events);
  if (head && parts_.options.on_status_change)
    after->status_changes = status_changes(*std::move(head), events.front(), payloads);
  after->log = prepare_log(live, payloads);
  add_rows(live, command, batch, *after);
  describe_effects(live, payloads, *after);
  live.add_row(key, payloads);
  if (auto const snapshot = live.take_snapshot(parts_.options.snapshot_rows))
    batch.put(Table::kSnapshot, place_key(live.place), *snapshot);
  after->sequence = ++live.submitted;
  submit(std::move(batch), std::move(after));
}

auto Partition::prepare_log(LiveExecution& live, record::PayloadTable& payloads)
    -> std::move_only_function<void()> {
  auto* const sink = parts_.options.journal_sink;
  if (sink == nullptr) return {};
  if (!live.log) live.log = parts_.options.log_settings(live.machine, live.state);
  if (!sink->reads(*live.log)) return {};
  return sink->prepare({.state = live.state,
                        .settings = *live.log,
                        .events = scratch_.events,
                        .payloads = payloads});
}

void Partition::add_rows(LiveExecution& live, record::Command const& command, store::Batch& batch,
                         AfterCommit& after) {
  interpreter::RowChanges changes;
  for (auto const& event : scratch_.events) interpreter::index(event, changes);
  for (auto const& row : changes.timers) {
    auto const key = timer_key({live.place, row.timer});
    if (!row.put) {
      batch.erase(Table::kTimer, key);
      continue;
    }
    batch.put(Table::kTimer, key, "");
    if (!after.timer || row.timer.due < *after.timer) after.timer = row.timer.due;
  }
  for (auto const& row : changes.outbox) {
    auto const key = outbox_key({live.place, row.history_id, row.kind});
    if (row.put)
      batch.put(Table::kOutbox, key, "");
    else
      batch.erase(Table::kOutbox, key);
    if (!row.put && row.kind == OutboxKind::kActivity) after.withdrawals.push_back(row.history_id);
  }
  add_wait_rows(live, changes.tokens, command, batch, after);
}

void Partition::describe_effects(LiveExecution& live, record::PayloadTable& payloads,
                                 AfterCommit& after) {
  std::vector<record::Effect> wanted;
  for (auto const& event : scratch_.events) {
    wanted.clear();
    interpreter::effects(event, wanted);
    for (auto const& effect : wanted) {
      auto const* const scheduled = std::get_if<record::TaskScheduled>(&event.fact);
      switch (effect.kind) {
        case EffectKind::kInvokeTask:
          after.calls.push_back(make_call(*scheduled, effect.history_id,
                                          payloads.text(scheduled->parameters),
                                          call_context(live)));
          break;
        case EffectKind::kOfferActivity:
          after.offers.push_back(
              {.activity_arn = std::string(scheduled->resource),
               .place = live.place,
               .scheduled = effect.history_id,
               .token = make_task_token(parts_.store.secret(),
                                        {live.place, effect.history_id, live.state.redrive_count}),
               .input = std::string(payloads.text(scheduled->parameters))});
          break;
        case EffectKind::kCancelTask:
          after.cancels.push_back({live.place.id, effect.history_id});
          break;
        case EffectKind::kAwaitJob:
          after.jobs.push_back({live.place, effect.history_id, OutboxKind::kJob});
          break;
        case EffectKind::kCompensateJob: after.children.push_back(effect.history_id); break;
        case EffectKind::kStopJob:
          after.jobs.push_back({live.place, effect.history_id, OutboxKind::kStopJob});
          break;
        case EffectKind::kContinue: after.goes_on = true; break;
        case EffectKind::kTellEnded: after.ended = true; break;
      }
    }
  }
}

void Partition::submit(store::Batch batch, std::unique_ptr<AfterCommit> after) {
  parts_.store.submit(std::move(batch),
                      [this, after = std::move(after)](store::CommitOutcome outcome) mutable {
                        if (outcome != store::CommitOutcome::kCommitted)
                          return parts_.fail_stop("a commit failed");
                        loop_.post([this, after = std::move(after)] { committed(*after); });
                      });
}

void Partition::committed(AfterCommit& after) {
  if (after.timer) timers_.added(*after.timer);
  if (after.agenda) parts_.options.waits.on_agenda(*after.agenda);
  Place const place{index_, after.execution};
  if (after.log) after.log();
  for (auto& call : after.calls) invoke(std::move(call));
  for (auto const& id : after.cancels) parts_.connector.cancel(id);
  for (auto const& job : after.jobs) attend_job(job);
  for (auto const child : after.children) ask_child(place, child);
  for (auto const id : after.withdrawals) parts_.activities.withdraw(place, id);
  for (auto& offer : after.offers) parts_.activities.offer(std::move(offer));
  if (after.answer) after.answer();
  if (auto const at = live_.find(after.execution); after.sequence != 0 && at != live_.end()) {
    auto& live = *at->second;
    live.committed(after.sequence);
    // An answer may bring the next command, and with it the end of `live`.
    std::vector<std::move_only_function<void()>> answers;
    for (; !live.held.empty() && live.held.front().first <= live.durable; live.held.pop_front())
      answers.push_back(std::move(live.held.front().second));
    for (auto& answer : answers) answer();
  }
  for (auto& change : after.status_changes) parts_.options.on_status_change(std::move(change));
  if (after.ended) wake_waiters(after.execution);
  if (after.goes_on)
    loop_.post([this, place] { execute(place, record::Continue{}, [](record::Reply) {}); });
}

void Partition::invoke(integrations::TaskCall call) {
  if (!parts_.calls.begin()) return;  // its outbox row stays for the next start
  Place const place{index_, call.id.execution};
  auto const scheduled = call.id.history_id;
  parts_.connector.invoke(
      std::move(call), [this, place, scheduled](integrations::CallResult result) {
        loop_.post([this, place, scheduled, result = std::move(result)] {
          execute(place, returned_command(scheduled, result), [](record::Reply) {});
          parts_.calls.end();
        });
      });
}

void Partition::attend_job(OutboxKey const& row) {
  auto* const live = find(row.place);
  if (live == nullptr) return;
  if (live->is_away) return live->waiting.emplace_back([this, row] { attend_job(row); }), void();
  bool const stops = row.kind == OutboxKind::kStopJob;
  auto const submission = submission_of(live->state, row);
  if (!submission) return;
  auto call = job_call(*live, row.history_id, *submission);
  if (!call) return;
  evict_idle();
  auto done = [this, row, stops](integrations::CallResult result) {
    loop_.post([this, row, stops, result = std::move(result)] {
      execute(row.place,
              stops ? record::Command(record::JobWasStopped{row.history_id})
                    : job_ended_command(row.history_id, result),
              [](record::Reply) {});
    });
  };
  if (stops)
    parts_.connector.stop_job(*std::move(call), std::move(done));
  else
    parts_.connector.await_job(*std::move(call), std::move(done));
}

auto Partition::job_call(LiveExecution& live, record::HistoryId scheduled,
                         record::PayloadId submission) -> std::optional<integrations::TaskCall> {
  scratch_.arena.reset();
  auto const event = live.find_event(parts_.store, scheduled, scratch_.arena);
  if (!event) {
    parts_.fail_stop(event.error());
    return std::nullopt;
  }
  auto payloads = live.payload_table(scratch_.arena, parts_.store);
  auto const& task = std::get<record::TaskScheduled>(event->fact);
  auto call = make_call(task, scheduled, payloads.text(task.parameters), call_context(live));
  if (submission != record::PayloadId{}) call.submission = payloads.text(submission);
  return call;
}

// ---- after a restart ----

void Partition::recover() {
  constexpr std::size_t kRowsAtOnce = 1'000;
  std::string from(1, static_cast<char>(index_));
  // Partition 255 has no successor of one byte.
  std::string const next(1, static_cast<char>(index_ + 1));
  std::optional<std::string_view> to;
  if (index_ != limits::kPartitions - 1) to = next;
  for (;;) {
    auto const rows =
        parts_.store.scan(Table::kOutbox, {.from = from, .to = to, .limit = kRowsAtOnce});
    if (!rows) return parts_.fail_stop(rows.error().message);
    for (auto const& row : *rows) redeliver(read_outbox_key(row.key));
    if (rows->size() < kRowsAtOnce) break;
    from = rows->back().key + '\0';
  }
  timers_.start();
}

void Partition::redeliver(OutboxKey const& row) {
  auto after = std::make_unique<AfterCommit>();
  if (row.kind == OutboxKind::kStopJob) return attend_job(row);
  if (row.kind == OutboxKind::kJob) {
    attend_job(row);
    return ask_child(row.place, row.history_id);  // if it was to be asked
  }
  if (row.kind == OutboxKind::kContinue) {
    after->execution = row.place.id;
    after->goes_on = true;
    return committed(*after);
  }
  auto* const live = find(row.place);
  if (live == nullptr) return;
  if (live->is_away) return live->waiting.emplace_back([this, row] { redeliver(row); }), void();
  scratch_.arena.reset();
  scratch_.events.clear();
  auto const found = live->find_event(parts_.store, row.history_id, scratch_.arena);
  if (!found) return parts_.fail_stop(found.error());
  scratch_.events.push_back(*found);
  auto payloads = live->payload_table(scratch_.arena, parts_.store);
  describe_effects(*live, payloads, *after);
  after->execution = row.place.id;
  committed(*after);
  evict_idle();
}

}  // namespace treadle::runtime
