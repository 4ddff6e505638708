// Arguments of intrinsic functions, checked and converted. Private to the module.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "treadle/base/result.h"
#include "treadle/expr/intrinsic/node.h"

namespace treadle::expr::intrinsic {

// Argument `i`, counted from 0, as what its name says; else a sentence.
[[nodiscard]] auto text_argument(Invocation const& invocation, std::size_t i)
    -> Result<std::string_view, std::string>;
// The same, of at most kTextChars characters.
[[nodiscard]] auto short_text_argument(Invocation const& invocation, std::size_t i)
    -> Result<std::string_view, std::string>;
[[nodiscard]] auto array_argument(Invocation const& invocation, std::size_t i)
    -> Result<json::Value, std::string>;
// A number, rounded to a whole one as Java's Math.round does: halves go up (-1.5 -> -1). It must
// lie within 32 bits. Source: recorded executions of States.MathAdd.
[[nodiscard]] auto rounded_argument(Invocation const& invocation, std::size_t i)
    -> Result<std::int64_t, std::string>;

// What a function keeps of a whole document: the value without the text that it came from.
[[nodiscard]] auto as_part(json::Arena& arena, json::Value value) -> json::Value;

}  // namespace treadle::expr::intrinsic
