// Upper and lower case of any text, without a locale.
// Source: ECMA-262, String.prototype.toLowerCase and toUpperCase; Unicode, SpecialCasing.
#pragma once

#include <string>
#include <string_view>

namespace treadle::expr::jsonata {

// `text` is WTF-8. "ß" becomes "SS"; a capital sigma at the end of a word becomes "ς".
[[nodiscard]] auto to_upper_case(std::string_view text) -> std::string;
[[nodiscard]] auto to_lower_case(std::string_view text) -> std::string;

}  // namespace treadle::expr::jsonata
