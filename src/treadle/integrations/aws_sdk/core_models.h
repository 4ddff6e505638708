// The models of the calls that workflows make most, which the binary carries (core_models.json).
#pragma once

#include <string_view>

namespace treadle::integrations::aws_sdk {

// {"dynamodb":MODEL,...}: by service id, each laid out as one of AWS's service models, with some of its
// operations only. Written by scripts/core-models.
extern std::string_view const kCoreModels;

}  // namespace treadle::integrations::aws_sdk
