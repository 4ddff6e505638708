// What connectors over a ServiceCaller share: from a task to a call, and from a problem to the
// failure of a task.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "treadle/integrations/aws_sdk/service_caller.h"
#include "treadle/integrations/connector.h"
#include "treadle/net/http_client.h"

namespace treadle::integrations {

// How long a task's call may take: what is left of the task's time and a little more, so that the
// runtime's own timer comes first. nullopt where the task has no limit.
[[nodiscard]] auto call_time(TaskCall const& call) -> std::optional<Milliseconds>;

[[nodiscard]] auto make_service_call(TaskCall const& call, std::string_view service,
                                     std::string_view action, std::string parameters)
    -> aws_sdk::ServiceCall;

// States.Runtime: "The Parameters '{...}' could not be used to start the Task: [...]".
[[nodiscard]] auto cannot_start(TaskCall const& call, std::vector<std::string> const& sentences)
    -> CallFailed;

// A failure with name and cause cut to what AWS lets them be.
[[nodiscard]] auto task_failure(std::string_view name, std::string_view cause,
                                CallStage stage = CallStage::kRun) -> CallFailed;

// Of a problem other than kService, for a service that errors call `prefix` ("DynamoDB"):
// PREFIX.SdkClientException, States.Runtime, States.DataLimitExceeded.
[[nodiscard]] auto client_failure(TaskCall const& call, aws_sdk::CallProblem const& problem,
                                  std::string_view prefix) -> CallFailed;

// Of a request that was sent without an SDK and brought no answer; nullopt: it was cancelled.
[[nodiscard]] auto no_answer_failure(TaskCall const& call,
                                     std::optional<net::ClientError> const& error,
                                     std::string_view prefix) -> CallFailed;

// The SDK's name of the exception that the service's model has for an error, or `otherwise`.
[[nodiscard]] auto exception_of(aws_sdk::ServiceError const& error, std::string_view otherwise)
    -> std::string;

// Whether a kService problem is an answer that could not be read, and so the client's.
[[nodiscard]] auto is_unreadable(aws_sdk::CallProblem const& problem) -> bool;

}  // namespace treadle::integrations
