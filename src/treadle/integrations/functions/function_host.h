// Runs local Lambda functions: queues their invocations, starts and stops their processes.
//
// A nodejs or python function is served by processes that each run one invocation at a time through
// the Lambda Runtime API (runtime_api.h) and are kept for the next. All of a host's work happens on
// a loop and a thread of its own; nothing here blocks a caller.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "treadle/base/result.h"
#include "treadle/integrations/connector.h"
#include "treadle/integrations/functions/function_spec.h"
#include "treadle/integrations/lambda_message.h"

namespace treadle::integrations::functions {

// One line that a function wrote to its standard output or error. Called on any thread, also at
// once.
using FunctionLog = std::function<void(std::string_view function, std::string_view line)>;

struct FunctionHostOptions {
  std::string region = "us-east-1";
  std::string account = "123456789012";
  std::map<std::string, std::string>
      environment;                   // of every function, beyond what this process has
  FunctionLog log;                   // empty: dropped
  std::size_t waiting_max = 10'000;  // invocations of one function that wait; further: 429
  std::chrono::milliseconds idle_time{300'000};  // an unused process is stopped
  std::chrono::milliseconds init_time{30'000};   // from a process's start to its first /next
};

class FunctionHost {
 public:
  using Done = std::move_only_function<void(LambdaResult)>;

  // Fails with a text for the operator: a name that occurs twice, no room for the runtime clients.
  [[nodiscard]] static auto start(std::vector<FunctionSpec> functions, FunctionHostOptions options)
      -> Result<std::unique_ptr<FunctionHost>, std::string>;
  FunctionHost(FunctionHost const&) = delete;
  auto operator=(FunctionHost const&) -> FunctionHost& = delete;
  // Kills every process; calls under way are dropped without an answer.
  ~FunctionHost();

  // Whether `function` (name, ARN or partial ARN) is one of this host's. Any thread.
  [[nodiscard]] auto knows(std::string_view function) const -> bool;

  // Runs a function that the host knows. `done` is called once, on the host's loop, with what
  // Lambda's Invoke would have answered: 200 with the payload, with X-Amz-Function-Error when the
  // function failed, 202 at once for Event, 204 for DryRun, 429 when too many wait. Any thread.
  //
  //   the process ended      {"errorType":"Runtime.ExitError", ...}
  //   out of time            {"errorType":"Sandbox.Timedout", ...}; the process is killed
  //   no JSON came back      {"errorType":"Runtime.MalformedHandlerResponse", ...}
  void invoke(CallId id, LambdaRequest request, Done done);
  // An invocation that waits is given up; one that runs goes on, as on Lambda, and its answer is
  // dropped. `done` is called with a failure.
  void cancel(CallId id);

 private:
  class Impl;
  explicit FunctionHost(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace treadle::integrations::functions
