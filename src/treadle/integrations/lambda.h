// Tasks that run Lambda functions: a function's ARN as Resource, and lambda:invoke.
//
// A function that the host knows runs on this machine; any other is invoked through Lambda's Invoke
// API at AWS_ENDPOINT_URL_LAMBDA (else AWS_ENDPOINT_URL, else AWS). Every request carries
// Treadle-Idempotency-Key, the same on each delivery of one attempt. Source: AWS Lambda API
// reference, Invoke.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "treadle/integrations/aws_configuration.h"
#include "treadle/integrations/aws_sdk/credential_provider.h"
#include "treadle/integrations/connector.h"
#include "treadle/integrations/functions/function_host.h"
#include "treadle/integrations/lambda_message.h"
#include "treadle/net/event_loop.h"

namespace treadle::integrations {

class LambdaConnector final : public Connector {
 public:
  // `loops` carry the HTTP calls. Both outlive the connector's use, and the connector is destroyed
  // after the loops were stopped. `local` may be null: every function is remote. Without
  // `credentials`, which outlive it, only those of the configuration are used.
  LambdaConnector(AwsConfiguration configuration, net::EventLoops& loops,
                  functions::FunctionHost* local,
                  aws_sdk::CredentialProvider* credentials = nullptr);
  LambdaConnector(LambdaConnector const&) = delete;
  auto operator=(LambdaConnector const&) -> LambdaConnector& = delete;
  ~LambdaConnector() override;

  // Besides the results of to_call_result(): Lambda.SdkClientException when there was no whole
  // answer, at stage kStart when nothing can have arrived; Lambda.ClientExecutionTimeoutException
  // after the task's time, at most Lambda's own 15 minutes; States.Runtime for parameters that name
  // no function.
  void invoke(TaskCall call, CallDone done) override;
  // Breaks the connection, or ends the wait for a local function.
  void cancel(CallId id) override;

 private:
  class Remote;  // the calls of one loop
  struct OpenCall;
  [[nodiscard]] auto remote_of(CallId id) -> Remote&;
  void send(OpenCall open, ServiceEndpoint endpoint);

  AwsConfiguration configuration_;
  functions::FunctionHost* local_;
  aws_sdk::CredentialProvider* credentials_;
  std::vector<std::unique_ptr<Remote>> remotes_;
};

}  // namespace treadle::integrations
