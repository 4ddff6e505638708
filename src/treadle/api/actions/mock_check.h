// Whether a mocked result is one that the state's work could give.
// Source: API reference, MockInput; messages as recorded.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "treadle/api/action.h"
#include "treadle/asl/model.h"

namespace treadle::api {

// How a result is compared with its API model, and where models are found.
struct FieldValidation {
  std::string_view mode;  // STRICT, PRESENT (required fields may be absent) or NONE
  integrations::ResponseModels& models;
};

// ValidationException unless `result` is JSON, an array for a Map without ResultWriter or a
// Parallel, and for a Task what its service's API model allows, where that is known.
[[nodiscard]] auto check_mock_result(asl::State const& state, std::string_view result,
                                     FieldValidation const& validation) -> std::optional<ApiError>;

// ValidationException if more iterations of a Map failed than the array `result` has elements.
[[nodiscard]] auto check_failures(asl::State const& state, std::string_view result,
                                  std::uint32_t failed) -> std::optional<ApiError>;

}  // namespace treadle::api
