// What the states of a compiled saga are called.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace treadle::saga {

// "CompensateInventory" for "ReserveInventory": `verb` and the step's name without its first word; of "reserve-inventory"
// likewise. The whole name where two steps would get the same, or where the result is one of `taken`; at most 80
// characters. In the order of `steps`; all of them differ, also from `taken`.
[[nodiscard]] auto names_after(std::string_view verb, std::vector<std::string> const& steps,
                               std::vector<std::string> const& taken) -> std::vector<std::string>;

}  // namespace treadle::saga
