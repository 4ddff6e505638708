// TestState's request, checked: which state is tested, where it stands, and what its work is said to
// give. Source: API reference, TestState; messages as recorded.
#pragma once

#include <expected>

#include "treadle/api/action.h"
#include "treadle/interpreter/state_test.h"

namespace treadle::api {

struct StateTestRequest {
  interpreter::TestedState tested;
  // What `tested` was cut out of, for the names of the states that follow.
  asl::DefinitionPtr definition;
};

// The checked envelope `request` as a test; InvalidArn, InvalidDefinition, InvalidExecutionInput,
// ValidationException. Ids are drawn from `services.random`.
[[nodiscard]] auto read_state_test(Services& services, json::Value request)
    -> std::expected<StateTestRequest, ApiError>;

}  // namespace treadle::api
