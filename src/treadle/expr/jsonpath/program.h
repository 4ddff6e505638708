// A compiled path: steps that the walker follows, one after the other. Private to the module.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "treadle/expr/jsonpath/filter.h"
#include "treadle/json/arena.h"
#include "treadle/json/value.h"

namespace treadle::expr::jsonpath {

enum class StepKind : std::uint8_t {
  kMember,    // ['a']
  kMembers,   // ['a','b']
  kIndex,     // [1], [-1]
  kIndexes,   // [0,2]
  kSlice,     // [1:3]
  kWildcard,  // [*]
  kScan,      // ..
  kFilter,    // [?(...)]
  kFunction,  // .length()
};

struct Step {
  StepKind kind;
  bool upstream_definite = true;  // every step before this one leads to one place
  char quote = '\'';              // of kMember and kMembers, as written
  std::int32_t index = 0;  // of kIndex; of the kinds with a table in Program: the place there
  std::string name;        // of kMember
};

// from:to of Java's substring kind; at least one of the two is set.
struct Slice {
  std::optional<std::int32_t> from;
  std::optional<std::int32_t> to;
};

enum class Function : std::uint8_t {
  kUnknown,
  kLength,
  kMin,
  kMax,
  kSum,
  kAvg,
  kStddev,
  kConcat,
  kAppend,
  kKeys,
  kFirst,
  kLast,
  kIndex,
};

// An argument of a path function: a literal, or a path that starts at the document.
struct Parameter {
  json::Value value;
  std::shared_ptr<Program const> path;  // null: a literal
};

struct FunctionCall {
  Function function = Function::kUnknown;
  std::string name;
  std::vector<Parameter> parameters;
};

struct Program {
  std::vector<Step> steps;
  std::vector<std::vector<std::string>> member_lists;
  std::vector<std::vector<std::int32_t>> index_lists;
  std::vector<Slice> slices;
  std::vector<Filter> filters;
  std::vector<FunctionCall> calls;
  bool from_document =
      true;  // begins with "$"; with "@" it begins at the item that a filter looks at
  bool is_definite = true;
  bool is_plain = true;   // kMember and kIndex only
  json::Arena constants;  // of every literal in here

  [[nodiscard]] auto ends_in_function() const -> bool {
    return !steps.empty() && steps.back().kind == StepKind::kFunction;
  }
};

}  // namespace treadle::expr::jsonpath
