// Whether a JSON value can be the response of a call.
// Source: API reference of Step Functions, MockInput, fieldValidationMode; messages as recorded.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "treadle/integrations/response_models.h"
#include "treadle/json/value.h"

namespace treadle::integrations {

enum class RequiredFields : std::uint8_t { kMustBeThere, kMayBeAbsent };

// The first thing that is wrong ("Field 'StatusCode' must be a number"), or nullopt. Fields are
// named as Step Functions shows them, with a capital; those that the model does not know may hold
// anything, and so may binary data, which Step Functions shows as text or JSON.
[[nodiscard]] auto check_response(ResponseModel const& model, json::Value response,
                                  RequiredFields required) -> std::optional<std::string>;

}  // namespace treadle::integrations
