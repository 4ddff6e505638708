// What a benchmark of expressions measures: ten of its own, or ten of a file of conformance cases.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "treadle/json/value.h"

namespace treadle::bench {

struct Case {
  std::string label;     // what is printed: the id of a conformance case, else the expression
  std::string document;  // JSON
  std::string expression;
  std::string expected;  // the result as JSON; empty where nobody said
};

// Takes "--cases FILE" out of `arguments`. Without that option: the cases of `area` that lie beside
// this checkout, and an empty path where there are none.
[[nodiscard]] auto take_cases_option(std::vector<std::string>& arguments, std::string_view area)
    -> std::filesystem::path;

// Ten cases of `file`, which holds one a line: {"id": "GROUP/NAME", "expr", "data", "expected"}. The
// same file gives the same ten:
//
// - A case comes into question when it expects a result, its data is an object or array of at least
//   200 bytes (printed compactly), it has no "bindings" and no limits ("timelimit", "depth"), the
//   order of its result counts (no "unordered"), and `reads_document(expr)`.
// - Of the n groups that have such cases, in the order of the file, those numbered 0, n / 10,
//   2n / 10, ... (rounded down) give one each: the middle one of theirs.
//
// Empty if the file can't be read or has fewer than ten groups.
[[nodiscard]] auto choose_cases(std::filesystem::path const& file,
                                std::function<bool(std::string_view)> const& reads_document)
    -> std::vector<Case>;

// Whether `value` is what the case expects, if it says so.
[[nodiscard]] auto is_expected(Case const& wanted, json::Value value) -> bool;

}  // namespace treadle::bench
