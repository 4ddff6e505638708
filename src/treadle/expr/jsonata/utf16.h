// Strings as JSONata counts them: WTF-8 texts by code points or by UTF-16 units.
#pragma once

#include <compare>
#include <cstddef>
#include <string>
#include <string_view>

#include "treadle/base/utf8.h"

namespace treadle::expr::jsonata {

// $length. A surrogate that stands alone counts as one.
[[nodiscard]] inline auto length_of(std::string_view text) -> std::size_t {
  return utf8::count_code_points(text);
}

// $substring: `start` counts code points, from the end where negative; both are cut to integers as
// JavaScript's slice does. A view into `text`.
[[nodiscard]] auto substring(std::string_view text, double start) -> std::string_view;
[[nodiscard]] auto substring(std::string_view text, double start, double length)
    -> std::string_view;

// Appends; a high surrogate at the end of `out` and a low one that `piece` begins with become one
// code point, as they do in JavaScript.
void append_text(std::string& out, std::string_view piece);

}  // namespace treadle::expr::jsonata
