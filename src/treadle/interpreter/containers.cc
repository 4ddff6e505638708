// Parallel and Map: what happens when one of their regions ends, fails or is closed.

#include <algorithm>

#include "treadle/interpreter/step.h"

namespace treadle::interpreter {

using namespace record;

void end_region(Step& step, ScopeId scope) {
  auto const& s = step.scope(scope);
  auto const parent = s.parent;
  if (parent == ScopeId{}) return succeed_execution(step, s.output);
  auto const freed = s.last_id;
  auto const& owner = step.state_of(parent);
  if (owner.type == asl::StateType::kParallel) {
    step.emit(BranchSucceeded{.scope = scope, .output = s.output}, 0);
    if (step.is_over()) return;
    auto const& c = *step.scope(parent).container;
    if (c.ended == c.length) parallel_branches_done(step, parent);
    return;
  }
  step.emit_in(
      scope,
      IterationSucceeded{.scope = scope, .index = s.index, .name = owner.name, .output = s.output});
  if (step.is_over()) return;
  auto const& c = *step.scope(parent).container;
  if (c.ended == c.length) return map_iterations_done(step, parent);
  start_iterations(step, parent, freed);
}

void fail_region(Step& step, ScopeId child, Failure failure) {
  if (is_turned_back(step, child)) return;
  auto const& s = step.scope(child);
  auto const parent = s.parent;
  auto const& owner = step.state_of(parent);
  if (owner.type == asl::StateType::kParallel)
    step.emit(BranchFailed{.scope = child}, 0);
  else
    step.emit_in(child, IterationFailed{.scope = child, .index = s.index, .name = owner.name});
  abort_children(step, parent, InHistory::kShown);
  fail_state(step, parent, std::move(failure));
}

namespace {

// The state types for which AWS shows ...StateAborted.
auto shown_when_aborted(Scope const& s, asl::StateType type) -> std::optional<asl::StateType> {
  if (s.phase == Phase::kReady || s.phase == Phase::kEnded) return std::nullopt;
  using enum asl::StateType;
  if (type == kTask || type == kWait || type == kParallel || type == kMap) return type;
  return std::nullopt;
}

void abort_scope(Step& step, ScopeId scope, InHistory shown) {
  abort_children(step, scope, shown);
  auto const& s = step.scope(scope);
  auto const parent = s.parent;
  auto const index = s.index;
  auto const last = s.last_id;
  auto const type =
      shown == InHistory::kShown ? shown_when_aborted(s, step.state_of(scope).type) : std::nullopt;
  step.emit(ScopeAborted{.scope = scope, .type = type, .disarm = disarm_of(s, Job::kAbandoned)},
            last);
  auto const& owner = step.state_of(parent);
  if (owner.type == asl::StateType::kMap && shown == InHistory::kShown)
    step.emit(IterationAborted{.index = index, .name = owner.name},
              type ? step.state().last_history_id : last);
}

}  // namespace

void abort_children(Step& step, ScopeId scope, InHistory shown) {
  std::vector<ScopeId> children;
  for (auto const& s : step.state().scopes)
    if (s.parent == scope) children.push_back(s.id);
  for (auto const child : children) {
    if (step.is_over()) return;
    abort_scope(step, child, shown);
  }
}

}  // namespace treadle::interpreter
