#include "treadle/interpreter/apply.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "treadle/base/assert.h"
#include "treadle/base/limits.h"

namespace treadle::interpreter {
namespace {

using namespace record;  // the facts

class Applier {
 public:
  Applier(ExecutionState& state, JournalEvent const& event) : state_(state), event_(event) {}

  void operator()(ExecutionStarted const& e) {
    state_.status = Status::kRunning;
    state_.execution_arn = e.execution_arn;
    state_.name = e.name;
    state_.state_machine_arn = e.state_machine_arn;
    state_.state_machine_name = e.state_machine_name;
    state_.revision = e.revision;
    state_.role_arn = e.role_arn;
    state_.trace_header = e.trace_header;
    state_.version_arn = e.version_arn;
    state_.alias_arn = e.alias_arn;
    state_.revision_id = e.revision_id;
    state_.revised_at = e.revised_at;
    state_.input = e.input;
    state_.started_at = event_.timestamp;
    if (e.timeout_due) state_.timeout = Timer{*e.timeout_due, id(), TimerKind::kExecutionTimeout};
    state_.last_scope_id = kRootScope.value();
    auto& root = state_.scopes.emplace_back();
    root.id = kRootScope;
    root.input = e.input;
    root.state = e.start;
  }

  void operator()(StateEntered const& e) {
    auto& s = state_.scope(e.scope);
    s.state = e.state;
    s.phase = Phase::kEntered;
    s.entered_id = id();
    s.entered_after = event_.previous_history_id;
    s.entered_at = event_.timestamp;
    s.input = e.input;
    s.last_id = id();
    s.retry_count = 0;
    s.retries_done.clear();
  }

  void operator()(StateExited const& e) {
    auto& s = state_.scope(e.scope);
    for (auto const& a : e.assignments) assign(s, a);
    s.output = e.output;
    s.last_id = id();
    leave_container(s);
    if (e.next) {
      s.phase = Phase::kReady;
      s.state = *e.next;
      s.input = e.output;
    } else {
      s.phase = Phase::kEnded;
    }
  }

  void operator()(WaitStarted const& e) {
    auto& s = state_.scope(e.scope);
    s.phase = Phase::kWaiting;
    s.timer = e.timer;
  }

  void operator()(TimerFired const& e) {
    auto& s = state_.scope(e.scope);
    if (s.phase == Phase::kBackoff) s.phase = Phase::kRetry;
    s.timer.reset();
  }

  void operator()(TaskScheduled const& e) {
    auto& s = state_.scope(e.scope);
    bool const activity = e.kind == asl::ResourceKind::kActivity;
    s.phase = Phase::kTask;
    s.last_id = id();
    s.task = OpenTask{.scheduled = id(),
                      .kind = e.kind,
                      .pattern = e.pattern,
                      .started = false,
                      .call_open = !activity,
                      .timeout = e.timeout,
                      .heartbeat = e.heartbeat,
                      .heartbeat_seconds = e.heartbeat_seconds.value_or(0)};
  }

  void operator()(TaskStarted const& e) {
    auto& s = state_.scope(e.scope);
    s.task->started = true;
    s.last_id = id();
  }

  void operator()(TaskSubmitted const& e) {
    auto& s = state_.scope(e.scope);
    s.task->call_open = false;
    if (e.has_job) s.task->submission = e.output;
    s.last_id = id();
  }

  void operator()(TaskSucceeded const& e) { end_task(e.scope); }
  void operator()(TaskFailed const& e) {
    abandon_job(e.scope, e.disarm);
    end_task(e.scope);
  }

  void operator()(JobStopped const& e) {
    std::erase_if(state_.stopping,
                  [&](AbandonedJob const& job) { return job.scheduled == e.scheduled; });
  }

  void operator()(DeadlineSet const& e) { state_.deadline = e.timer; }
  void operator()(DeadlineLifted const&) { state_.deadline.reset(); }

  void operator()(CompensationRequested const& e) {
    state_.compensation = {.stage = CompensationStage::kRequested,
                           .cause = std::string(e.cause),
                           .requested_at = event_.timestamp};
  }
  void operator()(CompensationBegan const&) {
    state_.compensation.stage = CompensationStage::kBegan;
  }
  void operator()(ChildAsked const& e) {
    for (auto& s : state_.scopes)
      if (s.task && s.task->scheduled == e.scheduled) s.task->is_asked = true;
  }

  void operator()(RetryScheduled const& e) {
    auto& s = state_.scope(e.scope);
    if (s.retries_done.size() <= e.retrier) s.retries_done.resize(e.retrier + 1);
    ++s.retries_done[e.retrier];
    ++s.retry_count;
    s.phase = Phase::kBackoff;
    s.timer = e.timer;
    leave_container(s);
  }

  void operator()(ErrorCaught const&) {}

  void operator()(ParallelStarted const& e) {
    auto const parent = e.scope;
    auto& s = state_.scope(parent);
    s.phase = Phase::kChildren;
    s.last_id = id();
    auto const count = static_cast<std::uint32_t>(e.branches.size());
    s.container = Container{.input = e.input,
                            .items = {},
                            .length = count,
                            .started = count,
                            .results = std::vector<PayloadId>(count)};
    for (std::uint32_t i = 0; i < count; ++i) {
      auto& child = open_child(ScopeId{e.first_child.value() + i}, parent, i, e.branches[i].region,
                               e.branches[i].start);
      child.input = e.input;
    }
  }

  void operator()(BranchSucceeded const& e) {
    auto const& child = state_.scope(e.scope);
    auto& parent = state_.scope(child.parent);
    parent.container->results[child.index] = e.output;
    ++parent.container->ended;
    parent.last_id = child.last_id;
    close(e.scope);
  }

  void operator()(BranchFailed const& e) { hand_up_failure(e.scope); }
  void operator()(ParallelSucceeded const&) {}

  void operator()(MapStarted const& e) {
    auto& s = state_.scope(e.scope);
    s.phase = Phase::kChildren;
    s.last_id = id();
    s.container = Container{.input = e.input,
                            .items = e.items,
                            .length = e.length,
                            .concurrency_max = e.concurrency_max,
                            .results = std::vector<PayloadId>(e.length)};
  }

  void operator()(IterationStarted const& e) {
    auto& map = state_.scope(e.map);
    ++map.container->started;
    auto& child = open_child(e.scope, e.map, e.index, e.region, e.start);
    child.input = e.input;
    child.last_id = id();
  }

  void operator()(IterationSucceeded const& e) {
    auto& parent = state_.scope(state_.scope(e.scope).parent);
    parent.container->results[e.index] = e.output;
    ++parent.container->ended;
    parent.last_id = id();
    close(e.scope);
  }

  void operator()(IterationFailed const& e) { hand_up_failure(e.scope); }
  void operator()(MapSucceeded const&) {}

  void operator()(ContainerFailed const& e) { state_.scope(e.scope).last_id = id(); }

  void operator()(ScopeAborted const& e) {
    abandon_job(e.scope, e.disarm);
    set_aside(e.scope);
  }
  void operator()(IterationAborted const&) {}

  void operator()(ExecutionSucceeded const& e) {
    end(Status::kSucceeded);
    state_.output = e.output;
  }

  void operator()(ExecutionEnded const& e) {
    constexpr Status kStatus[] = {Status::kFailed, Status::kAborted, Status::kTimedOut};
    end(kStatus[static_cast<std::size_t>(e.how)]);
    state_.error = e.error.value_or("");
    state_.cause = e.cause.value_or("");
  }

  void operator()(EvaluationFailed const& e) { state_.scope(e.scope).last_id = id(); }

  void operator()(ExecutionRedriven const& e) {
    state_.status = Status::kRunning;
    state_.redrive_count = e.redrive_count;
    state_.redriven_at = event_.timestamp;
    remember(e.client_token);
    state_.error.clear();
    state_.cause.clear();
    if (e.timeout_due) state_.timeout = Timer{*e.timeout_due, id(), TimerKind::kExecutionTimeout};
    state_.scopes = std::exchange(state_.frontier, {});
    for (auto& s : state_.scopes) reopen(s);
  }

  void operator()(Yielded const&) { state_.yielded = true; }
  void operator()(Resumed const&) { state_.yielded = false; }

 private:
  [[nodiscard]] auto id() const -> HistoryId { return event_.first_history_id; }

  void remember(std::string_view redrive_token) {
    auto& tokens = state_.redrive_tokens;
    if (redrive_token.empty()) return;
    if (tokens.size() == limits::kRedriveTokens) tokens.erase(tokens.begin());
    tokens.push_back({std::string(redrive_token), event_.timestamp});
  }

  void assign(Scope& s, Assignment const& a) {
    auto const at = std::ranges::find(s.variables, a.name, &Variable::name);
    if (at != s.variables.end())
      at->value = a.value;
    else
      s.variables.push_back({std::string(a.name), a.value});
  }

  void abandon_job(ScopeId scope, Disarm const& disarm) {
    auto const& task = state_.scope(scope).task;
    if (disarm.stop_job)
      state_.stopping.push_back({disarm.task, task ? task->submission : PayloadId{}});
  }

  void end_task(ScopeId scope) {
    auto& s = state_.scope(scope);
    s.task.reset();
    s.phase = Phase::kEntered;
    s.last_id = id();
  }

  auto open_child(ScopeId child, ScopeId parent, std::uint32_t index, asl::RegionIndex region,
                  asl::StateIndex start) -> Scope& {
    TREADLE_ASSERT(child.value() > state_.last_scope_id);
    state_.last_scope_id = child.value();
    auto& c = state_.scopes.emplace_back();
    c.id = child;
    c.parent = parent;
    c.index = index;
    c.region = region;
    c.state = start;
    c.last_id = id();
    return c;
  }

  void hand_up_failure(ScopeId child) {
    auto const& c = state_.scope(child);
    state_.scope(c.parent).last_id = c.last_id;
    set_aside(child);
  }

  void close(ScopeId scope) {
    std::erase_if(state_.scopes, [&](Scope const& s) { return s.id == scope; });
  }

  // Out of the way, but remembered with what it had reached.
  void set_aside(ScopeId scope) {
    auto const at = std::ranges::find(state_.scopes, scope, &Scope::id);
    at->task.reset();
    at->timer.reset();
    auto const place = std::ranges::lower_bound(state_.frontier, scope, {}, &Scope::id);
    state_.frontier.insert(place, std::move(*at));
    state_.scopes.erase(at);
  }

  // The state goes on or starts again: what failed below it is settled.
  void leave_container(Scope& owner) {
    owner.container.reset();
    if (state_.frontier.empty()) return;
    std::vector<ScopeId> settled{owner.id};
    std::erase_if(state_.frontier, [&](Scope const& s) {
      if (std::ranges::find(settled, s.parent) == settled.end()) return false;
      settled.push_back(s.id);
      return true;
    });
  }

  // Retriers start afresh. A container goes on with the children that had not ended; what it had
  // none of, and everything else that was entered, is done again.
  void reopen(Scope& s) {
    s.last_id = id();
    s.retry_count = 0;
    s.retries_done.clear();
    bool const has_children =
        std::ranges::any_of(state_.scopes, [&](Scope const& c) { return c.parent == s.id; });
    if (s.phase == Phase::kReady || (s.phase == Phase::kChildren && has_children)) return;
    s.phase = Phase::kRetry;
    s.container.reset();
  }

  void end(Status status) {
    state_.status = status;
    state_.ended_at = event_.timestamp;
    state_.timeout.reset();
    state_.yielded = false;
    if (status == Status::kSucceeded) {
      state_.scopes.clear();
      state_.frontier.clear();
    }
    while (!state_.scopes.empty()) set_aside(state_.scopes.back().id);
  }

  ExecutionState& state_;
  JournalEvent const& event_;
};

}  // namespace

void apply(ExecutionState& state, record::JournalEvent const& event) {
  std::visit(Applier(state, event), event.fact);
  state.last_history_id += event.history_count;
  state.last_event_at = event.timestamp;
}

}  // namespace treadle::interpreter
