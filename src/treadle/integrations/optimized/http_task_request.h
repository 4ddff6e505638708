// From an HTTP Task's parameters and its connection to a request.
// Source: Step Functions Developer Guide, "Call HTTPS APIs in Step Functions workflows".
#pragma once

#include <string>

#include "treadle/base/result.h"
#include "treadle/integrations/connector.h"
#include "treadle/integrations/optimized/http_task_settings.h"
#include "treadle/net/http_client.h"

namespace treadle::integrations::optimized {

struct HttpTaskRequest {
  net::ClientRequest http;
  Connection const* connection = nullptr;  // in the settings
};

// All but OAuth's token. What the connection gives wins over what the task gives. Fails with
// States.Runtime: no https (unless allowed), a header that is not permitted; with
// Events.ConnectionResource.ResourceNotFound: no such connection.
[[nodiscard]] auto make_http_task_request(TaskCall const& call, HttpTaskSettings const& settings)
    -> Result<HttpTaskRequest, CallFailed>;

// The request for a token of an OAuth connection.
[[nodiscard]] auto make_token_request(Connection const& connection) -> net::ClientRequest;

// Whether a URL may be called: https, or http where its host is among `allow_http`.
[[nodiscard]] auto check_scheme(std::string const& url, HttpTaskSettings const& settings)
    -> Result<void, std::string>;

}  // namespace treadle::integrations::optimized
