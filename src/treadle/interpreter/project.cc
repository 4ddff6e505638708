#include "treadle/interpreter/project.h"

#include <string_view>

namespace treadle::interpreter {
namespace {

using namespace record;
using std::string_view;

struct TypeNames {
  string_view entered, exited, aborted;
};

// By asl::StateType.
constexpr TypeNames kStateNames[] = {
    {"TaskStateEntered", "TaskStateExited", "TaskStateAborted"},
    {"PassStateEntered", "PassStateExited", {}},
    {"ChoiceStateEntered", "ChoiceStateExited", {}},
    {"WaitStateEntered", "WaitStateExited", "WaitStateAborted"},
    {"SucceedStateEntered", "SucceedStateExited", {}},
    {"FailStateEntered", {}, {}},
    {"ParallelStateEntered", "ParallelStateExited", "ParallelStateAborted"},
    {"MapStateEntered", "MapStateExited", "MapStateAborted"},
};

auto names(asl::StateType type) -> TypeNames const& {
  return kStateNames[static_cast<std::size_t>(type)];
}

// The three families of task events: of a plain function, of an activity, of a service integration.
struct TaskNames {
  string_view type, details;
};
enum class TaskEvent : std::uint8_t {
  kScheduled,
  kStarted,
  kSucceeded,
  kFailed,
  kTimedOut,
  kScheduleFailed,
  kStartFailed
};

constexpr TaskNames kFunctionNames[] = {
    {"LambdaFunctionScheduled", "lambdaFunctionScheduledEventDetails"},
    {"LambdaFunctionStarted", {}},
    {"LambdaFunctionSucceeded", "lambdaFunctionSucceededEventDetails"},
    {"LambdaFunctionFailed", "lambdaFunctionFailedEventDetails"},
    {"LambdaFunctionTimedOut", "lambdaFunctionTimedOutEventDetails"},
    {"LambdaFunctionScheduleFailed", "lambdaFunctionScheduleFailedEventDetails"},
    {"LambdaFunctionStartFailed", "lambdaFunctionStartFailedEventDetails"},
};
constexpr TaskNames kActivityNames[] = {
    {"ActivityScheduled", "activityScheduledEventDetails"},
    {"ActivityStarted", "activityStartedEventDetails"},
    {"ActivitySucceeded", "activitySucceededEventDetails"},
    {"ActivityFailed", "activityFailedEventDetails"},
    {"ActivityTimedOut", "activityTimedOutEventDetails"},
    {"ActivityScheduleFailed", "activityScheduleFailedEventDetails"},
    {"ActivityFailed", "activityFailedEventDetails"},
};
constexpr TaskNames kServiceNames[] = {
    {"TaskScheduled", "taskScheduledEventDetails"},     {"TaskStarted", "taskStartedEventDetails"},
    {"TaskSucceeded", "taskSucceededEventDetails"},     {"TaskFailed", "taskFailedEventDetails"},
    {"TaskTimedOut", "taskTimedOutEventDetails"},       {"TaskFailed", "taskFailedEventDetails"},
    {"TaskStartFailed", "taskStartFailedEventDetails"},
};

auto names(asl::ResourceKind kind, TaskEvent event) -> TaskNames const& {
  auto const i = static_cast<std::size_t>(event);
  if (kind == asl::ResourceKind::kLambdaFunction) return kFunctionNames[i];
  return kind == asl::ResourceKind::kActivity ? kActivityNames[i] : kServiceNames[i];
}

// Fills in type and details of one event; the frame is there already.
class Projector {
 public:
  explicit Projector(HistoryEvent& out) : out_(out) {}

  void operator()(ExecutionStarted const& e) {
    begin("ExecutionStarted", "executionStartedEventDetails");
    add("input", e.input);
    add("roleArn", e.role_arn);
    if (!e.alias_arn.empty()) add("stateMachineAliasArn", e.alias_arn);
    if (!e.version_arn.empty()) add("stateMachineVersionArn", e.version_arn);
  }
  void operator()(StateEntered const& e) {
    begin(names(e.type).entered, "stateEnteredEventDetails");
    add("name", e.name);
    add("input", e.input);
  }
  void operator()(StateExited const& e) {
    begin(names(e.type).exited, "stateExitedEventDetails");
    add("name", e.name);
    add("output", e.output);
    if (!e.assignments.empty()) out_.details.push_back({"assignedVariables", e.assignments});
  }
  void operator()(TaskScheduled const& e) {
    task(e.kind, TaskEvent::kScheduled);
    if (e.kind == asl::ResourceKind::kService) {
      add("resourceType", e.resource_type);
      add("resource", e.resource);
      add("region", e.region);
      add("parameters", e.parameters);
    } else {
      add("resource", e.resource);
      add("input", e.parameters);
    }
    if (e.timeout_seconds) add("timeoutInSeconds", *e.timeout_seconds);
    if (e.heartbeat_seconds) add("heartbeatInSeconds", *e.heartbeat_seconds);
    if (!e.role_arn.empty()) add("taskCredentials", record::TaskCredentials{e.role_arn});
  }
  void operator()(TaskStarted const& e) {
    task(e.task.kind, TaskEvent::kStarted);
    resource(e.task);
    if (!e.worker.empty()) add("workerName", e.worker);
  }
  void operator()(TaskSubmitted const& e) {
    begin("TaskSubmitted", "taskSubmittedEventDetails");
    resource(e.task);
    add("output", e.output);
  }
  void operator()(TaskSucceeded const& e) {
    task(e.task.kind, TaskEvent::kSucceeded);
    resource(e.task);
    add("output", e.output);
  }
  void operator()(TaskFailed const& e) {
    constexpr TaskEvent kEvent[] = {TaskEvent::kFailed,      TaskEvent::kTimedOut,
                                    TaskEvent::kTimedOut,    TaskEvent::kScheduleFailed,
                                    TaskEvent::kStartFailed, TaskEvent::kFailed};
    task(e.task.kind, kEvent[static_cast<std::size_t>(e.how)]);
    if (e.how == TaskFailure::kSubmitFailed)
      begin("TaskSubmitFailed", "taskSubmitFailedEventDetails");
    resource(e.task);
    error(e.error, e.cause);
  }
  void operator()(ParallelStarted const&) { begin("ParallelStateStarted", {}); }
  void operator()(ParallelSucceeded const&) { begin("ParallelStateSucceeded", {}); }
  void operator()(MapStarted const& e) {
    begin("MapStateStarted", "mapStateStartedEventDetails");
    add("length", std::uint64_t{e.length});
  }
  void operator()(IterationStarted const& e) {
    iteration("MapIterationStarted", "mapIterationStartedEventDetails", e.name, e.index);
  }
  void operator()(IterationSucceeded const& e) {
    iteration("MapIterationSucceeded", "mapIterationSucceededEventDetails", e.name, e.index);
  }
  void operator()(IterationFailed const& e) {
    iteration("MapIterationFailed", "mapIterationFailedEventDetails", e.name, e.index);
  }
  void operator()(IterationAborted const& e) {
    iteration("MapIterationAborted", "mapIterationAbortedEventDetails", e.name, e.index);
  }
  void operator()(MapSucceeded const&) { begin("MapStateSucceeded", {}); }
  void operator()(ContainerFailed const& e) {
    begin(e.type == asl::StateType::kParallel ? "ParallelStateFailed" : "MapStateFailed", {});
  }
  void operator()(ScopeAborted const& e) {
    if (e.type) begin(names(*e.type).aborted, {});
  }
  void operator()(ExecutionSucceeded const& e) {
    begin("ExecutionSucceeded", "executionSucceededEventDetails");
    add("output", e.output);
  }
  void operator()(ExecutionEnded const& e) {
    constexpr TaskNames kNames[] = {{"ExecutionFailed", "executionFailedEventDetails"},
                                    {"ExecutionAborted", "executionAbortedEventDetails"},
                                    {"ExecutionTimedOut", "executionTimedOutEventDetails"}};
    auto const& n = kNames[static_cast<std::size_t>(e.how)];
    begin(n.type, n.details);
    error(e.error, e.cause);
  }
  void operator()(EvaluationFailed const& e) {
    begin("EvaluationFailed", "evaluationFailedEventDetails");
    add("error", e.error);
    add("cause", e.cause);
    if (!e.location.empty()) add("location", e.location);
    add("state", e.state);
  }
  void operator()(ExecutionRedriven const& e) {
    begin("ExecutionRedriven", "executionRedrivenEventDetails");
    add("redriveCount", std::uint64_t{e.redrive_count});
  }
  // What no history shows.
  void operator()(WaitStarted const&) {}
  void operator()(JobStopped const&) {}
  void operator()(DeadlineSet const&) {}
  void operator()(DeadlineLifted const&) {}
  void operator()(CompensationRequested const&) {}
  void operator()(CompensationBegan const&) {}
  void operator()(ChildAsked const&) {}
  void operator()(TimerFired const&) {}
  void operator()(RetryScheduled const&) {}
  void operator()(ErrorCaught const&) {}
  void operator()(BranchSucceeded const&) {}
  void operator()(BranchFailed const&) {}
  void operator()(Yielded const&) {}
  void operator()(Resumed const&) {}

 private:
  void begin(string_view type, string_view details) {
    out_.type = type;
    out_.details_name = details;
  }
  void task(asl::ResourceKind kind, TaskEvent event) {
    auto const& n = names(kind, event);
    begin(n.type, n.details);
  }
  // Only service integrations repeat their resource in every event.
  void resource(TaskRef const& t) {
    if (t.kind != asl::ResourceKind::kService) return;
    add("resourceType", t.resource_type);
    add("resource", t.resource);
  }
  void error(std::optional<string_view> const& error, std::optional<string_view> const& cause) {
    if (error) add("error", *error);
    if (cause) add("cause", *cause);
  }
  void iteration(string_view type, string_view details, string_view name, std::uint32_t index) {
    begin(type, details);
    add("name", name);
    add("index", std::uint64_t{index});
  }
  template <typename T>
  void add(string_view name, T value) {
    out_.details.push_back({name, value});
  }

  HistoryEvent& out_;
};

}  // namespace

auto project(JournalEvent const& event) -> std::optional<HistoryEvent> {
  if (event.history_count == 0) return std::nullopt;
  HistoryEvent out{.id = event.first_history_id,
                   .previous_id = event.previous_history_id,
                   .timestamp = event.timestamp,
                   .type = {},
                   .details_name = {},
                   .details = {}};
  std::visit(Projector(out), event.fact);
  return out;
}

}  // namespace treadle::interpreter
