#include "treadle/interpreter/decide.h"

#include <algorithm>

#include "treadle/base/error_names.h"
#include "treadle/interpreter/step.h"

namespace treadle::interpreter {
namespace {

using namespace record;

// Decides one kind of command each; see command.h.
class Decider {
 public:
  explicit Decider(Step& step) : step_(step) {}

  auto operator()(StartExecution const& c) -> Reply {
    if (step_.state().status != Status::kNotStarted) return Reply::kIgnored;
    auto const& definition = step_.definition();
    ExecutionStarted started{.execution_arn = c.execution_arn,
                             .name = c.name,
                             .state_machine_arn = c.state_machine_arn,
                             .state_machine_name = c.state_machine_name,
                             .revision = c.revision,
                             .role_arn = c.role_arn,
                             .trace_header = c.trace_header,
                             .input = c.input_payload != PayloadId{}
                                          ? c.input_payload
                                          : step_.payloads().add_text(c.input),
                             .start = definition.regions.front().start,
                             .timeout_due = {},
                             .version_arn = c.version_arn,
                             .alias_arn = c.alias_arn,
                             .revision_id = c.revision_id,
                             .revised_at = c.revised_at};
    if (auto const seconds = timeout_seconds())
      started.timeout_due = step_.due_in(static_cast<double>(*seconds));
    step_.emit(started, 0);
    if (c.deadline_seconds)
      step_.emit(DeadlineSet{Timer{step_.due_in(static_cast<double>(*c.deadline_seconds)),
                                   step_.state().last_history_id, TimerKind::kDeadline}},
                 0);
    step_.make_ready(kRootScope);
    return Reply::kDone;
  }

  // DIFFERS: AWS may show events of what was open; the recorded histories end with the one event.
  auto operator()(StopExecution const& c) -> Reply {
    if (step_.state().status != Status::kRunning) return Reply::kNotRunning;
    end_execution(step_, Ending::kAborted, c.error, c.cause, 0);
    return Reply::kDone;
  }

  auto operator()(CompensateExecution const& c) -> Reply {
    return request_compensation(step_, c.cause);
  }

  auto operator()(RedriveExecution const& c) -> Reply {
    auto const& state = step_.state();
    bool const ended_badly = state.is_over() && state.status != Status::kSucceeded;
    if (!ended_badly || step_.next_history_id() >= step_.world().history_events_max)
      return Reply::kNotRedrivable;
    ExecutionRedriven redriven{.redrive_count = state.redrive_count + 1,
                               .timeout_due = {},
                               .client_token = c.client_token};
    if (auto const seconds = timeout_seconds(); seconds)
      redriven.timeout_due = step_.due_in(static_cast<double>(*seconds));
    step_.emit(redriven, state.last_history_id);
    make_all_ready();
    return Reply::kDone;
  }

  auto operator()(CallSucceeded const& c) -> Reply {
    auto const* const s = open_call(c.scheduled);
    if (s == nullptr) return Reply::kIgnored;
    if (c.value)
      task_succeeded(step_, s->id, *c.value);
    else if (s->task->pattern == asl::Pattern::kRequestResponse)
      task_succeeded(step_, s->id, c.output);
    else
      task_submitted(step_, s->id, c.output);
    return Reply::kDone;
  }

  auto operator()(CallFailed const& c) -> Reply {
    auto const* const s = open_call(c.scheduled);
    if (s == nullptr) return Reply::kIgnored;
    auto const how =
        s->task->is_job() && c.how == TaskFailure::kFailed ? TaskFailure::kSubmitFailed : c.how;
    task_failed(step_, s->id, how, Failure::from(c.error));
    return Reply::kDone;
  }

  auto operator()(JobSucceeded const& c) -> Reply {
    auto const* const s = open_job(c.scheduled);
    if (s == nullptr) return Reply::kIgnored;
    task_succeeded(step_, s->id, c.output);
    return Reply::kDone;
  }

  auto operator()(JobFailed const& c) -> Reply {
    auto const* const s = open_job(c.scheduled);
    if (s == nullptr) return Reply::kIgnored;
    task_failed(step_, s->id, TaskFailure::kFailed, Failure::from(c.error));
    return Reply::kDone;
  }

  auto operator()(JobWasStopped const& c) -> Reply {
    if (!step_.state().is_stopping(c.scheduled)) return Reply::kIgnored;
    step_.emit(JobStopped{.scheduled = c.scheduled}, 0);
    return Reply::kDone;
  }

  auto operator()(TokenSucceeded const& c) -> Reply {
    auto const* const s = step_.state().find_task(c.scheduled);
    if (s == nullptr) return Reply::kTaskGone;
    task_succeeded(step_, s->id, c.output);
    return Reply::kDone;
  }

  auto operator()(TokenFailed const& c) -> Reply {
    auto const* const s = step_.state().find_task(c.scheduled);
    if (s == nullptr) return Reply::kTaskGone;
    Failure failure;
    if (c.error) failure.error = std::string(*c.error);
    if (c.cause) failure.cause = std::string(*c.cause);
    task_failed(step_, s->id, TaskFailure::kFailed, std::move(failure));
    return Reply::kDone;
  }

  auto operator()(TokenHeartbeat const& c) -> Reply {
    return step_.state().find_task(c.scheduled) == nullptr ? Reply::kTaskGone : Reply::kHeartbeat;
  }

  auto operator()(ActivityTaken const& c) -> Reply {
    auto const* const s = step_.state().find_task(c.scheduled);
    if (s == nullptr || s->task->started) return Reply::kTaskGone;
    auto const& r = std::get<asl::Task>(step_.state_of(s->id).details).resource;
    step_.emit_in(s->id, TaskStarted{.scope = s->id,
                                     .task = {.scheduled = c.scheduled,
                                              .kind = r.kind,
                                              .resource = r.text,
                                              .resource_type = {}},
                                     .worker = c.worker});
    return Reply::kDone;
  }

  auto operator()(TimerDue const& c) -> Reply {
    switch (c.timer.kind) {
      case TimerKind::kExecutionTimeout: return execution_timed_out(c.timer);
      case TimerKind::kDeadline: return deadline_passed(step_, c.timer);
      case TimerKind::kTaskTimeout:
      case TimerKind::kHeartbeat: return task_timed_out(c.timer);
      case TimerKind::kWait:
      case TimerKind::kRetry: return scope_timer_fired(c.timer);
    }
    return Reply::kIgnored;
  }

  auto operator()(Continue const&) -> Reply {
    if (!step_.state().yielded) return Reply::kIgnored;
    step_.emit(Resumed{}, 0);
    make_all_ready();
    return Reply::kDone;
  }

 private:
  [[nodiscard]] auto timeout_seconds() -> std::optional<std::uint64_t> {
    auto const own = step_.definition().timeout_seconds;
    auto const most = step_.world().execution_seconds_max;
    return own && most ? std::min<std::uint64_t>(*own, *most) : own ? own : most;
  }

  void make_all_ready() {
    for (auto const& s : step_.state().scopes)
      if (s.phase == Phase::kReady || s.phase == Phase::kRetry) step_.make_ready(s.id);
  }

  [[nodiscard]] auto open_call(HistoryId scheduled) const -> Scope const* {
    auto const* const s = step_.state().find_task(scheduled);
    return s != nullptr && s->task->call_open ? s : nullptr;
  }

  [[nodiscard]] auto open_job(HistoryId scheduled) const -> Scope const* {
    auto const* const s = step_.state().find_task(scheduled);
    return s != nullptr && s->task->has_open_job() ? s : nullptr;
  }

  auto execution_timed_out(Timer const& timer) -> Reply {
    if (step_.state().timeout != timer) return Reply::kIgnored;
    end_execution(step_, Ending::kTimedOut, std::nullopt, std::nullopt,
                  step_.state().last_history_id);
    return Reply::kDone;
  }

  // A heartbeat's row moves without an event: the row that fired is right, whatever
  // the state says of its due.
  auto task_timed_out(Timer const& timer) -> Reply {
    auto const* const s = step_.state().find_task(timer.history_id);
    bool const heartbeat = timer.kind == TimerKind::kHeartbeat;
    if (s == nullptr || (!heartbeat && s->task->timeout != timer)) return Reply::kIgnored;
    task_failed(step_, s->id, heartbeat ? TaskFailure::kHeartbeatTimedOut : TaskFailure::kTimedOut,
                {.error = std::string(errors::kTimeout), .cause = "", .heartbeat = heartbeat});
    return Reply::kDone;
  }

  auto scope_timer_fired(Timer const& timer) -> Reply {
    for (auto const& s : step_.state().scopes) {
      if (s.timer != timer) continue;
      auto const id = s.id;
      bool const wait = timer.kind == TimerKind::kWait;
      step_.emit(TimerFired{.scope = id, .timer = timer}, 0);
      if (wait)
        wait_is_over(step_, id);
      else
        step_.make_ready(id);
      return Reply::kDone;
    }
    return Reply::kIgnored;
  }

  Step& step_;
};

}  // namespace

auto decide(ExecutionState& working, asl::Definition const& definition,
            record::Command const& command, World& world, record::PayloadTable& payloads,
            std::vector<record::JournalEvent>& events) -> record::Reply {
  Step step(working, definition, world, payloads, events);
  auto const reply = std::visit(Decider(step), command);
  step.run();
  pursue_compensation(step);
  return reply;
}

}  // namespace treadle::interpreter
