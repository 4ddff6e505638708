// `command` functions: a program started for each invocation, JSON on its standard input and
// output.
//
// It finds the request's id in AWS_LAMBDA_REQUEST_ID and its key in TREADLE_IDEMPOTENCY_KEY. Exit
// status 0: its output is the result. Any other: what it wrote to standard error is the message of
// Runtime.ExitError, unless its output is an object with errorType, which then is the error.
#pragma once

#include "treadle/integrations/functions/function_runner.h"

namespace treadle::integrations::functions {

class CommandRunner final : public FunctionRunner {
 public:
  // Both outlive the runner.
  CommandRunner(RunnerContext const& context, FunctionSpec const& function)
      : context_(context), function_(function) {}
  void run(Invocation invocation, OutcomeDone done) override;

 private:
  RunnerContext const& context_;
  FunctionSpec const& function_;
};

}  // namespace treadle::integrations::functions
