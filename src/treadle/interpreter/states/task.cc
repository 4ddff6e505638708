// Task: work done by somebody else. Source: ASL specification, "Task State"; histories as recorded.

#include <fmt/format.h>

#include "treadle/base/error_names.h"
#include "treadle/interpreter/step.h"

namespace treadle::interpreter {
namespace {

using namespace record;

// What is evaluated when a task is scheduled.
struct Call {
  json::Value parameters;
  std::optional<std::uint64_t> timeout_seconds;
  std::optional<std::uint64_t> heartbeat_seconds;
  std::string_view role_arn;  // in the arena
};

auto prepare(asl::State const& definition, json::Value raw_input, DataFlow& flow) -> Data<Call> {
  auto const& task = std::get<asl::Task>(definition.details);
  auto const input = TRY(flow.select(definition.input_path, raw_input));
  flow.saw(Stage::kAfterInputPath, input);
  Call call;
  call.timeout_seconds = TRY(flow.number(task.timeout_seconds, "TimeoutSecondsPath", input));
  call.heartbeat_seconds = TRY(flow.number(task.heartbeat_seconds, "HeartbeatSecondsPath", input));
  call.parameters = TRY(flow.fill(task.parameters, input));
  if (task.credentials) {
    auto const credentials = TRY(flow.fill(task.credentials, input));
    auto const* const role = credentials.find("RoleArn");
    if (role != nullptr && role->is_string()) call.role_arn = role->as_string();
  }
  flow.saw(Stage::kAfterParameters, call.parameters);
  if (task.parameters) flow.saw(Stage::kAfterArguments, call.parameters);
  return call;
}

// The Resource as the history shows it: an ARN for functions and activities.
auto history_resource(asl::Resource const& r) -> std::string_view {
  return r.kind == asl::ResourceKind::kService ? std::string_view(r.history_resource)
                                               : std::string_view(r.text);
}

auto reference(Step& step, ScopeId scope) -> TaskRef {
  auto const& r = std::get<asl::Task>(step.state_of(scope).details).resource;
  return {.scheduled = step.scope(scope).task->scheduled,
          .kind = r.kind,
          .resource = history_resource(r),
          .resource_type = r.history_resource_type};
}

void schedule(Step& step, ScopeId scope, Call const& call) {
  auto const& task = std::get<asl::Task>(step.state_of(scope).details);
  auto const& r = task.resource;
  auto const timer = [&](std::optional<std::uint64_t> seconds,
                         TimerKind kind) -> std::optional<Timer> {
    if (!seconds) return std::nullopt;
    return Timer{step.due_in(static_cast<double>(*seconds)), step.next_history_id(), kind};
  };
  auto const& s = step.scope(scope);
  step.emit_in(scope,
               TaskScheduled{.scope = scope,
                             .kind = r.kind,
                             .pattern = r.pattern,
                             .is_aws_sdk = r.is_aws_sdk,
                             .resource = history_resource(r),
                             .resource_type = r.history_resource_type,
                             .region = step.keep(step.world().region),
                             .parameters = step.payload_of(call.parameters, s.input),
                             .attempt = s.retry_count + 1,
                             .timeout_seconds = call.timeout_seconds,
                             .heartbeat_seconds = call.heartbeat_seconds,
                             .timeout = timer(call.timeout_seconds, TimerKind::kTaskTimeout),
                             .heartbeat = timer(call.heartbeat_seconds, TimerKind::kHeartbeat),
                             .role_arn = call.role_arn,
                             .is_input_as_it_is = !task.parameters});
  if (step.is_over() || r.kind == asl::ResourceKind::kActivity) return;
  step.emit_in(scope, TaskStarted{.scope = scope, .task = reference(step, scope), .worker = {}});
}

auto too_large(Step& step, ScopeId scope) -> Failure {
  auto const& r = std::get<asl::Task>(step.state_of(scope).details).resource;
  auto const& shown = r.kind == asl::ResourceKind::kService ? r.service : r.text;
  return {
      .error = std::string(errors::kDataLimitExceeded),
      .cause = fmt::format(
          "The state/task '{}' returned a result with a size exceeding the maximum number of bytes "
          "service limit.",
          shown)};
}

}  // namespace

void enter_task(Step& step, ScopeId scope) {
  auto const& definition = step.state_of(scope);
  StateView view(step, scope);
  view.environment.show_retry_count();
  std::string token;
  // Recorded: the task of a job has a token, too, and ends when that is sent back.
  if (std::get<asl::Task>(definition.details).resource.pattern != asl::Pattern::kRequestResponse) {
    token = step.world().tokens.token(step.next_history_id(), step.state().redrive_count);
    view.environment.set_task_token(token);
  }
  auto const call = prepare(definition, step.payloads().value(step.scope(scope).input), view.flow);
  if (!call) return fail_in_data_flow(step, scope, call.error());
  schedule(step, scope, *call);
}

void task_submitted(Step& step, ScopeId scope, std::string_view output) {
  step.emit_in(scope, TaskSubmitted{.scope = scope,
                                    .task = reference(step, scope),
                                    .output = step.payloads().add_text(output),
                                    .has_job = step.scope(scope).task->is_job()});
  ask_children(step);
}

namespace {

void task_gave(Step& step, ScopeId scope, PayloadId payload) {
  step.emit_in(scope, TaskSucceeded{.scope = scope,
                                    .task = reference(step, scope),
                                    .output = payload,
                                    .disarm = disarm_of(step.scope(scope), Job::kEnded)});
  if (step.is_over()) return;
  auto const& task = std::get<asl::Task>(step.state_of(scope).details);
  StateView view(step, scope);
  view.environment.show_retry_count();
  auto const raw_result = step.payloads().value(payload);
  view.flow.saw(Stage::kResult, raw_result);
  auto const result = view.flow.fill(task.result_selector, raw_result);
  if (!result) return fail_in_data_flow(step, scope, result.error());
  view.environment.set_result(*result);
  finish_with_result(step, scope, view, task.result_path, *result);
}

}  // namespace

void task_succeeded(Step& step, ScopeId scope, std::string_view output) {
  if (output.size() > limits::kPayloadBytes)
    return task_failed(step, scope, TaskFailure::kFailed, too_large(step, scope));
  task_gave(step, scope, step.payloads().add_text(output));
}

void task_succeeded(Step& step, ScopeId scope, json::Value output) {
  if (output.printed_size() > limits::kPayloadBytes || output.depth() > limits::kPayloadDepth)
    return task_failed(step, scope, TaskFailure::kFailed, too_large(step, scope));
  task_gave(step, scope, step.payloads().add(output));
}

namespace {

auto kept(Step& step, std::optional<std::string> const& text, std::size_t limit)
    -> std::optional<std::string_view> {
  if (!text) return std::nullopt;
  return step.keep(std::string_view(*text).substr(0, limit));
}

}  // namespace

void task_failed(Step& step, ScopeId scope, TaskFailure how, Failure failure) {
  bool const timed_out = how == TaskFailure::kTimedOut || how == TaskFailure::kHeartbeatTimedOut;
  step.emit_in(
      scope,
      TaskFailed{
          .scope = scope,
          .task = reference(step, scope),
          .how = how,
          .error = kept(step, failure.error, limits::kErrorChars),
          .cause = timed_out ? std::nullopt : kept(step, failure.cause, limits::kCauseChars),
          .disarm = disarm_of(step.scope(scope), timed_out ? Job::kAbandoned : Job::kEnded)});
  fail_state(step, scope, std::move(failure));
}

void cut_task_off(Step& step, ScopeId scope, Failure const& failure) {
  step.emit_in(scope, TaskFailed{.scope = scope,
                                 .task = reference(step, scope),
                                 .how = TaskFailure::kTimedOut,
                                 .error = kept(step, failure.error, limits::kErrorChars),
                                 .cause = kept(step, failure.cause, limits::kCauseChars),
                                 .disarm = disarm_of(step.scope(scope), Job::kAbandoned)});
}

}  // namespace treadle::interpreter
