#include "treadle/integrations/aws_sdk/sdk_connector.h"

#include <string>
#include <utility>

#include <fmt/format.h>

#include "treadle/integrations/service_task.h"

namespace treadle::integrations::aws_sdk {
namespace {

// The clients of newer releases say how often they tried; recorded of this one.
auto says_attempts(std::string_view client) -> bool { return client == "Sfn"; }

auto service_failure(CallProblem const& problem) -> CallFailed {
  auto const client = client_name(problem.service_name);
  auto const& error = problem.error;
  auto cause = fmt::format("{} (Service: {}, Status Code: {}, Request ID: {}",
                           error.message.empty() ? "null" : error.message, client, error.status,
                           error.request_id.empty() ? "null" : error.request_id);
  if (!error.extended_request_id.empty())
    cause += fmt::format(", Extended Request ID: {}", error.extended_request_id);
  cause += ')';
  if (says_attempts(client)) cause += fmt::format(" (SDK Attempt Count: {})", problem.attempts);
  return task_failure(fmt::format("{}.{}", client, exception_of(error, client + "Exception")),
                      cause);
}

}  // namespace

SdkConnector::SdkConnector(ServiceCaller& caller) : caller_(caller) {}

void SdkConnector::invoke(TaskCall call, CallDone done) {
  auto const id = call.id;
  auto request =
      make_service_call(call, call.resource->service, call.resource->action, call.parameters);
  caller_.call(id, std::move(request),
               [call = std::move(call), done = std::move(done)](ServiceResult result) mutable {
                 if (!result) return done(sdk_failure(call, result.error()));
                 done(CallSucceeded{std::move(result->output)});
               });
}

void SdkConnector::cancel(CallId id) { caller_.cancel(id); }

auto sdk_failure(TaskCall const& call, CallProblem const& problem) -> CallFailed {
  if (problem.kind == CallProblem::Kind::kService && !is_unreadable(problem))
    return service_failure(problem);
  return client_failure(call, problem, client_name(problem.service_name));
}

}  // namespace treadle::integrations::aws_sdk
