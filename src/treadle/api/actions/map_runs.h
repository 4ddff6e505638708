// Map runs, as far as an engine without Distributed Map knows them: there are none.
#pragma once

#include <optional>

#include "treadle/api/action.h"

namespace treadle::api {

// InvalidArn for what is no map run's ARN, ResourceNotFound for one.
[[nodiscard]] auto map_run_error(std::string_view text) -> ApiError;

}  // namespace treadle::api
