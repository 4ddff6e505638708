// Path texts to programs. Private to the module.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "treadle/base/result.h"
#include "treadle/expr/jsonpath/program.h"

namespace treadle::expr::jsonpath {

inline constexpr std::size_t kStepsMax = 1'000;  // of one path
inline constexpr std::size_t kNestingMax = 50;   // paths in filters in paths ...

// Compiles a path that begins with "$" or "@". Takes what the Jayway library takes, its leniency
// included: one character behind the last complete step is ignored ("$.a[0]]").
// `depth` counts the paths and filters around this one.
[[nodiscard]] auto compile(std::string_view text, std::size_t depth)
    -> Result<std::shared_ptr<Program const>, std::string>;

// Undoes Java-like escapes: \n, \t, \uXXXX, \', and any other character for itself.
[[nodiscard]] auto unescape(std::string_view text) -> std::string;

// The same for a name in brackets. Between single quotes \" keeps its backslash: here AWS goes
// another way than the Jayway library (recorded).
[[nodiscard]] auto unescape_name(std::string_view text, char quote) -> std::string;

}  // namespace treadle::expr::jsonpath
