// What this binary is.
#pragma once

#include <string_view>

namespace treadle::app {

// "0.1.0".
[[nodiscard]] auto version() -> std::string_view;
// The commit that it was built from, "-dirty" behind it where files had been changed; "unknown" where
// it was built without git.
[[nodiscard]] auto commit() -> std::string_view;

}  // namespace treadle::app
