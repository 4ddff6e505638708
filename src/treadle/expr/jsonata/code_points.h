// Texts as code points; private to the module.
#pragma once

#include <string>
#include <string_view>

namespace treadle::expr::jsonata {

// WTF-8 to code points and back; what is none becomes U+FFFD.
[[nodiscard]] auto to_code_points(std::string_view text) -> std::u32string;
[[nodiscard]] auto to_utf8(std::u32string_view text) -> std::string;

}  // namespace treadle::expr::jsonata
