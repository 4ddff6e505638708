// Escapes in JSON strings, as they are read; private to the module.
// Source: RFC 8259, 7.
#pragma once

#include <string_view>

#include "treadle/json/arena.h"

namespace treadle::json {

// A string with its escapes undone, or why it is none.
struct Unescaped {
  std::string_view text = {};  // in the arena
  // It stood there as it would be printed, so that its printed size is known.
  bool is_as_printed = false;
  char const* behind = nullptr;   // the closing quote
  char const* message = nullptr;  // of a failure
  char const* at = nullptr;       // where it is
};

// `begin` stands behind the opening quote, `end` at the end of the whole document.
[[nodiscard]] auto unescape(Arena& arena, char const* begin, char const* end) -> Unescaped;

}  // namespace treadle::json
