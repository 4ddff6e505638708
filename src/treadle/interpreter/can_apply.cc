#include "treadle/interpreter/can_apply.h"

#include "treadle/base/limits.h"

namespace treadle::interpreter {
namespace {

using namespace record;  // the facts

// More retriers than a definition has room for.
constexpr std::uint32_t kRetriersMax = limits::kDefinitionBytes / 8;

class Checker {
 public:
  explicit Checker(ExecutionState const& state) : state_(state) {}

  auto operator()(ExecutionStarted const&) const -> bool {
    return state_.status == Status::kNotStarted;
  }
  auto operator()(TaskStarted const& e) const -> bool { return has_task(e.scope); }
  auto operator()(TaskSubmitted const& e) const -> bool { return has_task(e.scope); }
  auto operator()(RetryScheduled const& e) const -> bool {
    return has(e.scope) && e.retrier < kRetriersMax;
  }
  auto operator()(ParallelStarted const& e) const -> bool {
    return has(e.scope) && is_new(e.first_child) &&
           e.first_child.value() + static_cast<std::uint64_t>(e.branches.size()) <= ~0U;
  }
  auto operator()(BranchSucceeded const& e) const -> bool {
    auto const* const child = state_.find(e.scope);
    return child != nullptr && takes_result(child->parent, child->index);
  }
  auto operator()(BranchFailed const& e) const -> bool { return has_parent(e.scope); }
  auto operator()(MapStarted const& e) const -> bool {
    return has(e.scope) && e.length <= limits::kPayloadBytes;
  }
  auto operator()(IterationStarted const& e) const -> bool {
    auto const* const map = state_.find(e.map);
    return map != nullptr && map->container && is_new(e.scope);
  }
  auto operator()(IterationSucceeded const& e) const -> bool {
    auto const* const child = state_.find(e.scope);
    return child != nullptr && takes_result(child->parent, e.index);
  }
  auto operator()(IterationFailed const& e) const -> bool { return has_parent(e.scope); }
  auto operator()(ErrorCaught const&) const -> bool { return is_running(); }
  auto operator()(IterationAborted const&) const -> bool { return is_running(); }
  auto operator()(ParallelSucceeded const&) const -> bool { return is_running(); }
  auto operator()(MapSucceeded const&) const -> bool { return is_running(); }
  auto operator()(ExecutionSucceeded const&) const -> bool { return is_running(); }
  auto operator()(ExecutionEnded const&) const -> bool { return is_running(); }
  auto operator()(ExecutionRedriven const&) const -> bool {
    return state_.is_over() && state_.status != Status::kSucceeded;
  }
  auto operator()(JobStopped const&) const -> bool { return true; }
  auto operator()(DeadlineSet const&) const -> bool { return is_running(); }
  auto operator()(DeadlineLifted const&) const -> bool { return is_running(); }
  auto operator()(CompensationRequested const&) const -> bool { return is_running(); }
  auto operator()(CompensationBegan const&) const -> bool { return is_running(); }
  auto operator()(ChildAsked const& e) const -> bool {
    return state_.find_task(e.scheduled) != nullptr;
  }
  auto operator()(Yielded const&) const -> bool { return is_running(); }
  auto operator()(Resumed const&) const -> bool { return is_running(); }
  // Facts that change one scope.
  template <typename Fact>
  auto operator()(Fact const& e) const -> bool {
    return has(e.scope);
  }

 private:
  [[nodiscard]] auto is_running() const -> bool { return state_.status == Status::kRunning; }
  [[nodiscard]] auto has(ScopeId id) const -> bool { return state_.find(id) != nullptr; }
  [[nodiscard]] auto has_task(ScopeId id) const -> bool {
    auto const* const scope = state_.find(id);
    return scope != nullptr && scope->task;
  }
  [[nodiscard]] auto has_parent(ScopeId id) const -> bool {
    auto const* const scope = state_.find(id);
    return scope != nullptr && has(scope->parent);
  }
  [[nodiscard]] auto is_new(ScopeId id) const -> bool { return id.value() > state_.last_scope_id; }
  [[nodiscard]] auto takes_result(ScopeId parent, std::uint32_t index) const -> bool {
    auto const* const scope = state_.find(parent);
    return scope != nullptr && scope->container && index < scope->container->results.size();
  }

  ExecutionState const& state_;
};

}  // namespace

auto can_apply(ExecutionState const& state, record::JournalEvent const& event) -> bool {
  return event.first_history_id == state.last_history_id + 1 &&
         std::visit(Checker(state), event.fact);
}

}  // namespace treadle::interpreter
