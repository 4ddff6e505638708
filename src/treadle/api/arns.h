// Reads ARNs from requests, and refuses them in AWS's words.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "treadle/api/action.h"
#include "treadle/base/arn.h"

namespace treadle::api {

// InvalidArn unless `text` is a well-formed ARN of one of the kinds wanted. An
// Express execution where another kind is wanted is refused as AWS does ("Resource
// type not valid in this context: express"); the ARN of a distributed Map where a machine is wanted
// is a ValidationException (API reference, DescribeStateMachine).
[[nodiscard]] auto read_arn(std::string_view text, std::initializer_list<StatesResource> wanted)
    -> std::expected<StatesArn, ApiError>;

// A workflow's refusal as an error of the API.
[[nodiscard]] auto to_api_error(runtime::Refusal const& refusal) -> ApiError;

// The machine of that ARN, or StateMachineDoesNotExist. One that is being deleted is
// there while it has running executions.
[[nodiscard]] auto find_machine(Services const& services, std::string_view arn)
    -> std::expected<runtime::Machine, ApiError>;

// Whether an execution of the machine runs.
[[nodiscard]] auto has_running_executions(Services const& services, runtime::Machine const& machine)
    -> bool;

// The machine, or StateMachineDeleting.
[[nodiscard]] auto not_deleting(runtime::Machine machine)
    -> std::expected<runtime::Machine, ApiError>;

// StateMachineTypeNotSupported.
[[nodiscard]] auto type_not_supported() -> ApiError;

// Both: the machine, unless it is not there or being deleted.
[[nodiscard]] auto find_active_machine(Services const& services, std::string_view arn)
    -> std::expected<runtime::Machine, ApiError>;

// InvalidName unless it names a resource.
[[nodiscard]] auto check_name(std::string_view name) -> std::optional<ApiError>;

}  // namespace treadle::api
