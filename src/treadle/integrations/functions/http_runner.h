// `http` functions: POST of the payload to a URL of the project.
//
// An answer of 2xx is the result, unless it has X-Amz-Function-Error. Of any other answer a body
// that is an object with errorType is the error, else Http.StatusCode.NNN.
#pragma once

#include "treadle/integrations/functions/function_runner.h"
#include "treadle/net/http_client.h"

namespace treadle::integrations::functions {

class HttpRunner final : public FunctionRunner {
 public:
  // Both outlive the runner, which is destroyed after the host's loop has stopped.
  HttpRunner(RunnerContext const& context, FunctionSpec const& function)
      : function_(function), client_(context.loop(), {}) {}
  void run(Invocation invocation, OutcomeDone done) override;

 private:
  FunctionSpec const& function_;
  net::HttpClient client_;
};

}  // namespace treadle::integrations::functions
