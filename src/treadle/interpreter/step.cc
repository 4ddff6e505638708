#include "treadle/interpreter/step.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "treadle/base/assert.h"
#include "treadle/base/error_names.h"

namespace treadle::interpreter {
using namespace record;

Step::Step(ExecutionState& state, asl::Definition const& definition, World& world,
           PayloadTable& payloads, std::vector<JournalEvent>& events)
    : state_(state),
      definition_(definition),
      world_(world),
      payloads_(payloads),
      events_(events),
      events_before_(events.size()),
      now_(std::max(world.now, state.last_event_at)) {}

auto Step::is_room_for(std::uint8_t history_count, bool follows_end, bool ends) -> bool {
  if (is_over() && !follows_end) return false;
  if (history_count == 0 || next_history_id() < world_.history_events_max || ends) return true;
  full_ = true;
  return false;
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
    auto const scope = ready_.take();
    if (state_.find(scope) != nullptr) advance(scope);
    is_turn_over = world_.turn != nullptr && world_.turn->is_over();
  }
  if (full_) end_for_full_history();
}

void Step::advance(ScopeId id) {
  if (is_turned_back(*this, id)) return;
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
