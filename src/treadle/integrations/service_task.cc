#include "treadle/integrations/service_task.h"

#include <chrono>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "treadle/base/error_names.h"
#include "treadle/base/limits.h"
#include "treadle/integrations/http_metadata.h"
#include "treadle/integrations/lambda_result.h"

namespace treadle::integrations {
namespace {

using Kind = aws_sdk::CallProblem::Kind;

}  // namespace

auto call_time(TaskCall const& call) -> std::optional<Milliseconds> {
  constexpr Milliseconds kMargin = std::chrono::seconds(10);
  return call.timeout ? std::optional(*call.timeout + kMargin) : std::nullopt;
}

auto make_service_call(TaskCall const& call, std::string_view service, std::string_view action,
                       std::string parameters) -> aws_sdk::ServiceCall {
  aws_sdk::ServiceCall out{.service = std::string(service),
                           .action = std::string(action),
                           .parameters = std::move(parameters),
                           .region = call.region,
                           .role_arn = call.role_arn,
                           .idempotency_token = call.idempotency_key,
                           .leaves_out_unknown = call.is_input_as_it_is,
                           .timeout = call_time(call)};
  if (!call.idempotency_key.empty())
    out.headers.set("Treadle-Idempotency-Key", call.idempotency_key);
  if (!call.trace_header.empty()) out.headers.set("X-Amzn-Trace-Id", call.trace_header);
  return out;
}

auto cannot_start(TaskCall const& call, std::vector<std::string> const& sentences) -> CallFailed {
  return task_failure(errors::kRuntime,
                      fmt::format("The Parameters '{}' could not be used to start the Task: [{}]",
                                  call.parameters, fmt::join(sentences, ", ")),
                      CallStage::kStart);
}

auto task_failure(std::string_view name, std::string_view cause, CallStage stage) -> CallFailed {
  return {Error{std::string(truncated(to_utf8(name), limits::kErrorChars)),
                std::string(truncated(to_utf8(cause), limits::kCauseChars))},
          stage};
}

auto client_failure(TaskCall const& call, aws_sdk::CallProblem const& problem,
                    std::string_view prefix) -> CallFailed {
  auto const client_error = fmt::format("{}.SdkClientException", prefix);
  auto const& message = problem.error.message;
  switch (problem.kind) {
    case Kind::kUnknown: return task_failure(errors::kRuntime, message, CallStage::kStart);
    case Kind::kParameters: return cannot_start(call, problem.sentences);
    case Kind::kTooLarge: return result_too_large(call);
    case Kind::kCancelled: return task_failure(client_error, "The call was cancelled.");
    case Kind::kNotSent:
      // Without a request the message is a sentence of its own: no credentials, nowhere to send to.
      return task_failure(client_error,
                          problem.attempts == 0
                              ? message
                              : fmt::format("Unable to execute HTTP request: {}", message),
                          CallStage::kStart);
    case Kind::kLost:
      return task_failure(client_error, fmt::format("Unable to execute HTTP request: {}", message));
    case Kind::kTimeout:
      return task_failure(
          client_error, fmt::format("Unable to execute HTTP request: Read timed out: {}", message));
    case Kind::kService:
      return task_failure(client_error,
                          fmt::format("Unable to unmarshall response ({}). Response Code: {}",
                                      message, problem.error.status));
  }
  return task_failure(client_error, message);
}

auto no_answer_failure(TaskCall const& call, std::optional<net::ClientError> const& error,
                       std::string_view prefix) -> CallFailed {
  using Http = net::ClientError::Kind;
  aws_sdk::CallProblem problem;
  problem.kind = Kind::kCancelled;
  if (error) {
    problem.error.message = error->message;
    problem.kind = error->kind == Http::kTooLarge  ? Kind::kTooLarge
                   : error->not_sent               ? Kind::kNotSent
                   : error->kind == Http::kTimeout ? Kind::kTimeout
                                                   : Kind::kLost;
  }
  return client_failure(call, problem, prefix);
}

auto exception_of(aws_sdk::ServiceError const& error, std::string_view otherwise) -> std::string {
  if (!error.is_modelled) return std::string(otherwise);
  return error.exception.empty() ? aws_sdk::exception_name(error.code) : error.exception;
}

auto is_unreadable(aws_sdk::CallProblem const& problem) -> bool {
  auto const& error = problem.error;
  return problem.kind == Kind::kService && error.code.empty() && error.status >= 200 &&
         error.status < 300;
}

}  // namespace treadle::integrations
