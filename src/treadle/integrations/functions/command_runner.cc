#include "treadle/integrations/functions/command_runner.h"

#include <memory>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "treadle/base/limits.h"

namespace treadle::integrations::functions {
namespace {

constexpr std::size_t kOutputBytesMax = 6 * 1024 * 1024;

// One run. The output members belong to the thread of ChildProcesses until it reports the end, the
// others to the loop.
struct CommandCall : std::enable_shared_from_this<CommandCall> {
  CommandCall(RunnerContext const& c, FunctionSpec const& f, Invocation i, OutcomeDone d)
      : context(c), function(f), invocation(std::move(i)), done(std::move(d)), lines(c, f) {}

  RunnerContext const& context;
  FunctionSpec const& function;
  Invocation invocation;
  OutcomeDone done;
  net::Timer deadline;
  ProcessId process;

  std::string output;
  std::string errors;
  LogLines lines;

  void start();
  void collect(OutputStream stream, std::string_view bytes);
  void finish(Outcome outcome);
  [[nodiscard]] auto outcome_of(ProcessEnd const& end) const -> Outcome;
};

void CommandCall::start() {
  ProcessSpec spec;
  spec.arguments = {"/bin/sh", "-c", function.command};
  spec.environment =
      process_environment_of(function, context.options,
                             {{"AWS_LAMBDA_REQUEST_ID", invocation.request_id},
                              {"TREADLE_IDEMPOTENCY_KEY", invocation.idempotency_key},
                              {"_X_AMZN_TRACE_ID", invocation.trace_header}});
  spec.directory = function.code;
  ProcessEvents events;
  events.on_output = [self = shared_from_this()](OutputStream stream, std::string_view bytes) {
    self->collect(stream, bytes);
  };
  events.on_end = [self = shared_from_this()](ProcessEnd end) mutable {
    self->lines.finish();
    auto& loop = self->context.loop();
    loop.post(
        [self = std::move(self), end = std::move(end)] { self->finish(self->outcome_of(end)); });
  };
  process = context.children.start(std::move(spec), invocation.payload, std::move(events));
  deadline = context.loop().run_after(function.timeout, [this] {
    context.children.kill(process);
    finish(timed_out_outcome(invocation.request_id, function.timeout));
  });
}

void CommandCall::collect(OutputStream stream, std::string_view bytes) {
  if (stream == OutputStream::kErrors) lines.add(stream, bytes);
  auto& text = stream == OutputStream::kOutput ? output : errors;
  auto const limit = stream == OutputStream::kOutput ? kOutputBytesMax + 1 : limits::kCauseChars;
  text += bytes.substr(0, limit - std::min(limit, text.size()));
}

void CommandCall::finish(Outcome outcome) {
  deadline.cancel();
  if (done) std::exchange(done, nullptr)(std::move(outcome));
}

auto CommandCall::outcome_of(ProcessEnd const& end) const -> Outcome {
  if (end.kind == ProcessEnd::Kind::kNotStarted)
    return failed_outcome("Runtime.InvalidEntrypoint", end.message);
  if (output.size() > kOutputBytesMax)
    return failed_outcome("Function.ResponseSizeTooLarge",
                          fmt::format("Response payload size exceeded maximum "
                                      "allowed payload size ({} bytes).",
                                      kOutputBytesMax));
  if (end.is_success()) return result_outcome(output);
  if (is_error_report(output)) return {Outcome::Kind::kFailed, output};
  auto const message = std::string_view(errors).substr(0, errors.find_last_not_of(" \t\r\n") + 1);
  return message.empty() ? exited_outcome(invocation.request_id, end)
                         : failed_outcome("Runtime.ExitError", message);
}

}  // namespace

void CommandRunner::run(Invocation invocation, OutcomeDone done) {
  std::make_shared<CommandCall>(context_, function_, std::move(invocation), std::move(done))
      ->start();
}

}  // namespace treadle::integrations::functions
