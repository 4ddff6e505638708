// Whether a text can be a payload: JSON within the limits.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace treadle::api {

// Why not, in the words of the parser that AWS uses where they are known; nullopt if it can.
[[nodiscard]] auto why_not_json(std::string_view text) -> std::optional<std::string>;

}  // namespace treadle::api
