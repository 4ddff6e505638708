// http:invoke: any HTTPS API, with the authorization of a connection.
//
// Connects to public addresses only, and to those that the operator allows; follows no redirects.
// Source: Step Functions Developer Guide, "Call HTTPS APIs in Step Functions workflows".
#pragma once

#include <memory>

#include "treadle/base/clock.h"
#include "treadle/integrations/connector.h"
#include "treadle/integrations/http_caller.h"
#include "treadle/integrations/optimized/http_task_settings.h"
#include "treadle/integrations/optimized/oauth_tokens.h"
#include "treadle/integrations/waiting_calls.h"
#include "treadle/net/event_loop.h"

namespace treadle::integrations::optimized {

class HttpTaskConnector final : public Connector {
 public:
  // Both outlive the connector, which is destroyed after the loops were stopped. `ca_file`: as in
  // net::HttpClientOptions.
  HttpTaskConnector(HttpTaskSettings settings, net::EventLoops& loops, Clock const& clock,
                    std::string const& ca_file = {});

  // Events.ConnectionResource.ResourceNotFound and .InvalidConnectionState where there is no
  // connection, or no token for it.
  // States.Http.StatusCode.NNN of any answer but 2xx, with its body as the cause; States.Http.Socket
  // where there was no answer within 60 s; States.Runtime for what is not permitted or not text;
  // States.DataLimitExceeded.
  void invoke(TaskCall call, CallDone done) override;
  void cancel(CallId id) override;

 private:
  struct Open;
  void authorize(std::shared_ptr<Open> const& open);
  void send(std::shared_ptr<Open> const& open);
  void answered(std::shared_ptr<Open> const& open, HttpOutcome outcome);

  HttpTaskSettings const settings_;
  HttpCaller http_;
  OAuthTokens tokens_;
  WaitingCalls waiting_;
};

}  // namespace treadle::integrations::optimized
