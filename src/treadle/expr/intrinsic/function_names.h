// The names of the intrinsic functions, for those who type them.
#pragma once

#include <string_view>
#include <vector>

namespace treadle::expr::intrinsic {

// Without "States.", in the order of the specification.
[[nodiscard]] auto function_names() -> std::vector<std::string_view>;

}  // namespace treadle::expr::intrinsic
