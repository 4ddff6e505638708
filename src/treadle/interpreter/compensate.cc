#include "treadle/interpreter/compensate.h"

#include <fmt/format.h>

#include "treadle/base/error_names.h"
#include "treadle/interpreter/step.h"

namespace treadle::interpreter {
namespace {

using namespace record;
using asl::Definition;
using asl::StateIndex;
using asl::WayBack;

// Of a task that was never called a failure is definite; one that was may have run.
enum class Attempt : std::uint8_t { kNone, kMade };

auto failure_of(Compensation const& asked, Attempt attempt) -> Failure {
  return {.error = std::string(errors::kCompensate),
          .cause = asked.cause,
          .cut_off = attempt == Attempt::kMade};
}

// Whether the first Catcher that takes the failure leads to the way back.
auto leads_back(Definition const& definition, WayBack const& way, StateIndex at, Attempt attempt)
    -> bool {
  auto const failure = failure_of({}, attempt);
  for (auto const& catcher : definition.state(at).catchers)
    if (matches(catcher.error_equals, failure)) return way.is_back[catcher.next.value()];
  return false;
}

// What an execution whose top level is in this state can leave it by, now or before anything of it is done.
auto can_be_cut_off(Definition const& definition, WayBack const& way, StateIndex at) -> bool {
  return !way.is_back[at.value()] && !way.not_undone[at.value()] &&
         leads_back(definition, way, at, Attempt::kMade);
}
auto can_be_turned(Definition const& definition, WayBack const& way, StateIndex at) -> bool {
  return !way.is_back[at.value()] && (leads_back(definition, way, at, Attempt::kNone) ||
                                      leads_back(definition, way, at, Attempt::kMade));
}

auto has_no_catch(asl::StateType type) -> bool {
  using enum asl::StateType;
  return type != kTask && type != kParallel && type != kMap;
}

void add_ways_on(asl::State const& from, std::vector<StateIndex>& out) {
  if (from.next) out.push_back(*from.next);
  auto const* const choice = std::get_if<asl::Choice>(&from.details);
  if (choice == nullptr) return;
  for (auto const& rule : choice->rules) out.push_back(rule.next);
  if (choice->fallback) out.push_back(*choice->fallback);
}

// Whether some state behind `at` can be turned, on a way that no Catch takes.
auto is_turned_later(Definition const& definition, WayBack const& way, StateIndex at) -> bool {
  std::vector<bool> seen(definition.states.size());
  std::vector<StateIndex> open;
  add_ways_on(definition.state(at), open);
  while (!open.empty()) {
    auto const now = open.back();
    open.pop_back();
    if (can_be_turned(definition, way, now)) return true;
    if (!seen[now.value()]) add_ways_on(definition.state(now), open);
    seen[now.value()] = true;
  }
  return false;
}

// Whether the top level is in a state that was not begun.
auto is_before(Scope const& root) -> bool { return root.phase == Phase::kReady; }

auto is_kept(Step& step) -> bool {
  return step.state().compensation.stage == CompensationStage::kRequested && !step.is_over() &&
         step.world().way_back != nullptr;
}

auto top_can_be_cut_off(Step& step) -> bool {
  return can_be_cut_off(step.definition(), *step.world().way_back, step.scope(kRootScope).state);
}

// Whether the scope's task waits, or will wait, for an execution that it started.
auto waits_for_child(Step& step, Scope const& scope) -> bool {
  if (!scope.task || !scope.task->is_job()) return false;
  auto const& resource = std::get<asl::Task>(step.definition().state(scope.state).details).resource;
  return resource.service == "states" && !resource.is_aws_sdk;
}

auto has_children(Step& step) -> bool {
  for (auto const& s : step.state().scopes)
    if (waits_for_child(step, s)) return true;
  return false;
}

void begin(Step& step, Attempt attempt) {
  auto failure = failure_of(step.state().compensation, attempt);
  step.emit(CompensationBegan{}, 0);
  if (!step.is_over()) fail_for_good(step, kRootScope, std::move(failure));
}

// The top level waits in a state whose Catch leads back.
void cut_off(Step& step) {
  auto const& root = step.scope(kRootScope);
  if (root.phase == Phase::kTask)
    cut_task_off(step, kRootScope, failure_of(step.state().compensation, Attempt::kMade));
  else if (root.phase == Phase::kBackoff)
    step.emit(TimerFired{.scope = kRootScope, .timer = *root.timer}, 0);
  else
    abort_children(step, kRootScope, InHistory::kShown);
  if (!step.is_over()) begin(step, Attempt::kMade);
}

void keep_request(Step& step, std::string_view cause) {
  step.emit(CompensationRequested{step.keep(cause)}, 0);
  ask_children(step);
}

}  // namespace

auto is_compensating(ExecutionState const& state, WayBack const& way) -> bool {
  return state.compensation.stage != CompensationStage::kNone ||
         way.is_back[state.scope(kRootScope).state.value()];
}

auto compensation_obstacle(ExecutionState const& state, Definition const& definition,
                           WayBack const& way) -> std::optional<std::string> {
  auto const& root = state.scope(kRootScope);
  auto const& at = definition.state(root.state);
  if (has_no_catch(at.type) || is_before(root)) {
    if (is_before(root) && can_be_turned(definition, way, root.state)) return std::nullopt;
    if (is_turned_later(definition, way, root.state)) return std::nullopt;
    return fmt::format(
        "it is in the state '{}', and no state from there on has a Catch that leads to a "
        "compensation: the saga goes forward",
        at.name);
  }
  if (auto const& task = way.not_undone[root.state.value()])
    return fmt::format(
        "it is in the state '{}', and nothing undoes what '{}' may have done: the saga goes "
        "forward",
        at.name, definition.state(*task).name);
  if (leads_back(definition, way, root.state, Attempt::kMade)) return std::nullopt;
  return fmt::format(
      "it is in the state '{}', which has no Catch that takes States.Timeout to a compensation",
      at.name);
}

auto request_compensation(Step& step, std::string_view cause) -> Reply {
  auto const& state = step.state();
  auto const* const way = step.world().way_back;
  if (state.status != Status::kRunning) return Reply::kNotRunning;
  if (way == nullptr || !way->is_saga) return Reply::kNotCompensable;
  if (is_compensating(state, *way)) return Reply::kIgnored;
  if (compensation_obstacle(state, step.definition(), *way)) return Reply::kNotCompensable;
  keep_request(step, cause);
  return Reply::kDone;
}

auto deadline_passed(Step& step, Timer const& timer) -> Reply {
  if (step.state().deadline != timer) return Reply::kIgnored;
  step.emit(DeadlineLifted{timer}, 0);
  auto const* const way = step.world().way_back;
  auto const& state = step.state();
  if (way == nullptr || !way->is_saga || step.is_over() || is_compensating(state, *way))
    return Reply::kDone;
  if (!compensation_obstacle(state, step.definition(), *way) ||
      is_turned_later(step.definition(), *way, state.scope(kRootScope).state))
    keep_request(step, "The deadline of the saga has passed.");
  return Reply::kDone;
}

void ask_children(Step& step) {
  if (!is_kept(step) || !top_can_be_cut_off(step)) return;
  std::vector<HistoryId> wanted;
  for (auto const& s : step.state().scopes)
    if (waits_for_child(step, s) && s.task->has_open_job() && !s.task->is_asked)
      wanted.push_back(s.task->scheduled);
  for (auto const scheduled : wanted) step.emit(ChildAsked{scheduled}, 0);
}

void pursue_compensation(Step& step) {
  if (!is_kept(step)) return;
  auto const& root = step.scope(kRootScope);
  auto const next = step.state_of(kRootScope).next;
  switch (root.phase) {
    case Phase::kWaiting: {
      if (!next || !can_be_turned(step.definition(), *step.world().way_back, *next)) return;
      auto const timer = *root.timer;
      step.emit(TimerFired{.scope = kRootScope, .timer = timer}, 0);
      wait_is_over(step, kRootScope);
      break;
    }
    case Phase::kTask:
    case Phase::kBackoff:
    case Phase::kChildren:
      if (!top_can_be_cut_off(step) || has_children(step)) return;
      cut_off(step);
      break;
    default: return;
  }
  step.run();
}

auto is_turned_back(Step& step, ScopeId scope) -> bool {
  if (!is_kept(step)) return false;
  auto const& root = step.scope(kRootScope);
  if (scope != kRootScope) return top_can_be_cut_off(step);
  auto const& definition = step.definition();
  auto const& way = *step.world().way_back;
  if (root.phase == Phase::kRetry) {
    if (!top_can_be_cut_off(step)) return false;
    begin(step, Attempt::kMade);
    return true;
  }
  if (root.phase != Phase::kReady || !can_be_turned(definition, way, root.state)) return false;
  auto const attempt =
      leads_back(definition, way, root.state, Attempt::kNone) ? Attempt::kNone : Attempt::kMade;
  auto const& state = step.state_of(kRootScope);
  step.emit_in(kRootScope, StateEntered{.scope = kRootScope,
                                        .state = root.state,
                                        .type = state.type,
                                        .name = state.name,
                                        .input = root.input});
  if (!step.is_over()) begin(step, attempt);
  return true;
}

auto failure_turns_back(Step& step, ScopeId scope) -> bool {
  if (scope != kRootScope || !is_kept(step) || !top_can_be_cut_off(step)) return false;
  begin(step, Attempt::kMade);
  return true;
}

}  // namespace treadle::interpreter
