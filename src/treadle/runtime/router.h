// What the API asks of the engine about executions. On one node the engine itself answers; on
// several, the node that holds the execution's partition does.
//
// Answers come through callbacks: on any of the engine's event loops, perhaps before
// the call returns. A refusal carries the error code of the API and AWS's message. An
// answer that reports a change is given only after the change is durable; a refusal,
// only after what it was decided on is.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "treadle/asl/model.h"
#include "treadle/base/result.h"
#include "treadle/base/strong_id.h"
#include "treadle/base/time.h"
#include "treadle/record/history_event.h"
#include "treadle/runtime/log_settings.h"

namespace treadle::runtime {

// An error of the API: `code` as the service model names it ("ExecutionDoesNotExist").
struct Refusal {
  std::string code;
  std::string message;
};

template <typename T>
using Answer = std::expected<T, Refusal>;
template <typename T>
using OnAnswer = std::move_only_function<void(Answer<T>)>;

// The machine, version or alias that an execution is started from, looked up by the caller: an
// alias that names two versions has been drawn from.
struct MachineRef {
  EntityId id;      // drawn when the machine was made: a namesake made later has another
  std::string arn;  // of the machine itself, unqualified
  std::string name;
  std::string revision;  // content hash of the definition
  std::string role_arn;
  asl::DefinitionPtr definition;
  std::string version_arn = {};  // empty where the start named neither version nor alias
  std::string alias_arn = {};    // empty where it named no alias
  std::string revision_id = {};  // as the API shows it
  Timestamp revised_at = {};
  // After so many seconds its executions compensate by themselves; of Standard machines.
  std::optional<std::uint64_t> deadline_seconds = {};
};

struct StartRequest {
  MachineRef machine;
  std::string execution_arn;
  std::string name;
  bool named_by_caller = true;  // an unnamed start gets a fresh name and is never a repetition
  std::string input;            // JSON text, checked
  std::string trace_header;
  LogSettings log = {};
};

struct Started {
  std::string execution_arn;
  Timestamp started_at;
};

struct Stopped {
  Timestamp stopped_at;
};

struct Redriven {
  Timestamp redriven_at;
};

// What became of a request to compensate.
struct Compensating {
  // kRequested: it is followed as soon as that can be; see interpreter::Compensation.
  enum class Stage : std::uint8_t { kRequested, kBegan };
  Stage stage = Stage::kRequested;
  std::optional<Timestamp> requested_at;  // absent: it goes back without a request
};

enum class ExecutionStatus : std::uint8_t { kRunning, kSucceeded, kFailed, kTimedOut, kAborted };

// What DescribeExecution and ListExecutions show.
struct ExecutionSummary {
  EntityId id;
  EntityId machine;  // as MachineRef::id
  std::string execution_arn;
  std::string name;
  std::string state_machine_arn;
  std::string revision;
  std::string role_arn;
  std::string trace_header;
  ExecutionStatus status = ExecutionStatus::kRunning;
  Timestamp started_at;
  std::optional<Timestamp> stopped_at;
  std::uint32_t redrive_count = 0;
  std::optional<Timestamp> redriven_at;  // of the last redrive
  std::uint32_t history_events = 0;      // at its start, its last redrive, or its end
  std::string version_arn = {};          // these two are empty where the start did not name them
  std::string alias_arn = {};
  std::string revision_id = {};  // the machine's at the start, as the API shows it
  Timestamp revised_at = {};
};

struct ExecutionDescription {
  ExecutionSummary summary;
  std::string input;
  std::optional<std::string> output;
  std::optional<std::string> error;
  std::optional<std::string> cause;
};

struct ListRequest {
  EntityId machine;
  std::string qualified_arn = {};  // a version's or alias' ARN: only what was started by it
  std::optional<ExecutionStatus> status;
  std::size_t limit = 100;
  std::string after;  // position of the last page (opaque bytes), empty for the first
};

struct ListPage {
  std::vector<ExecutionSummary> executions;  // newest first
  std::string next;                          // empty: there is no more
};

struct HistoryRequest {
  std::string execution_arn;
  std::size_t limit = 100;
  bool reverse = false;
  std::uint32_t after = 0;  // history id of the last event of the page before; 0 for the first page
};

// Events with the payloads that they name. `storage` keeps alive what the events view.
struct HistoryPage {
  std::vector<record::HistoryEvent> events;
  std::vector<std::pair<record::PayloadId, std::string_view>> payloads;  // by ascending id
  bool more = false;
  std::shared_ptr<void> storage;

  [[nodiscard]] auto payload(record::PayloadId id) const -> std::string_view;
};

struct ActivityTask {
  std::string token;
  std::string input;
};

class Router {
 public:
  virtual ~Router() = default;

  // ExecutionAlreadyExists, ThrottlingException, ServiceUnavailable (disk space is low).
  virtual void start_execution(StartRequest request, OnAnswer<Started> done) = 0;
  // ExecutionDoesNotExist. Stopping an execution that has ended answers its end. `caller`, who asks, is
  // written along with the effect of it (OperationRow); empty: not known.
  virtual void stop_execution(std::string execution_arn, std::optional<std::string> error,
                              std::optional<std::string> cause, OnAnswer<Stopped> done,
                              std::string caller = {}) = 0;

  // ExecutionDoesNotExist; ExecutionNotRedrivable with what `redrive_obstacle` says. A token that an
  // execution was redriven with in the last 15 minutes answers that redrive again.
  virtual void redrive_execution(std::string execution_arn, std::string client_token,
                                 OnAnswer<Redriven> done, std::string caller = {}) = 0;

  // ExecutionDoesNotExist; StateMachineNotSaga; ExecutionNotCompensable: it has ended, or what
  // `compensation_obstacle` says. One that goes back already, or is about to, answers so.
  virtual void compensate_execution(std::string execution_arn, std::string cause,
                                    OnAnswer<Compensating> done, std::string caller = {}) = 0;

  // InvalidToken, TaskDoesNotExist, TaskTimedOut. `output` is JSON text, checked. A `receipt` is kept
  // with what stays of the wait (wait_rows.h), written along with the answer's effect if and only if
  // the answer is accepted; empty: none.
  virtual void task_success(std::string token, std::string output, OnAnswer<void> done,
                            std::string receipt = {}) = 0;
  virtual void task_failure(std::string token, std::optional<std::string> error,
                            std::optional<std::string> cause, OnAnswer<void> done,
                            std::string receipt = {}) = 0;
  virtual void task_heartbeat(std::string token, OnAnswer<void> done) = 0;

  // A task of the activity, or nullopt after `wait`. `is_gone` is asked before a task is
  // handed out; it must be safe on any thread.
  virtual void poll_activity(std::string activity_arn, std::string worker, Milliseconds wait,
                             std::function<bool()> is_gone,
                             OnAnswer<std::optional<ActivityTask>> done) = 0;

  // Reads of committed rows. ExecutionDoesNotExist.
  virtual auto describe_execution(std::string_view execution_arn)
      -> Answer<ExecutionDescription> = 0;
  virtual auto list_executions(ListRequest const& request) -> Answer<ListPage> = 0;
  virtual auto history(HistoryRequest const& request) -> Answer<HistoryPage> = 0;

  // Calls `done` once the execution has ended, or after `wait` (true: it has
  // ended). Extension treadle-wait.
  virtual void wait_for_end(std::string execution_arn, Milliseconds wait, OnAnswer<bool> done) = 0;
};

}  // namespace treadle::runtime
