// Terraform's functions that depend on their arguments alone.
// Source: Terraform language documentation, "Built-in Functions".
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "treadle/base/result.h"
#include "treadle/import/terraform/value.h"

namespace treadle::import::terraform {

// A value, or why there is none, as the end of "NAME: ...".
using FunctionResult = Result<Value, std::string>;
using Arguments = std::span<Value const>;

inline constexpr std::size_t kAnyNumber = static_cast<std::size_t>(-1);

struct Function {
  std::string_view name;
  std::size_t arguments_min = 0;
  std::size_t arguments_max = 0;
  // Called with a number of arguments within the bounds. Its work is at most that of sorting its
  // arguments, and it refuses to make a value heavier than Value::kWeightMax.
  FunctionResult (*call)(Arguments) = nullptr;
};

[[nodiscard]] auto find_function(std::string_view name) -> Function const*;  // or nullptr

// The groups that find_function looks through; one file each.
[[nodiscard]] auto text_functions() -> std::span<Function const>;
[[nodiscard]] auto collection_functions() -> std::span<Function const>;
[[nodiscard]] auto set_functions() -> std::span<Function const>;
[[nodiscard]] auto number_functions() -> std::span<Function const>;
[[nodiscard]] auto encoding_functions() -> std::span<Function const>;
[[nodiscard]] auto conversion_functions() -> std::span<Function const>;

// What functions take; each refuses with the argument's number (from 1) and what was expected.
[[nodiscard]] auto text_argument(Arguments arguments, std::size_t i)
    -> Result<std::string, std::string>;
[[nodiscard]] auto number_argument(Arguments arguments, std::size_t i)
    -> Result<long double, std::string>;
[[nodiscard]] auto integer_argument(Arguments arguments, std::size_t i)
    -> Result<std::int64_t, std::string>;
[[nodiscard]] auto list_argument(Arguments arguments, std::size_t i)
    -> Result<std::span<Value const>, std::string>;
[[nodiscard]] auto object_argument(Arguments arguments, std::size_t i)
    -> Result<Value, std::string>;
[[nodiscard]] auto texts_argument(Arguments arguments, std::size_t i)
    -> Result<std::vector<std::string>, std::string>;
[[nodiscard]] auto refuse_argument(std::size_t i, std::string_view expected, Value const& found)
    -> std::unexpected<std::string>;
// Refuses `bytes` of text that would be too many.
[[nodiscard]] auto check_size(std::size_t bytes) -> Result<void, std::string>;

// Compact JSON as jsonencode writes it, but with members as written and without \u003c for '<'.
[[nodiscard]] auto encode_json(Value const& value) -> std::string;

// One element of each kind as Terraform would make it: all text if some are text and the others are
// numbers or bools.
[[nodiscard]] auto unify(std::vector<Value> elements) -> std::vector<Value>;

}  // namespace treadle::import::terraform
