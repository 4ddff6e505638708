// Functions at the end of a path: $.list.length(), $.numbers.sum(). Private to the module.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "treadle/base/result.h"
#include "treadle/expr/jsonpath/program.h"
#include "treadle/expr/jsonpath/walk.h"

namespace treadle::expr::jsonpath {

// kUnknown when there is none of that name.
[[nodiscard]] auto function_of(std::string_view name) -> Function;

// The arguments of a call, as texts without blanks around them; `close` is the position of its ')'.
struct Arguments {
  std::vector<std::string_view> texts;
  std::size_t close = 0;
};
// nullopt when the '(' at `open` is not closed. What begins like no value and no path is left out.
[[nodiscard]] auto split_arguments(std::string_view text, std::size_t open)
    -> std::optional<Arguments>;

// A literal of a filter or an argument: JSON, but single quotes and bare words are taken too.
[[nodiscard]] auto read_literal(std::string_view text, json::Arena& arena)
    -> std::optional<json::Value>;

// The function's value for `model`, the value that the path leads to. Paths among the arguments
// begin at the document.
[[nodiscard]] auto call_function(FunctionCall const& call, json::Value model,
                                 Evaluation& evaluation) -> Result<json::Value, Failure>;

}  // namespace treadle::expr::jsonpath
