// Escapes in JSON strings, as they are written; private to the module.
// Source: RFC 8259, 7.
#pragma once

#include <cstddef>
#include <string_view>

#include "treadle/json/build.h"

namespace treadle::json {

// Bytes of `text` (WTF-8) inside the quotes of a JSON string.
[[nodiscard]] auto escaped_size(std::string_view text) -> std::size_t;
[[nodiscard]] auto text_of(std::string_view text) -> Text;
// Writes escaped_size(text) bytes; gives the place behind them.
auto write_escaped(char* out, std::string_view text) -> char*;
// The same where no byte of `text` becomes more than two, so that there need be room for twice as many
// only; else nullptr, with anything in `out`.
[[nodiscard]] auto write_short_escapes(char* out, std::string_view text) -> char*;

}  // namespace treadle::json
