#include <algorithm>

#include <fmt/format.h>

#include "treadle/base/error_names.h"
#include "treadle/interpreter/retry.h"
#include "treadle/interpreter/step.h"

namespace treadle::interpreter {

using namespace record;
using json::Value;

namespace {

// Whether all variables of the execution, with those that `made` sets in `scope`, stay in bounds.
// Each value has passed the bound of one Assign, so that a few need not be measured.
auto fits_execution(Step& step, ScopeId scope, Assignments const& made) -> bool {
  constexpr auto kNeverMeasured = limits::kVariablesBytes / limits::kAssignBytes;
  auto count = made.size();
  for (auto const& s : step.state().scopes) count += s.variables.size();
  if (count <= kNeverMeasured) return true;
  std::size_t bytes = 0;
  for (auto const& s : step.state().scopes)
    for (auto const& variable : s.variables)
      if (s.id != scope || std::ranges::find(made, variable.name, &Assignment::name) == made.end())
        bytes += step.payloads().size(variable.value);
  for (auto const& assignment : made) bytes += step.payloads().size(assignment.value);
  return bytes <= limits::kVariablesBytes;
}

}  // namespace

auto evaluate_assign(Step& step, ScopeId scope, DataFlow& flow,
                     std::optional<asl::Template> const& assign, Value from) -> Data<Assignments> {
  Assignments made;
  if (!assign) return made;
  auto const values = TRY(flow.fill(assign, from));
  if (values.printed_size() > limits::kAssignBytes)
    return fail(errors::kDataLimitExceeded,
                fmt::format("The variables assigned by one Assign field exceed {} bytes.",
                            limits::kAssignBytes));
  for (auto const& member : values.members())
    made.push_back({.name = step.keep(member.key), .value = step.payloads().add(member.value)});
  if (!fits_execution(step, scope, made))
    return fail(
        errors::kDataLimitExceeded,
        fmt::format("The variables of the execution exceed {} bytes.", limits::kVariablesBytes));
  return made;
}

namespace {

auto keep_assignments(Step& step, Assignments const& assignments) -> std::span<Assignment const> {
  if (assignments.empty()) return {};
  auto* const copy = step.arena().allocate_array<Assignment>(assignments.size());
  std::ranges::copy(assignments, copy);
  return {copy, assignments.size()};
}

}  // namespace

void exit_state(Step& step, ScopeId scope, Value output, std::optional<asl::StateIndex> next,
                Assignments const& assignments) {
  auto const& definition = step.state_of(scope);
  if (output.printed_size() > limits::kPayloadBytes || output.depth() > limits::kPayloadDepth)
    return fail_state(
        step, scope,
        {.error = std::string(errors::kDataLimitExceeded),
         .cause =
             fmt::format("The state/task '{}' returned a result with a size exceeding the maximum "
                         "number of bytes service limit.",
                         definition.name)});
  auto const payload = step.payload_of(output, step.scope(scope).input);
  step.emit_in(scope, StateExited{.scope = scope,
                                  .state = step.scope(scope).state,
                                  .type = definition.type,
                                  .name = definition.name,
                                  .output = payload,
                                  .next = next,
                                  .assignments = keep_assignments(step, assignments)});
  if (step.is_over()) return;
  if (next)
    step.make_ready(scope);
  else
    end_region(step, scope);
}

void finish_with_result(Step& step, ScopeId scope, StateView& view,
                        asl::PathField const& result_path, Value result) {
  auto const& definition = step.state_of(scope);
  auto const raw_input = step.payloads().value(step.scope(scope).input);
  view.flow.saw(Stage::kAfterResultSelector, result);
  auto assignments = evaluate_assign(step, scope, view.flow, definition.assign, result);
  if (!assignments) return fail_in_data_flow(step, scope, std::move(assignments).error());
  auto placed = view.flow.place(result_path, raw_input, result);
  if (!placed) return fail_in_data_flow(step, scope, std::move(placed).error());
  view.flow.saw(Stage::kAfterResultPath, *placed);
  auto selected = view.flow.select(definition.output_path, *placed);
  if (!selected) return fail_in_data_flow(step, scope, std::move(selected).error());
  auto output = view.flow.fill(definition.output, *selected);
  if (!output) return fail_in_data_flow(step, scope, std::move(output).error());
  exit_state(step, scope, *output, definition.next, *assignments);
}

namespace {

// The error as executions and catchers see it; of a JSONata expression it is in the history already.
auto show_data_error(Step& step, ScopeId scope, DataError failed) -> Failure {
  auto const& s = step.scope(scope);
  auto const& definition = step.state_of(scope);
  auto failure = Failure::from(in_state(definition.name, s.entered_id, std::move(failed.error)));
  if (failure.error != errors::kQueryEvaluationError) return failure;
  failure.in_evaluation = true;
  // Recorded: what fails right after StateEntered points to what that points to.
  auto const previous = s.last_id == s.entered_id ? s.entered_after : s.last_id;
  step.emit(EvaluationFailed{.scope = scope,
                             .state = definition.name,
                             .location = step.keep(failed.location),
                             .error = step.keep(*failure.error),
                             .cause = step.keep(*failure.cause)},
            previous);
  return failure;
}

}  // namespace

void fail_in_data_flow(Step& step, ScopeId scope, DataError error) {
  fail_state(step, scope, show_data_error(step, scope, std::move(error)));
}

namespace {

// Whether a retrier takes the failure and grants an attempt; if so it is scheduled.
auto retry(Step& step, ScopeId scope, Failure const& failure) -> bool {
  auto const& retriers = step.state_of(scope).retriers;
  for (std::uint32_t i = 0; i < retriers.size(); ++i) {
    if (!matches(retriers[i].error_equals, failure)) continue;
    if (auto* const inspection = step.world().inspection) inspection->retrier = i;
    auto const& s = step.scope(scope);
    auto const done = i < s.retries_done.size() ? s.retries_done[i] : 0;
    double const draw =
        retriers[i].jitter == asl::Jitter::kFull ? step.world().random.next_unit() : 0.0;
    auto const delay = next_retry_delay(retriers[i], done, draw);
    if (!delay) return false;
    Timer const timer{.due = step.due_in(static_cast<double>(delay->count()) / 1000.0),
                      .history_id = s.entered_id,
                      .kind = TimerKind::kRetry};
    step.emit(RetryScheduled{.scope = scope, .retrier = i, .delay = *delay, .timer = timer}, 0);
    return true;
  }
  return false;
}

// null where a callback failed without saying why.
auto error_output(Step& step, Failure const& failure) -> Value {
  auto& arena = step.arena();
  auto const text = [&](std::optional<std::string> const& given) {
    return given ? json::make_string(arena, *given) : Value();
  };
  json::Member const members[] = {{"Error", text(failure.error)}, {"Cause", text(failure.cause)}};
  return json::make_object(arena, members, json::KeyStorage::kOutlives);
}

// The error went to a catcher: leaves the state towards its Next.
void leave_through(Step& step, ScopeId scope, asl::Catcher const& catcher, Failure const& failure) {
  StateView view(step, scope);
  auto const error = error_output(step, failure);
  view.environment.set_error_output(error);
  auto assignments = evaluate_assign(step, scope, view.flow, catcher.assign, error);
  auto const placed =
      view.flow.place(catcher.result_path, step.payloads().value(step.scope(scope).input), error);
  auto output = placed ? view.flow.fill(catcher.output, *placed) : Data<Value>(placed);
  if (assignments && output) return exit_state(step, scope, *output, catcher.next, *assignments);
  auto up = show_data_error(step, scope, assignments ? output.error() : assignments.error());
  if (!up.in_evaluation) up.error = std::string(errors::kRuntime);
  if (step.is_over()) return;
  if (step.scope(scope).parent == ScopeId{})
    return end_execution(step, Ending::kFailed, step.keep(*up.error), step.keep(*up.cause),
                         step.scope(scope).last_id);
  fail_region(step, scope, up);
}

}  // namespace

void fail_state(Step& step, ScopeId scope, Failure failure) {
  if (step.is_over()) return;
  if (auto* const inspection = step.world().inspection) inspection->failure = failure;
  if (failure_turns_back(step, scope) || retry(step, scope, failure)) return;
  fail_for_good(step, scope, std::move(failure));
}

void fail_for_good(Step& step, ScopeId scope, Failure failure) {
  auto const& definition = step.state_of(scope);
  bool const container =
      definition.type == asl::StateType::kParallel || definition.type == asl::StateType::kMap;
  if (container && (step.scope(scope).phase == Phase::kChildren || failure.in_evaluation))
    step.emit_in(scope, ContainerFailed{.scope = scope, .type = definition.type});
  for (std::uint32_t i = 0; i < definition.catchers.size() && !step.is_over(); ++i) {
    if (!matches(definition.catchers[i].error_equals, failure)) continue;
    step.emit(ErrorCaught{.scope = scope, .catcher = i}, 0);
    return leave_through(step, scope, definition.catchers[i], failure);
  }
  if (step.is_over()) return;
  if (step.scope(scope).parent != ScopeId{}) return fail_region(step, scope, std::move(failure));
  auto const kept = [&](std::optional<std::string> const& text) -> std::optional<std::string_view> {
    if (!text) return std::nullopt;
    return step.keep(*text);
  };
  // A time-out shows an error and no cause.
  auto const cause = failure.cause && failure.cause->empty() ? std::nullopt : kept(failure.cause);
  end_execution(step, Ending::kFailed, kept(failure.error), cause, step.scope(scope).last_id);
}

auto disarm_of(Scope const& scope, Job job) -> Disarm {
  Disarm disarm{.timer = scope.timer, .heartbeat = {}};
  if (!scope.task) return disarm;
  disarm.timer = scope.task->timeout;
  disarm.heartbeat = scope.task->heartbeat;
  disarm.task = scope.task->scheduled;
  disarm.call_open = scope.task->call_open;
  disarm.activity_offered =
      scope.task->kind == asl::ResourceKind::kActivity && !scope.task->started;
  disarm.token_open = scope.task->kind == asl::ResourceKind::kActivity ||
                      scope.task->pattern == asl::Pattern::kWaitForTaskToken;
  disarm.job_open = scope.task->has_open_job();
  disarm.stop_job = job == Job::kAbandoned && scope.task->is_job();
  return disarm;
}

namespace {

// A sibling that was closed may have yielded: nobody shall go on with what has ended.
void settle_to_end(Step& step) {
  if (step.state().yielded) step.emit(Resumed{}, 0);
  if (step.state().deadline) step.emit(DeadlineLifted{*step.state().deadline}, 0);
}

}  // namespace

void succeed_execution(Step& step, PayloadId output) {
  settle_to_end(step);
  step.emit(ExecutionSucceeded{.output = output, .timer = step.state().timeout},
            step.scope(kRootScope).last_id);
}

void end_execution(Step& step, Ending how, std::optional<std::string_view> error,
                   std::optional<std::string_view> cause, HistoryId previous) {
  settle_to_end(step);
  abort_children(step, kRootScope, InHistory::kSilent);
  auto const& root = step.scope(kRootScope);
  if (root.phase == Phase::kTask || root.phase == Phase::kWaiting || root.phase == Phase::kBackoff)
    step.emit(
        ScopeAborted{.scope = kRootScope, .type = {}, .disarm = disarm_of(root, Job::kAbandoned)},
        0);
  step.emit(
      ExecutionEnded{.how = how, .error = error, .cause = cause, .timer = step.state().timeout},
      previous);
}

}  // namespace treadle::interpreter
