#include "treadle/interpreter/execution_state.h"

#include <algorithm>

#include "treadle/base/assert.h"

namespace treadle::interpreter {

auto ExecutionState::find(ScopeId id) const -> Scope const* {
  if (!scopes.empty() && scopes.front().id == id) return &scopes.front();  // the only one, mostly
  auto const at = std::ranges::lower_bound(scopes, id, {}, &Scope::id);
  return at != scopes.end() && at->id == id ? &*at : nullptr;
}

auto ExecutionState::find(ScopeId id) -> Scope* {
  return const_cast<Scope*>(static_cast<ExecutionState const&>(*this).find(id));
}

auto ExecutionState::scope(ScopeId id) -> Scope& {
  auto* const found = find(id);
  TREADLE_ASSERT(found != nullptr);
  return *found;
}

auto ExecutionState::scope(ScopeId id) const -> Scope const& {
  auto const* const found = find(id);
  TREADLE_ASSERT(found != nullptr);
  return *found;
}

auto ExecutionState::find_task(HistoryId scheduled) const -> Scope const* {
  auto const at = std::ranges::find_if(
      scopes, [&](Scope const& s) { return s.task && s.task->scheduled == scheduled; });
  return at != scopes.end() ? &*at : nullptr;
}

auto ExecutionState::is_stopping(HistoryId scheduled) const -> bool {
  return std::ranges::find(stopping, scheduled, &AbandonedJob::scheduled) != stopping.end();
}

}  // namespace treadle::interpreter
