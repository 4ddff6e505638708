// One process that runs a handler through the Lambda Runtime API, and the API it speaks to.
//
// Every process has an API of its own on a loopback port, so that who asks is known without asking:
// a port stands for a process, as a sandbox does on Lambda. One invocation at a time. Source: AWS
// Lambda Developer Guide, "Using the Lambda runtime API".
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "treadle/integrations/functions/function_runner.h"
#include "treadle/net/http_server.h"

namespace treadle::integrations::functions {

// An invocation and who waits for it.
struct PendingInvocation {
  Invocation invocation;
  OutcomeDone done;
};

// Lives on the host's loop.
class RuntimeProcess : public std::enable_shared_from_this<RuntimeProcess> {
 public:
  // Called once, when the process has ended, after the outcome of the invocation it had; with an
  // invocation that it was given after it had served but never took, if there is one.
  using OnGone = std::move_only_function<void(std::optional<PendingInvocation> untaken)>;

  // `context` and `function` outlive the process, whose owner keeps it until it is gone. Failing to
  // start shows as an outcome.
  [[nodiscard]] static auto start(RunnerContext const& context, FunctionSpec const& function,
                                  OnGone on_gone) -> std::shared_ptr<RuntimeProcess>;
  RuntimeProcess(RuntimeProcess const&) = delete;
  auto operator=(RuntimeProcess const&) -> RuntimeProcess& = delete;
  ~RuntimeProcess();

  // Gives the process its next invocation; it must have none. The function's time limit runs from
  // the moment at which the process takes it.
  void run(Invocation invocation, OutcomeDone done);
  [[nodiscard]] auto is_free() const -> bool { return !current_ && phase_ != Phase::kEnding; }
  void kill();

 private:
  enum class Phase : std::uint8_t { kStarting, kServing, kEnding };
  struct Current : PendingInvocation {
    bool is_taken = false;
  };

  RuntimeProcess(RunnerContext const& context, FunctionSpec const& function, OnGone on_gone);
  auto listen() -> Result<void, std::string>;
  void start_process();
  void end(ProcessEnd const& end);
  [[nodiscard]] auto outcome_of(ProcessEnd const& end) const -> Outcome;

  void handle(net::Request const& request, net::Responder responder);
  void next(net::Responder responder);
  void deliver();
  void accept(std::string_view request_id, Outcome outcome, net::Responder responder);
  void accept_init_error(net::Request const& request, net::Responder responder);
  void finish(Outcome outcome);
  void expire(Milliseconds limit);

  RunnerContext const& context_;
  FunctionSpec const& function_;
  OnGone on_gone_;
  Phase phase_ = Phase::kStarting;
  std::unique_ptr<net::HttpServer> server_;
  std::optional<ProcessId> process_;
  std::optional<net::Responder> waiting_;  // of a /next that is not yet answered
  std::optional<Current> current_;
  std::optional<Outcome> init_error_;
  net::Timer deadline_;  // of the start, then of the invocation
};

}  // namespace treadle::integrations::functions
