// Values as Java's toString() writes them, which is how they appear in States.Format and in causes.
#pragma once

#include <string>
#include <string_view>

#include "treadle/json/value.h"

namespace treadle::expr {

// Appends {a=1, b=[]} for an object, [1, x] for an array, a string as it is, "null", and numbers as
// append_java_number does. Source: recorded executions of States.Format.
void append_java_text(std::string& out, json::Value value);

// A whole number as written, any other as java.lang.Double prints it (1.10 -> 1.1, 1e3 -> 1000.0).
void append_java_number(std::string& out, std::string_view number_text);

// `number` as java.lang.Double prints it: 280.0, 1.0E10. Finite.
[[nodiscard]] auto java_double(double number) -> std::string;

// Whether `number_text` would be an integer type in Java: neither fraction nor exponent.
[[nodiscard]] auto is_java_integer(std::string_view number_text) -> bool;

// Equality as java.util's collections see it: like json::equal, but 1 and 1.0 differ.
[[nodiscard]] auto java_equal(json::Value a, json::Value b) -> bool;

}  // namespace treadle::expr
