// What an execution may be asked or told.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "treadle/base/result.h"
#include "treadle/json/value.h"
#include "treadle/record/ids.h"
#include "treadle/record/journal_event.h"

namespace treadle::record {

struct StartExecution {
  std::string_view execution_arn;
  std::string_view name;
  std::string_view state_machine_arn;
  std::string_view state_machine_name;
  std::string_view revision;
  std::string_view role_arn;
  std::string_view trace_header;
  std::string_view input;  // JSON text, at most limits::kPayloadBytes
  // The same where the payload table has it already; then `input` is not read.
  PayloadId input_payload = {};
  // What the start was asked of, and the version that runs; empty where there is none.
  std::string_view version_arn = {};
  std::string_view alias_arn = {};
  // The machine's revision as the API shows it: empty until its first update; its time.
  std::string_view revision_id = {};
  Timestamp revised_at = {};
  // After so many seconds the saga shall go back by itself.
  std::optional<std::uint64_t> deadline_seconds = {};
};

struct StopExecution {
  std::optional<std::string_view> error;
  std::optional<std::string_view> cause;
  std::string_view caller =
      {};  // who asked for it, for the row that says so; nothing is done with it
};

// The saga shall undo what it has done. Extension, see interpreter/compensate.h.
struct CompensateExecution {
  std::string_view cause;
  std::string_view caller = {};  // as above
};

// The ended execution shall go on from where it failed.
struct RedriveExecution {
  std::string_view client_token;  // may be empty
  std::string_view caller = {};   // as above
};

// The call of a task returned: it is the result, or only the submission where the pattern waits on.
struct CallSucceeded {
  HistoryId scheduled = 0;
  std::string_view output;  // JSON text
  // The same as a value that lives as long as the payload table's arena; then `output` is not read.
  std::optional<json::Value> value = {};
};

struct CallFailed {
  HistoryId scheduled = 0;
  TaskFailure how = TaskFailure::kFailed;
  Error error;
};

// The job of a .sync task ended.
struct JobSucceeded {
  HistoryId scheduled = 0;
  std::string_view output;  // JSON text
};

struct JobFailed {
  HistoryId scheduled = 0;
  Error error;
};

// A job that was to be stopped was asked to. Comes to executions that have ended as well.
struct JobWasStopped {
  HistoryId scheduled = 0;
};

// SendTaskSuccess, SendTaskFailure, SendTaskHeartbeat, or an activity's worker: by token.
struct TokenSucceeded {
  HistoryId scheduled = 0;
  std::string_view output;  // JSON text
  // Who decided so, for the row that stays of the wait; nothing is done with it.
  std::string_view receipt = {};
};

struct TokenFailed {
  HistoryId scheduled = 0;
  std::optional<std::string_view> error;
  std::optional<std::string_view> cause;
  std::string_view receipt = {};  // as above
};

struct TokenHeartbeat {
  HistoryId scheduled = 0;
};

// A worker takes the task of an activity.
struct ActivityTaken {
  HistoryId scheduled = 0;
  std::string_view worker;  // may be empty
};

struct TimerDue {
  Timer timer;
};

// Goes on after Yielded.
struct Continue {};

using Command =
    std::variant<StartExecution, StopExecution, CallSucceeded, CallFailed, TokenSucceeded,
                 TokenFailed, TokenHeartbeat, ActivityTaken, TimerDue, Continue, RedriveExecution,
                 JobSucceeded, JobFailed, JobWasStopped, CompensateExecution>;

// What the sender of a command learns.
enum class Reply : std::uint8_t {
  kDone,            // the events say what happened
  kIgnored,         // late or repeated: nothing happened and nobody minds
  kTaskGone,        // the task has ended (TaskTimedOut)
  kNotRunning,      // the execution has ended
  kNotCompensable,  // no saga, or nothing leads back from where it stands
  kNotRedrivable,   // the execution runs, has succeeded, or has no room left in its history
  kHeartbeat,       // accepted: the heartbeat timer moves to `heartbeat_due` (not journaled)
};

}  // namespace treadle::record
