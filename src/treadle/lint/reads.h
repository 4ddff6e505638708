// The expressions of JSONPath states, as far as the rules follow them.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "treadle/lint/place.h"
#include "treadle/lint/shape.h"

namespace treadle::lint {

// The members that a path into the input goes through at first: "$.a['b'].c[0].d" has a, b, c, and
// is not whole.
struct PathStart {
  Names names;
  bool is_whole = false;  // the path has nothing else
};

// Of a path that begins with "$" alone.
[[nodiscard]] auto start_of(std::string_view path) -> PathStart;

// Whether a path reads the input ("$", "$.a"), and not the context object or a variable.
[[nodiscard]] auto reads_input(std::string_view path) -> bool;

// The paths in an expression: itself, or the arguments of an intrinsic call at any depth.
[[nodiscard]] auto paths_of(std::string_view expression) -> std::vector<std::string>;

// Calls `visit` with every expression of the state that is read when it runs, but not those of
// states inside it: fields ending in Path, "name.$" members of templates, the variables of a
// Choice. Also those of Assign.
void for_each_expression(Place const& state, std::function<void(Place const&)> const& visit);

}  // namespace treadle::lint
