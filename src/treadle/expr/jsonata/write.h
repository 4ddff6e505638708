// Items as JSON text with JSONata's numbers; private to the module.
#pragma once

#include <cstdint>
#include <string>

#include "treadle/expr/jsonata/evaluator.h"

namespace treadle::expr::jsonata {

enum class Layout : std::uint8_t { kCompact, kIndented };

// Appends a defined item as $string shows it: numbers with 15 significant digits, functions as "".
// Fails for numbers that are not finite (D3001, inside of others D1001) and beyond the budget.
[[nodiscard]] auto write_json(Evaluator& evaluator, std::string& out, Item item, Layout layout)
    -> Eval<void>;

}  // namespace treadle::expr::jsonata
