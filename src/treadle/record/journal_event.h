// The facts of an execution, as they are stored.
//
// A JournalEvent carries everything that apply, project, index and effects need, so that none of
// them ever evaluates an expression, reads a clock or draws a random number. Texts are views: into
// the definition, an arena or the row that was read; whoever keeps an event keeps those alive. What
// has been released is never changed: a new field means a new version (codec.h).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <variant>

#include "treadle/asl/model.h"
#include "treadle/base/time.h"
#include "treadle/record/ids.h"

namespace treadle::record {

// Which of a scope's timers a row of the timer index belongs to.
enum class TimerKind : std::uint8_t {
  kWait,
  kTaskTimeout,
  kHeartbeat,
  kRetry,
  kExecutionTimeout,
  kDeadline  // of a saga
};

// One row of the timer index: (due, history id, kind) within its execution.
struct Timer {
  Timestamp due;
  // The event that entered the state, scheduled the task, or started or redrove the execution: no two
  // scopes wait under the same.
  HistoryId history_id = 0;
  TimerKind kind = TimerKind::kWait;
  friend auto operator<=>(Timer const&, Timer const&) = default;
};

// What stops waiting when a scope goes on: rows to erase, calls to cancel.
struct Disarm {
  std::optional<Timer> timer;  // wait, retry or task time-out
  std::optional<Timer> heartbeat;
  HistoryId task = 0;      // the Scheduled event of a task that was open
  bool call_open = false;  // its call had not returned: the outbox row goes, the call is cancelled
  bool activity_offered = false;  // no worker had taken it: it is withdrawn
  bool token_open = false;        // its token could still come back: the approval row goes
  bool job_open = false;          // its job was waited for: the row of the wait goes
  bool stop_job = false;          // nobody waits for its job any longer: it is to be stopped
};

struct ExecutionStarted {
  std::string_view execution_arn;
  std::string_view name;
  std::string_view state_machine_arn;
  std::string_view state_machine_name;
  std::string_view revision;  // content hash of the definition that this execution is pinned to
  std::string_view role_arn;
  std::string_view trace_header;
  PayloadId input;
  asl::StateIndex start;                 // of the top level
  std::optional<Timestamp> timeout_due;  // of the machine's TimeoutSeconds
  // The version that runs and the alias that led to it; empty where the start named neither.
  std::string_view version_arn = {};
  std::string_view alias_arn = {};
  std::string_view revision_id = {};  // of the machine, as the API shows it; may be empty
  Timestamp revised_at = {};
};

struct StateEntered {
  ScopeId scope;
  asl::StateIndex state;
  asl::StateType type = asl::StateType::kPass;
  std::string_view name;
  PayloadId input;
};

struct Assignment {
  std::string_view name;
  PayloadId value;
};

struct StateExited {
  ScopeId scope;
  asl::StateIndex state;
  asl::StateType type = asl::StateType::kPass;
  std::string_view name;
  PayloadId output;
  std::optional<asl::StateIndex> next;  // absent: the scope ends here
  std::span<Assignment const> assignments;
};

// A Wait state's deadline. No history event.
struct WaitStarted {
  ScopeId scope;
  Timer timer;
};

struct TimerFired {
  ScopeId scope;
  Timer timer;
};

struct TaskScheduled {
  ScopeId scope;
  asl::ResourceKind kind = asl::ResourceKind::kService;
  asl::Pattern pattern = asl::Pattern::kRequestResponse;
  bool is_aws_sdk = false;
  std::string_view
      resource;  // the ARN of a function or an activity, else "invoke.waitForTaskToken"
  std::string_view resource_type;  // "lambda"; empty for a function or an activity
  std::string_view region;
  PayloadId parameters;
  std::uint32_t attempt = 1;                     // 1-based
  std::optional<std::uint64_t> timeout_seconds;  // as configured, unscaled
  std::optional<std::uint64_t> heartbeat_seconds;
  std::optional<Timer> timeout;
  std::optional<Timer> heartbeat;
  std::string_view role_arn = {};  // of Credentials; empty: none
  bool is_input_as_it_is = false;  // the state has no Parameters and no Arguments
};

struct TaskRef {
  HistoryId scheduled = 0;
  asl::ResourceKind kind = asl::ResourceKind::kService;
  std::string_view resource;
  std::string_view resource_type;
};

struct TaskStarted {
  ScopeId scope;
  TaskRef task;
  std::string_view worker;  // of an activity
};

// The call of a .waitForTaskToken or .sync task returned; the task goes on.
struct TaskSubmitted {
  ScopeId scope;
  TaskRef task;
  PayloadId output;
  bool has_job = false;  // of a .sync task: the job's end is waited for
};

struct TaskSucceeded {
  ScopeId scope;
  TaskRef task;
  PayloadId output;
  Disarm disarm;
};

enum class TaskFailure : std::uint8_t {
  kFailed,
  kTimedOut,
  kHeartbeatTimedOut,
  kScheduleFailed,
  kStartFailed,
  kSubmitFailed
};

struct TaskFailed {
  ScopeId scope;
  TaskRef task;
  TaskFailure how = TaskFailure::kFailed;
  std::optional<std::string_view> error;
  std::optional<std::string_view> cause;
  Disarm disarm;
};

// A Retrier granted another attempt. No history event.
struct RetryScheduled {
  ScopeId scope;
  std::uint32_t retrier = 0;  // index into the state's Retry
  Milliseconds delay{0};      // unscaled, after jitter
  Timer timer;
};

// A Catcher took the error. No history event: StateExited follows.
struct ErrorCaught {
  ScopeId scope;
  std::uint32_t catcher = 0;
};

struct Branch {
  asl::RegionIndex region;
  asl::StateIndex start;
};

struct ParallelStarted {
  ScopeId scope;
  ScopeId first_child;  // branches get first_child, first_child + 1, ...
  std::span<Branch const> branches;
  PayloadId input;
};

// A branch ran to its end. No history event.
struct BranchSucceeded {
  ScopeId scope;  // the branch; gone afterwards
  PayloadId output;
};

// A branch failed: its scope is gone, its last event becomes its parent's. No history event.
struct BranchFailed {
  ScopeId scope;
};

struct ParallelSucceeded {
  ScopeId scope;
};

struct MapStarted {
  ScopeId scope;
  std::uint32_t length = 0;
  PayloadId items;                    // the array to map over
  PayloadId input;                    // what ItemSelector's paths read
  std::uint32_t concurrency_max = 0;  // 0 = no limit but the engine's
};

struct IterationStarted {
  ScopeId scope;  // the new one
  ScopeId map;
  std::uint32_t index = 0;
  std::string_view name;  // of the Map state
  asl::RegionIndex region;
  asl::StateIndex start;
  PayloadId input;
};

struct IterationSucceeded {
  ScopeId scope;  // gone afterwards
  std::uint32_t index = 0;
  std::string_view name;
  PayloadId output;
};

struct IterationFailed {
  ScopeId scope;  // gone afterwards
  std::uint32_t index = 0;
  std::string_view name;
};

struct MapSucceeded {
  ScopeId scope;
};

// A Parallel or Map state failed; its children are gone.
struct ContainerFailed {
  ScopeId scope;
  asl::StateType type = asl::StateType::kParallel;
};

// A scope was closed from outside: a sibling failed, or the execution ended. Shown in the history
// only while it was in a state whose type AWS shows as ...StateAborted.
struct ScopeAborted {
  ScopeId scope;
  std::optional<asl::StateType> type;
  Disarm disarm;
};

// The iteration whose scope was just aborted. Changes no state.
struct IterationAborted {
  std::uint32_t index = 0;
  std::string_view name;  // of the Map state
};

struct ExecutionSucceeded {
  PayloadId output;
  std::optional<Timer> timer;  // of the execution, to be erased
};

enum class Ending : std::uint8_t { kFailed, kAborted, kTimedOut };

struct ExecutionEnded {
  Ending how = Ending::kFailed;
  std::optional<std::string_view> error;
  std::optional<std::string_view> cause;
  std::optional<Timer> timer;
};

// A JSONata expression of the state gave no value, or none of the right type.
struct EvaluationFailed {
  ScopeId scope;
  std::string_view state;
  std::string_view location;  // of the field, "Output/total"; empty where no expression is to blame
  std::string_view error;
  std::string_view cause;
};

// A failed, aborted or timed-out execution goes on where it ended. Source: API reference,
// RedriveExecution.
struct ExecutionRedriven {
  std::uint32_t redrive_count = 0;       // this one included
  std::optional<Timestamp> timeout_due;  // of the machine's TimeoutSeconds, afresh
  std::string_view client_token;         // may be empty
};

// A job that was to be stopped was asked to; the execution may have ended before. No history event.
struct JobStopped {
  HistoryId scheduled = 0;
};

// The saga goes back when the timer fires, or no longer does. No history events.
struct DeadlineSet {
  Timer timer;
};
struct DeadlineLifted {
  Timer timer;
};

// The saga is to go back, at once or as soon as it can. No history event.
struct CompensationRequested {
  std::string_view cause;
};

// It goes back: the Catch of the top level's state takes the failure that follows. No history event.
struct CompensationBegan {};

// The execution that a task waits for is asked to compensate. No history event.
struct ChildAsked {
  HistoryId scheduled = 0;
};

// decide stopped after limits::kTransitionsInOneGo so that others are served;
// Continue goes on. No history event.
struct Yielded {};
struct Resumed {};

using Fact =
    std::variant<ExecutionStarted, StateEntered, StateExited, WaitStarted, TimerFired,
                 TaskScheduled, TaskStarted, TaskSubmitted, TaskSucceeded, TaskFailed,
                 RetryScheduled, ErrorCaught, ParallelStarted, BranchSucceeded, BranchFailed,
                 ParallelSucceeded, MapStarted, IterationStarted, IterationSucceeded,
                 IterationFailed, MapSucceeded, ContainerFailed, ScopeAborted, IterationAborted,
                 ExecutionSucceeded, ExecutionEnded, Yielded, Resumed, EvaluationFailed,
                 ExecutionRedriven, JobStopped, DeadlineSet, DeadlineLifted, CompensationRequested,
                 CompensationBegan, ChildAsked>;

struct JournalEvent {
  HistoryId first_history_id = 0;     // of the first history event it projects to, or would
  HistoryId previous_history_id = 0;  // what that one shows as previousEventId
  std::uint8_t history_count = 0;     // how many it projects to: 0 or 1
  Timestamp timestamp;
  Fact fact;
};

}  // namespace treadle::record
