// The built-in functions, one family a file; private to the module. Arguments come as the
// signatures in function_table.cc have them: right types, the context put in, the rest undefined.
// Source: docs.jsonata.org, "String functions" and so on.
#pragma once

#include "treadle/expr/jsonata/evaluator.h"

namespace treadle::expr::jsonata::functions {

using BuiltinFunction = auto(Evaluator& evaluator, Arguments const& arguments) -> Eval<Item>;

// functions_numeric.cc
BuiltinFunction sum, max, min, average, number, floor, ceil, round, abs, sqrt, power, draw_unit;
// functions_format.cc
BuiltinFunction format_number, format_base, format_integer, parse_integer;
// functions_string.cc
BuiltinFunction string, substring, substring_before, substring_after, lowercase, uppercase, length,
    trim, pad, join;
// functions_encoding.cc
BuiltinFunction base64_encode, base64_decode, encode_url, encode_url_component, decode_url,
    decode_url_component;
// functions_match.cc
BuiltinFunction match, contains, replace, split;
// functions_array.cc
BuiltinFunction count, append, reverse, zip, sort, shuffle, distinct;
// functions_object.cc
BuiltinFunction keys, lookup, spread, merge, each, sift, clone;
// functions_logic.cc
BuiltinFunction boolean, negation, exists, type, error, assertion, eval;
// functions_higher_order.cc
BuiltinFunction map, filter, single, reduce;
// functions_time.cc
BuiltinFunction now, millis, to_millis, from_millis;
// functions_states.cc: those of Step Functions
BuiltinFunction partition, range, hash, draw_seeded, uuid, parse;

// What a higher-order function hands to `function`: as many of these as it takes.
[[nodiscard]] auto call_with(Evaluator& evaluator, Item function, Item value, Item key, Item whole)
    -> Eval<Item>;

}  // namespace treadle::expr::jsonata::functions
