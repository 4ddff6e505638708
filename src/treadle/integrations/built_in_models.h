// The models of responses that the binary carries (built_in_models.json).
#pragma once

#include <string_view>

namespace treadle::integrations {

// Laid out as one of AWS's service models, with the service before each operation's name
// ("Lambda:invoke"). Source: the API references of the services.
extern std::string_view const kBuiltInModels;

}  // namespace treadle::integrations
