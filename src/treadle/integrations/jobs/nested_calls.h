// The calls of the Step Functions API that nested executions need. Private to jobs.
#pragma once

#include <string>
#include <string_view>

#include "treadle/integrations/aws_sdk/service_caller.h"
#include "treadle/integrations/connector.h"
#include "treadle/json/arena.h"
#include "treadle/json/value.h"

namespace treadle::integrations::jobs {

[[nodiscard]] auto states_call(TaskCall const& call, std::string_view action,
                               std::string parameters) -> aws_sdk::ServiceCall;

[[nodiscard]] auto describe_call(TaskCall const& call, std::string_view execution_arn)
    -> aws_sdk::ServiceCall;

// "StepFunctions.StateMachineDoesNotExistException", in the form that optimized integrations show.
[[nodiscard]] auto states_failure(TaskCall const& call, aws_sdk::CallProblem const& problem)
    -> CallFailed;

// A time as outputs of this integration show it: milliseconds since 1970.
[[nodiscard]] auto as_epoch_milliseconds(json::Arena& arena, json::Value time) -> json::Value;

}  // namespace treadle::integrations::jobs
