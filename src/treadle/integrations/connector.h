// What the runtime asks of the outside for a Task: one call, one result.
//
// A connector turns a TaskCall into a request to a service and the answer into what TaskSucceeded
// or TaskFailed shows. The runtime calls it after the commit of the Scheduled event, perhaps again
// after a crash; the idempotency key is the same then. Source: journal.md, Identity;
// reliability.md, section 2.
//
// Threads. invoke() and cancel() may be called on any thread, also at once, and return without
// waiting for the outside. `done` is called exactly once for each invoke(), on any thread, perhaps
// before invoke() returns; whoever passes it must not assume that its own locks are free. A
// connector that is destroyed drops its open calls without calling `done`: what was not answered is
// delivered again by the outbox.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "treadle/asl/model.h"
#include "treadle/base/result.h"
#include "treadle/base/strong_id.h"
#include "treadle/base/time.h"
#include "treadle/json/arena.h"
#include "treadle/json/value.h"

namespace treadle::integrations {

// Which call: the execution and the history id of its Scheduled event. Unique over all attempts.
struct CallId {
  EntityId execution;
  std::uint32_t history_id = 0;
  friend constexpr auto operator<=>(CallId const&, CallId const&) = default;
};

// All that a connector may know of a task. It owns its strings; nothing points into an arena.
struct TaskCall {
  CallId id;
  // What is called. Of a kLambdaFunction `resource->text` is the function's ARN. Usually shares the
  // ownership of the definition it stands in; never null.
  std::shared_ptr<asl::Resource const> resource;
  std::string
      parameters;  // the request: JSON text, after Parameters; the state's input without them
  std::string
      idempotency_key;  // the same on every delivery of one attempt, another for each attempt
  std::string
      task_token;      // only of Pattern::kWaitForTaskToken, for logs and connectors that carry it
  std::string region;  // of the state machine's ARN
  std::string account;
  std::string execution_arn;
  std::string trace_header;  // X-Amzn-Trace-Id of the execution; may be empty
  std::optional<Milliseconds>
      timeout;                     // what is left of the task's time-out; the runtime enforces it
  std::string role_arn;            // of the task's Credentials; empty: none
  bool is_input_as_it_is = false;  // `parameters` are the state's input: it may hold other things
  std::string submission;          // of a job that was started: the output that invoke() gave
};

// `output` is the JSON text of TaskSucceeded. Under kWaitForTaskToken and .sync invoke() gives that of
// TaskSubmitted: the task goes on until its callback comes, or until its job ends (await_job).
struct CallSucceeded {
  std::string output;
  friend bool operator==(CallSucceeded const&, CallSucceeded const&) = default;
};

// How far a failed call came. kStart: it never left (TaskStartFailed, LambdaFunctionStartFailed);
// the outside has seen nothing. kRun: it left, or may have left (TaskFailed).
enum class CallStage : std::uint8_t { kStart, kRun };

struct CallFailed {
  Error error;
  CallStage stage = CallStage::kRun;
  friend bool operator==(CallFailed const&, CallFailed const&) = default;
};

using CallResult = std::variant<CallSucceeded, CallFailed>;
using CallDone = std::move_only_function<void(CallResult)>;

// The idempotency key of a call, made where somebody asks for it.
class CallKeys {
 public:
  virtual ~CallKeys() = default;
  [[nodiscard]] virtual auto idempotency_key(CallId id) const -> std::string = 0;
};

// A call as it stands in its execution: views, good until answer() returns.
struct CallView {
  CallId id;
  asl::Resource const& resource;
  json::Value parameters;  // the request, as TaskCall::parameters
  json::Arena& arena;      // for the answer
  std::string_view execution_arn;
  CallKeys const& keys;
};

// A result whose value lives in the call's arena, or is a part of its parameters.
using Answer = std::variant<json::Value, CallFailed>;

class Connector {
 public:
  virtual ~Connector() = default;
  virtual void invoke(TaskCall call, CallDone done) = 0;
  // Answers a call of an execution in memory, where that takes no waiting: nothing is copied, and
  // nothing comes between call and answer. nullopt: invoke() gets the call. What waits for a token
  // or a job never comes here. Any thread.
  [[nodiscard]] virtual auto answer(CallView const& /*call*/) -> std::optional<Answer> {
    return std::nullopt;
  }
  // Nobody waits for this call any longer (time-out, abort): free what it holds, stop what can be
  // stopped. A call that has ended or is unknown is no error. Its `done` still comes, with any
  // result.
  virtual void cancel(CallId /*id*/) {}

  // Of a task of a .sync pattern whose job invoke() has started: `done` with what the job came to.
  // Called after the commit of TaskSubmitted, and again after a crash; cancel() ends the waiting, not
  // the job.
  virtual void await_job(TaskCall call, CallDone done);
  // Asks the execution that a task waits for to compensate; one that can't is ended, or, if it goes
  // forward only, left alone. await_job() tells what becomes of it. Called again after a crash.
  virtual void compensate_job(TaskCall call);
  // Ends a job that nobody waits for any longer. `done` once it was asked to end, with any result;
  // called again after a crash that came before `done`.
  virtual void stop_job(TaskCall call, CallDone done);
};

}  // namespace treadle::integrations
