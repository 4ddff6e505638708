// One call of Lambda's Invoke operation and its answer, as values. Local functions and the remote
// service take and give the same, so that a task cannot tell them apart. Source: AWS Lambda API
// reference, Invoke.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "treadle/base/result.h"
#include "treadle/base/time.h"
#include "treadle/integrations/connector.h"
#include "treadle/net/http_message.h"

namespace treadle::integrations {

struct LambdaRequest {
  std::string function;         // name, name:qualifier, ARN or partial ARN, as the task gave it
  std::string qualifier;        // version or alias; empty: none
  std::string payload;          // JSON text
  std::string invocation_type;  // "RequestResponse", "Event", "DryRun"; empty: the first
  std::string log_type;         // "None", "Tail"; empty: the first
  std::string client_context;   // base64; empty: none
  std::string idempotency_key;
  std::string trace_header;
  std::string region;
  std::string account;
  std::optional<Milliseconds> timeout;  // what is left of the task's
};

struct LambdaResponse {
  int status = 200;
  net::Headers headers;  // of the HTTP answer, in their order and spelling
  std::string body;
};

// An answer, or the error of a call that got none, as the task shows it.
using LambdaResult = std::expected<LambdaResponse, CallFailed>;

// What a task asks Lambda for: its whole input to the function of its ARN, or what the members of
// `lambda:invoke` say (FunctionName, Payload, Qualifier, ClientContext, InvocationType, LogType; a
// Payload that is absent or null is {}). Fails with States.Runtime where FunctionName is missing or
// no text.
[[nodiscard]] auto make_lambda_request(TaskCall const& call) -> Result<LambdaRequest>;

// The function's own name: "f" of "f", "f:PROD", "123456789012:function:f" and
// "arn:aws:lambda:us-east-1:123456789012:function:f:PROD". A view into `function`.
[[nodiscard]] auto short_function_name(std::string_view function) -> std::string_view;
// Version or alias of such a text ("PROD" above), or empty.
[[nodiscard]] auto qualifier_of(std::string_view function) -> std::string_view;

}  // namespace treadle::integrations
