// The condition of a filter step, [?(...)]: its shape, how it is read, whether an item meets it.
// Private to the module. The grammar, and what compares equal to what, are the Jayway library's.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "treadle/base/result.h"
#include "treadle/expr/jsonpath/regex.h"
#include "treadle/json/arena.h"
#include "treadle/json/value.h"

namespace treadle::expr::jsonpath {

struct Program;
class Evaluation;
struct Failure;

enum class Operator : std::uint8_t {
  kEqual,
  kNotEqual,
  kSame,
  kNotSame,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kRegex,
  kIn,
  kNotIn,
  kContains,
  kAll,
  kSize,
  kExists,
  kType,
  kMatches,
  kEmpty,
  kSubsetOf,
  kAnyOf,
  kNoneOf,
};

// What stands on one side of an operator.
struct Operand {
  enum class Kind : std::uint8_t {
    kValue,    // null, true, a number, a text
    kLiteral,  // [..] or {..}, which compares by its text from the left and by its value from the
               // right
    kPath,
    kRegex,
  } kind = Kind::kValue;
  json::Value value;
  std::shared_ptr<Program const> path;
  Regex regex;
};

struct Filter {
  enum class Kind : std::uint8_t { kAnd, kOr, kNot, kExists, kComparison } kind = Kind::kComparison;
  std::vector<Filter> parts;  // of kAnd, kOr (two or more), kNot (one)
  Operator comparison = Operator::kEqual;
  Operand left;  // of kExists: the path
  Operand right;
  bool should_exist = true;  // of kExists
};

// Reads "(...)", parentheses included. Literals go into `constants`. `depth` counts paths and
// filters around this one. The error is a sentence that names the position in `text`.
[[nodiscard]] auto compile_filter(std::string_view text, json::Arena& constants, std::size_t depth)
    -> Result<Filter, std::string>;

// Whether `item` meets the filter. A comparison that makes no sense is a no for the whole filter.
[[nodiscard]] auto accepts(Filter const& filter, json::Value item, Evaluation& evaluation)
    -> Result<bool, Failure>;

}  // namespace treadle::expr::jsonpath
