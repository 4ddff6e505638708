#include "treadle/runtime/partition.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "treadle/base/assert.h"
#include "treadle/runtime/kept_command.h"
#include "treadle/runtime/redrive.h"
#include "treadle/runtime/start_command.h"

namespace treadle::runtime {

using record::Reply;

Partition::Partition(PartitionIndex index, net::EventLoop& loop, LoopScratch& scratch,
                     EngineParts& parts, Random& random)
    : index_(index),
      loop_(loop),
      scratch_(scratch),
      parts_(parts),
      random_(random),
      timers_(index, loop, parts.store, parts.clock,
              [this](TimerKey const& key) { timer_due(key); }) {}

// ---- executions in hand ----

auto Partition::find(Place const& place) -> LiveExecution* {
  if (auto const at = live_.find(place.id); at != live_.end()) {
    touch(place.id);
    return at->second.get();
  }
  scratch_.arena.reset();
  auto loaded = LiveExecution::load(parts_.store, parts_.definitions, place, scratch_.arena);
  if (!loaded) {
    parts_.fail_stop(loaded.error());
    return nullptr;
  }
  if (!*loaded) return nullptr;
  auto* const live = loaded->get();
  live_by_arn_.insert_or_assign(live->state.execution_arn, place.id);
  live_.emplace(place.id, std::move(*loaded));
  touch(place.id);
  return live;
}

void Partition::touch(EntityId id) {
  if (auto const at = use_.find(id); at != use_.end())
    by_use_.splice(by_use_.end(), by_use_, at->second);
  else
    use_.emplace(id, by_use_.insert(by_use_.end(), id));
}

void Partition::evict_idle() {
  for (auto at = by_use_.begin();
       at != by_use_.end() && live_.size() > parts_.options.live_per_partition_max;) {
    auto const id = *at;
    auto const& live = *live_.at(id);
    ++at;
    if (!live.is_idle()) continue;
    // A namesake of a machine that was made anew may have the ARN by now.
    if (auto const named = live_by_arn_.find(live.state.execution_arn);
        named != live_by_arn_.end() && named->second == id)
      live_by_arn_.erase(named);
    by_use_.erase(use_.at(id));
    use_.erase(id);
    live_.erase(id);
  }
}

// ---- commands ----

void Partition::execute(Place const& place, record::Command const& command, OnReply done) {
  auto* const live = find(place);
  if (live == nullptr) return done(Reply::kNotRunning);
  if (live->is_away) {
    live->waiting.emplace_back(
        [this, place, kept = std::make_unique<KeptCommand>(command),
         done = std::move(done)]() mutable { execute(place, kept->command(), std::move(done)); });
    return;
  }
  decide(*live, command, [done = std::move(done)](LiveExecution const&, Reply reply) mutable {
    return [done = std::move(done), reply]() mutable { done(reply); };
  });
}

auto Partition::overload() const -> std::optional<Refusal> {
  if (parts_.store.pressure() > parts_.options.pressure_max)
    return Refusal{"ThrottlingException", "Rate exceeded"};
  if (parts_.store.space().state != store::SpaceState::kPlenty)
    return Refusal{"ServiceUnavailable", "The disk of the data directory is nearly full."};
  return std::nullopt;
}

void Partition::start(StartRequest const& request, OnAnswer<Started> done) {
  if (repeated_start(request, done)) return;
  if (auto const refusal = overload()) return done(std::unexpected(*refusal));

  Place const place{index_, random_.next_entity_id()};
  auto owned =
      std::make_unique<LiveExecution>(place, request.machine.id, request.machine.definition);
  auto& live = *owned;
  live.log = request.log;
  live_.emplace(place.id, std::move(owned));
  live_by_arn_.insert_or_assign(request.execution_arn, place.id);
  touch(place.id);

  decide(live, start_command(request),
         [done = std::move(done)](LiveExecution const& decided, Reply) mutable {
           return [done = std::move(done), started = Started{decided.state.execution_arn,
                                                             decided.state.started_at}]() mutable {
             done(std::move(started));
           };
         });
}

// Whether the machine has an execution of that name; then `done` was used. A start that repeats a
// running one answers as it did. Executions of a namesake that was deleted don't count.
auto Partition::repeated_start(StartRequest const& request, OnAnswer<Started>& done) -> bool {
  if (auto const at = live_by_arn_.find(request.execution_arn); at != live_by_arn_.end()) {
    auto& live = *live_.at(at->second);
    if (live.machine != request.machine.id) return false;
    answer_repeated(request, live, std::move(done));
    return true;
  }
  if (!request.named_by_caller) return false;
  auto const row = parts_.store.get(store::Table::kName, request.execution_arn);
  if (!row) {
    parts_.fail_stop(row.error().message);
    return true;
  }
  auto const place = *row ? read_place(**row) : std::nullopt;
  auto* const live = place ? find(*place) : nullptr;
  if (live == nullptr || live->machine != request.machine.id) return false;
  answer_repeated(request, *live, std::move(done));
  return true;
}

void Partition::answer_repeated(StartRequest const& request, LiveExecution& live,
                                OnAnswer<Started> done) {
  if (live.is_away) {
    live.waiting.emplace_back(
        [this, request, done = std::move(done)]() mutable { start(request, std::move(done)); });
    return;
  }
  scratch_.arena.reset();
  auto payloads = live.payload_table(scratch_.arena, parts_.store);
  bool const same = !live.state.is_over() && payloads.text(live.state.input) == request.input;
  Answer<Started> answer = Started{live.state.execution_arn, live.state.started_at};
  if (!same)
    answer = std::unexpected(
        Refusal{"ExecutionAlreadyExists",
                fmt::format("Execution Already Exists: '{}'", request.execution_arn)});
  answer_when_durable(live, [done = std::move(done), answer = std::move(answer)]() mutable {
    done(std::move(answer));
  });
}

void Partition::redrive(Place const& place, record::RedriveExecution const& command,
                        OnAnswer<Redriven> done) {
  auto* const live = find(place);
  if (live == nullptr)
    return done(std::unexpected(Refusal{"InternalFailure", "the execution can't be read"}));
  if (live->is_away) {
    live->waiting.emplace_back(
        [this, place, token = std::string(command.client_token),
         caller = std::string(command.caller),
         done = std::move(done)]() mutable { redrive(place, {token, caller}, std::move(done)); });
    return;
  }
  auto const& state = live->state;
  auto const now = parts_.clock.now();
  auto answer = [&](Answer<Redriven> what) {
    answer_when_durable(*live, [done = std::move(done), what = std::move(what)]() mutable {
      done(std::move(what));
    });
  };
  if (auto const before = redriven_under(state, command.client_token, now))
    return answer(Redriven{*before});
  if (auto obstacle =
          redrive_obstacle(status_of(state.status), state.started_at, state.ended_at,
                           state.last_history_id, parts_.options.history_events_max, now))
    return answer(std::unexpected(Refusal{"ExecutionNotRedrivable", *std::move(obstacle)}));
  if (auto refusal = overload()) return answer(std::unexpected(*std::move(refusal)));
  decide(*live, command,
         [done = std::move(done)](LiveExecution const& decided, Reply reply) mutable {
           TREADLE_ASSERT(reply == Reply::kDone);  // nothing was in its way
           return [done = std::move(done), at = decided.state.redriven_at]() mutable {
             done(Redriven{at});
           };
         });
}

void Partition::answer_when_durable(LiveExecution& live, std::move_only_function<void()> answer) {
  if (live.submitted == live.durable) return answer();
  live.held.emplace_back(live.submitted, std::move(answer));
}

// A heartbeat moves its timer without an event: a new row, and its time beside the token. The row
// that was there before finds that time when it fires, and gives way.
void Partition::move_heartbeat(LiveExecution& live, record::HistoryId scheduled,
                               std::move_only_function<void()> answer) {
  auto const* const scope = live.state.find_task(scheduled);
  if (!scope->task->heartbeat) return answer_when_durable(live, std::move(answer));
  auto const seconds =
      static_cast<double>(scope->task->heartbeat_seconds) * parts_.options.time_scale;
  record::Timer timer = *scope->task->heartbeat;
  timer.due = parts_.clock.now() + Milliseconds{static_cast<std::int64_t>(seconds * 1000.0)};
  store::Batch batch;
  batch.put(store::Table::kTimer, timer_key({live.place, timer}), "");
  auto wait = find_wait(live, scheduled).value_or(WaitRow{});
  wait.heartbeat_due = timer.due;
  batch.put(store::Table::kApproval, approval_key(live.place, scheduled), write_wait(wait));
  auto after = std::make_unique<AfterCommit>();
  after->execution = live.place.id;
  after->sequence = ++live.submitted;
  live.fresh_waits.push_back({live.submitted, scheduled, std::move(wait)});
  after->timer = timer.due;
  after->answer = std::move(answer);
  submit(std::move(batch), std::move(after));
}

// ---- time ----

void Partition::timer_due(TimerKey const& key) {
  if (key.timer.kind == record::TimerKind::kHeartbeat) {
    auto const row =
        parts_.store.get(store::Table::kApproval, approval_key(key.place, key.timer.history_id));
    auto const wait = row && *row ? read_wait(**row) : std::nullopt;
    if (wait && wait->heartbeat_due > key.timer.due) {
      store::Batch batch;
      batch.erase(store::Table::kTimer, timer_key(key));
      return submit(std::move(batch), std::make_unique<AfterCommit>());
    }
  }
  execute(key.place, record::TimerDue{key.timer}, [this, key](Reply reply) {
    // The fact that came of it erased the row, unless that is a heartbeat's that had moved.
    if (reply == Reply::kDone && key.timer.kind != record::TimerKind::kHeartbeat) return;
    store::Batch batch;  // or left over from a task that has ended
    batch.erase(store::Table::kTimer, timer_key(key));
    submit(std::move(batch), std::make_unique<AfterCommit>());
  });
}

void Partition::wait_for_end(Place const& place, Milliseconds wait,
                             std::move_only_function<void(bool)> done) {
  auto const row = parts_.store.get(store::Table::kHead, place_key(place));
  auto const head = row && *row ? read_head(**row) : std::nullopt;
  if (head && head->summary.status != ExecutionStatus::kRunning) return done(true);
  if (!keeps_waiters_) return done(false);
  auto& list = waiters_[place.id];
  auto& waiter = list.emplace_back();
  waiter.number = ++last_waiter_;
  waiter.done = std::move(done);
  waiter.timer = loop_.run_after(wait, [this, id = place.id, number = waiter.number] {
    auto const at = waiters_.find(id);
    if (at == waiters_.end()) return;
    auto const found = std::ranges::find(at->second, number, &Waiter::number);
    if (found == at->second.end()) return;
    auto ended = std::move(found->done);
    found->timer.detach();
    at->second.erase(found);
    if (at->second.empty()) waiters_.erase(at);
    ended(false);
  });
}

void Partition::release_waiters() {
  keeps_waiters_ = false;
  auto waiters = std::exchange(waiters_, {});
  for (auto& [id, list] : waiters)
    for (auto& waiter : list) waiter.done(false);
}

void Partition::wake_waiters(EntityId id) {
  auto node = waiters_.extract(id);
  if (!node) return;
  for (auto& waiter : node.mapped()) waiter.done(true);
}

}  // namespace treadle::runtime
