// TestState's request, checked: which state is tested, where it stands, and what its work is said to
// give. Source: API reference, TestState; messages as recorded.
#pragma once

#include <expected>
#include <string_view>

#include "treadle/api/action.h"
#include "treadle/interpreter/state_test.h"

namespace treadle::api {

struct StateTestRequest {
  interpreter::TestedState tested;
  // What `tested` was cut out of, for the names of the states that follow.
  asl::DefinitionPtr definition;
};

// What a test needs besides its request.
struct StateTestSetting {
  Random& random;  // of names
  std::string_view region;
  std::string_view account;
  integrations::ResponseModels& response_models;
};

// The checked envelope `request` as a test; InvalidArn, InvalidDefinition, InvalidExecutionInput,
// ValidationException.
[[nodiscard]] auto read_state_test(StateTestSetting const& setting, json::Value request)
    -> std::expected<StateTestRequest, ApiError>;

}  // namespace treadle::api
