// The models of responses that the binary carries (built_in_models.json).
#pragma once

#include <string_view>

namespace treadle::integrations {

// {"services":{ID:{ACTION:{"output":{"shape":NAME}}}},"shapes":{NAME:...}}, shapes as in AWS's
// service models. Source: the API references of the services.
extern std::string_view const kBuiltInModels;

}  // namespace treadle::integrations
