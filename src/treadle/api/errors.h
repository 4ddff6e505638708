// Errors of the API that several actions answer.
#pragma once

#include <string>
#include <string_view>

#include "treadle/api/action.h"

namespace treadle::api {

// ValidationException with its `reason` ("INVALID_ROUTING_CONFIGURATION").
[[nodiscard]] auto invalid_because(std::string_view reason, std::string message) -> ApiError;

// ConflictException (409), ServiceQuotaExceededException (402). Source: service model.
[[nodiscard]] auto conflict(std::string message) -> ApiError;
[[nodiscard]] auto quota_exceeded(std::string message) -> ApiError;

// ResourceNotFound with `resourceName`, in AWS's words (recorded).
[[nodiscard]] auto resource_not_found(std::string_view arn) -> ApiError;

}  // namespace treadle::api
