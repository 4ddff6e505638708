#include "treadle/integrations/functions/http_runner.h"

#include <utility>

#include <fmt/format.h>

namespace treadle::integrations::functions {
namespace {

auto http_request(FunctionSpec const& function, Invocation invocation) -> net::ClientRequest {
  net::ClientRequest request;
  request.url = function.url;
  request.headers = {{"Content-Type", "application/json"},
                     {"Lambda-Runtime-Aws-Request-Id", invocation.request_id},
                     {"Lambda-Runtime-Invoked-Function-Arn", invocation.function_arn},
                     {"Treadle-Idempotency-Key", invocation.idempotency_key}};
  if (!invocation.trace_header.empty())
    request.headers.set("X-Amzn-Trace-Id", invocation.trace_header);
  request.body = std::move(invocation.payload);
  request.deadlines = {
      .connect = function.timeout, .first_byte = function.timeout, .total = function.timeout};
  request.max_response_bytes = 6 * 1024 * 1024;
  return request;
}

auto outcome_of(net::ClientResponse response) -> Outcome {
  bool const is_success = response.status >= 200 && response.status < 300;
  bool const is_error = response.headers.find("X-Amz-Function-Error").has_value();
  if (is_success && !is_error) return result_outcome(response.body);
  if (is_success || is_error_report(response.body))
    return {Outcome::Kind::kFailed, std::move(response.body)};
  return failed_outcome(fmt::format("Http.StatusCode.{}", response.status), response.body);
}

auto outcome_of(net::ClientError const& error, std::string_view request_id, Milliseconds limit)
    -> Outcome {
  if (error.kind == net::ClientError::Kind::kTimeout) return timed_out_outcome(request_id, limit);
  if (error.kind == net::ClientError::Kind::kTooLarge)
    return failed_outcome("Function.ResponseSizeTooLarge", error.message);
  return failed_outcome("Http.Socket", error.message);
}

}  // namespace

void HttpRunner::run(Invocation invocation, OutcomeDone done) {
  auto const request_id = invocation.request_id;
  client_.send(http_request(function_, std::move(invocation)),
               [this, request_id, done = std::move(done)](net::ClientResult result) mutable {
                 done(result ? outcome_of(*std::move(result))
                             : outcome_of(result.error(), request_id, function_.timeout));
               });
}

}  // namespace treadle::integrations::functions
