// apigateway:invoke: a stage of an API, called by its host name.
//
// https only, and only host names that API Gateway gives (ID.execute-api.REGION.amazonaws.com).
// With AWS_ENDPOINT_URL_APIGATEWAY, or apigateway among the services of treadle.yaml, the request
// goes there with that name as its Host.
// Source: Step Functions Developer Guide, "Call API Gateway".
#pragma once

#include <memory>

#include "treadle/base/clock.h"
#include "treadle/integrations/aws_configuration.h"
#include "treadle/integrations/aws_sdk/credential_provider.h"
#include "treadle/integrations/connector.h"
#include "treadle/integrations/http_caller.h"
#include "treadle/integrations/waiting_calls.h"

namespace treadle::integrations::optimized {

class ApiGatewayConnector final : public Connector {
 public:
  // All outlive the connector.
  ApiGatewayConnector(AwsConfiguration const& configuration, HttpCaller& http,
                      aws_sdk::CredentialProvider& credentials, Clock const& clock);
  // ApiGateway.STATUS of any answer but 2xx, with its body as the cause;
  // ApiGateway.SdkClientException where there was none.
  void invoke(TaskCall call, CallDone done) override;
  void cancel(CallId id) override;

 private:
  struct Request;
  void send(std::shared_ptr<Request> const& request);

  AwsConfiguration const& configuration_;
  HttpCaller& http_;
  aws_sdk::CredentialProvider& credentials_;
  Clock const& clock_;
  WaitingCalls waiting_;
};

}  // namespace treadle::integrations::optimized
