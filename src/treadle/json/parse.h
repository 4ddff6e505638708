// Strict JSON (RFC 8259) into a Value. Iterative: nesting costs no stack.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "treadle/base/limits.h"
#include "treadle/base/result.h"
#include "treadle/json/value.h"

namespace treadle::json {

enum class Duplicates : std::uint8_t { kLastWins, kRefuse };

struct ParseOptions {
  std::size_t depth_max = limits::kPayloadDepth;
  Duplicates duplicates = Duplicates::kLastWins;
  // Keep `text` as the source() of the root, so that it prints as it came.
  bool keep_source = false;
};

// Where and why a text is not JSON. `line` and `column` (code points) count from 1, `offset` bytes
// from 0.
struct ParseError {
  std::string message;  // e.g. "expected ',' or '}' after a member"
  std::size_t offset = 0;
  std::size_t line = 1;
  std::size_t column = 1;
  [[nodiscard]] auto to_string() const -> std::string;  // "line 3, column 7: ..."
};

// Refused: anything but one JSON value with white space around it, invalid UTF-8, unescaped control
// characters, numbers of more than limits::kNumberChars characters or beyond a double's range,
// nesting beyond depth_max. Kept: escaped lone surrogates. The result points into `text` and
// `arena`; both must outlive it. Time and memory are linear in text.size(), but for n log n in an
// object of n members. Of duplicate members the last value stands in the first one's place.
[[nodiscard]] auto parse(Arena& arena, std::string_view text, ParseOptions options = {})
    -> Result<Value, ParseError>;

// The same, of a copy of `text` in `arena`.
[[nodiscard]] auto parse_copy(Arena& arena, std::string_view text, ParseOptions options = {})
    -> Result<Value, ParseError>;

}  // namespace treadle::json
