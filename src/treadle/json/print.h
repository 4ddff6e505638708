// A Value as text.
#pragma once

#include <string>
#include <string_view>

#include "treadle/json/value.h"

namespace treadle::json {

// Compact ({"a":1,"b":[]}), but a value with source() as that text. Escapes only what JSON demands.
void append(std::string& out, Value value);
[[nodiscard]] auto print(Value value) -> std::string;
// The same, in `arena`; a source() is not copied.
[[nodiscard]] auto print(Value value, Arena& arena) -> std::string_view;

// Indented by two blanks a level, for people.
[[nodiscard]] auto print_pretty(Value value) -> std::string;

// `text` (WTF-8) as a JSON string with its quotes.
void append_string(std::string& out, std::string_view text);
[[nodiscard]] auto print_string(std::string_view text) -> std::string;

}  // namespace treadle::json
