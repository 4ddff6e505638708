#include "treadle/interpreter/step.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "treadle/base/assert.h"
#include "treadle/base/error_names.h"
#include "treadle/interpreter/apply.h"

namespace treadle::interpreter {
namespace {

using namespace record;

// How many history events a fact projects to.
auto history_count(Fact const& fact) -> std::uint8_t {
  if (auto const* aborted = std::get_if<ScopeAborted>(&fact)) return aborted->type ? 1 : 0;
  bool const silent =
      std::holds_alternative<WaitStarted>(fact) || std::holds_alternative<TimerFired>(fact) ||
      std::holds_alternative<RetryScheduled>(fact) || std::holds_alternative<ErrorCaught>(fact) ||
      std::holds_alternative<BranchSucceeded>(fact) || std::holds_alternative<BranchFailed>(fact) ||
      std::holds_alternative<Yielded>(fact) || std::holds_alternative<Resumed>(fact) ||
      std::holds_alternative<JobStopped>(fact);
  return silent ? 0 : 1;
}

// What may happen to an execution that has ended.
auto follows_end(Fact const& fact) -> bool {
  return std::holds_alternative<ExecutionRedriven>(fact) ||
         std::holds_alternative<JobStopped>(fact);
}

auto ends_execution(Fact const& fact) -> bool {
  return std::holds_alternative<ExecutionSucceeded>(fact) ||
         std::holds_alternative<ExecutionEnded>(fact);
}

}  // namespace

Step::Step(ExecutionState& state, asl::Definition const& definition, World& world,
           PayloadTable& payloads, std::vector<JournalEvent>& events)
    : state_(state),
      definition_(definition),
      world_(world),
      payloads_(payloads),
      events_(events),
      events_before_(events.size()),
      now_(std::max(world.now, state.last_event_at)) {}

void Step::emit(Fact fact, HistoryId previous) {
  if (is_over() && !follows_end(fact)) return;
  auto const count = history_count(fact);
  if (count != 0 && next_history_id() >= world_.history_events_max && !ends_execution(fact)) {
    full_ = true;
    return;
  }
  auto const& event = events_.emplace_back(JournalEvent{.first_history_id = next_history_id(),
                                                        .previous_history_id = previous,
                                                        .history_count = count,
                                                        .timestamp = now_,
                                                        .fact = fact});
  apply(state_, event);
}

// Source: recorded: event 25,000 is the ExecutionFailed itself.
void Step::end_for_full_history() {
  full_ = false;
  auto const cause = fmt::format("The execution reached the maximum number of history events ({}).",
                                 world_.history_events_max);
  for (auto const& s : state_.scopes)
    if (s.parent == ScopeId{}) {
      end_execution(*this, Ending::kFailed, errors::kRuntime, keep(cause), state_.last_history_id);
      return;
    }
}

void Step::run() {
  bool is_turn_over = false;
  while (!ready_.empty() && !is_over()) {
    if (events_.size() - events_before_ >= limits::kTransitionsInOneGo || is_turn_over) {
      emit(Yielded{}, 0);
      return;
    }
    auto const scope = ready_.front();
    ready_.pop_front();
    if (state_.find(scope) != nullptr) advance(scope);
    is_turn_over = world_.turn != nullptr && world_.turn->is_over();
  }
  if (full_) end_for_full_history();
}

void Step::advance(ScopeId id) {
  auto const& s = scope(id);
  auto const& definition = definition_.state(s.state);
  if (s.phase == Phase::kReady)
    emit_in(id, StateEntered{.scope = id,
                             .state = s.state,
                             .type = definition.type,
                             .name = definition.name,
                             .input = s.input});
  else if (s.phase != Phase::kRetry)
    return;
  if (!is_over()) enter_state(*this, id);
}

void enter_state(Step& step, ScopeId scope) {
  using enum asl::StateType;
  switch (step.state_of(scope).type) {
    case kPass: return enter_pass(step, scope);
    case kChoice: return enter_choice(step, scope);
    case kWait: return enter_wait(step, scope);
    case kSucceed: return enter_succeed(step, scope);
    case kFail: return enter_fail(step, scope);
    case kTask: return enter_task(step, scope);
    case kParallel: return enter_parallel(step, scope);
    case kMap: return enter_map(step, scope);
  }
}

auto Step::due_in(double seconds) const -> Timestamp {
  return now_ +
         Milliseconds{static_cast<std::int64_t>(std::ceil(seconds * 1000.0 * world_.time_scale))};
}

auto Step::payload_of(json::Value value, PayloadId same) -> PayloadId {
  if (same != PayloadId{} && payloads_.value(same).is_same_as(value)) return same;
  return payloads_.add(value);
}

}  // namespace treadle::interpreter
