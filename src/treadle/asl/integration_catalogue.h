// The optimized integrations of AWS: services, their actions and the patterns that each takes.
// Source: Step Functions Developer Guide, "Integrating optimized services".
#pragma once

#include <string_view>

#include "treadle/asl/model.h"

namespace treadle::asl {

// Whether AWS has an optimized integration of `service`, e.g. "lambda".
[[nodiscard]] auto is_optimized_service(std::string_view service) -> bool;

struct ActionName {
  std::string_view service;
  std::string_view action;
};

// Whether that service has the action and takes it with the pattern.
[[nodiscard]] auto supports(ActionName name, Pattern pattern) -> bool;

}  // namespace treadle::asl
