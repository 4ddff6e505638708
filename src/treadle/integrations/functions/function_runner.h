// The ways to run a function, seen from the host: one invocation in, one outcome out.
// All of it happens on the host's loop.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "treadle/integrations/functions/child_processes.h"
#include "treadle/integrations/functions/function_host.h"
#include "treadle/integrations/functions/function_spec.h"
#include "treadle/integrations/functions/line_splitter.h"
#include "treadle/integrations/functions/retired_servers.h"
#include "treadle/net/event_loop.h"

namespace treadle::integrations::functions {

struct Invocation {
  std::string request_id;
  std::string function_arn;
  std::string payload;         // JSON text
  std::string client_context;  // JSON text
  std::string idempotency_key;
  std::string trace_header;
};

// What the function made of it: its result, or an object with errorType and errorMessage.
struct Outcome {
  enum class Kind : std::uint8_t { kSucceeded, kFailed } kind = Kind::kSucceeded;
  std::string payload;
};
using OutcomeDone = std::move_only_function<void(Outcome)>;

class FunctionRunner {
 public:
  virtual ~FunctionRunner() = default;
  // Never more calls under way than the function's concurrency_max. `done` is called once, never
  // inside this call. The runner keeps the function's time limit itself.
  virtual void run(Invocation invocation, OutcomeDone done) = 0;
};

// What runners share. It outlives them.
struct RunnerContext {
  net::EventLoops& loops;  // one loop, the host's
  ChildProcesses& children;
  RetiredServers& retired;
  FunctionHostOptions const& options;
  std::string client_folder;  // holds nodejs.cjs and python.py
  void log(FunctionSpec const& function, std::string_view line) const {
    if (options.log) options.log(function.name, line);
  }
  [[nodiscard]] auto loop() const -> net::EventLoop& { return loops.at(0); }
};

// What a function writes, cut into lines, to the log. On one thread at a time.
class LogLines {
 public:
  LogLines(RunnerContext const& context, FunctionSpec const& function)
      : context_(context), function_(function) {}
  void add(OutputStream stream, std::string_view bytes);
  void finish();  // the last lines, where they have no end

 private:
  RunnerContext const& context_;
  FunctionSpec const& function_;
  LineSplitter output_;
  LineSplitter errors_;
};

// ---- the errors that Lambda itself reports for a function; payloads as text

// {"errorType": type, "errorMessage": message}
[[nodiscard]] auto failed_outcome(std::string_view type, std::string_view message) -> Outcome;
// "RequestId: ID Error: Runtime exited with error: exit status 1", Runtime.ExitError.
[[nodiscard]] auto exited_outcome(std::string_view request_id, ProcessEnd const& end) -> Outcome;
// "RequestId: ID Error: Task timed out after 3.00 seconds", Sandbox.Timedout.
[[nodiscard]] auto timed_out_outcome(std::string_view request_id, Milliseconds limit) -> Outcome;
// `text` as the function's result; Runtime.MalformedHandlerResponse where it is no JSON. Blank text
// is null.
[[nodiscard]] auto result_outcome(std::string_view text) -> Outcome;
// Whether `text` is a JSON object with a textual errorType: a failure that a function words itself.
[[nodiscard]] auto is_error_report(std::string_view text) -> bool;

// ---- the environment of a function's process

// Everything of this process, the host's and the function's own variables, and those that Lambda
// sets, in the order in which a later one wins; as "NAME=value".
[[nodiscard]] auto process_environment_of(
    FunctionSpec const& function, FunctionHostOptions const& options,
    std::map<std::string, std::string> const& invocation_variables) -> std::vector<std::string>;

}  // namespace treadle::integrations::functions
