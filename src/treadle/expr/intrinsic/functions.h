// The implementations of the intrinsic functions, one family a .cc. Private to the module.
// Each is given as many arguments as function_table.cc allows it.
// Source: ASL specification, "Intrinsic Functions"; Developer Guide, "Intrinsics".
#pragma once

#include "treadle/expr/intrinsic/node.h"

namespace treadle::expr::intrinsic {

// format.cc: the template with each {} replaced by an argument; objects print as {a=1, b=[]}.
[[nodiscard]] auto format(Invocation const& invocation) -> Answer;

// json.cc
[[nodiscard]] auto string_to_json(Invocation const& invocation) -> Answer;  // blank text gives null
[[nodiscard]] auto json_to_string(Invocation const& invocation) -> Answer;  // compact
[[nodiscard]] auto json_merge(Invocation const& invocation) -> Answer;  // shallow; the second wins

// array.cc
[[nodiscard]] auto array(Invocation const& invocation) -> Answer;
[[nodiscard]] auto array_partition(Invocation const& invocation) -> Answer;
[[nodiscard]] auto array_contains(Invocation const& invocation) -> Answer;
[[nodiscard]] auto array_range(Invocation const& invocation) -> Answer;  // the end is included
[[nodiscard]] auto array_get_item(Invocation const& invocation) -> Answer;
[[nodiscard]] auto array_length(Invocation const& invocation) -> Answer;
[[nodiscard]] auto array_unique(Invocation const& invocation) -> Answer;  // first of each, in order

// encoding.cc
[[nodiscard]] auto base64_encode(Invocation const& invocation) -> Answer;
[[nodiscard]] auto base64_decode(Invocation const& invocation) -> Answer;
[[nodiscard]] auto hash(Invocation const& invocation) -> Answer;

// math.cc
[[nodiscard]] auto math_random(Invocation const& invocation) -> Answer;  // the end is excluded
[[nodiscard]] auto math_add(Invocation const& invocation) -> Answer;     // of the rounded arguments

// string.cc: splits at every character of the delimiters; empty pieces are dropped.
[[nodiscard]] auto string_split(Invocation const& invocation) -> Answer;

// uuid.cc: version 4, of two draws.
[[nodiscard]] auto uuid(Invocation const& invocation) -> Answer;

}  // namespace treadle::expr::intrinsic
