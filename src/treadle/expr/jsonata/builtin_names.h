// The names of JSONata's functions, for those who type them.
#pragma once

#include <string_view>
#include <vector>

#include "treadle/expr/jsonata/expression.h"

namespace treadle::expr::jsonata {

// Without "$", sorted.
[[nodiscard]] auto builtin_names(Dialect dialect) -> std::vector<std::string_view>;

}  // namespace treadle::expr::jsonata
