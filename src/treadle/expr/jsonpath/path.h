// JSONPath with the semantics of the Jayway library, as Step Functions evaluates it.
//
// A path begins with "$" (the input), "$$" (the context object) or "$name" (a variable). It is
// parsed once, when the definition is, and evaluated often.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "treadle/base/result.h"
#include "treadle/expr/environment.h"
#include "treadle/json/arena.h"
#include "treadle/json/value.h"

namespace treadle::expr::jsonpath {

enum class Root : std::uint8_t { kInput, kContext, kVariable };

struct Program;  // steps, private to the module

class Path {
 public:
  // Why `text` is no path: a sentence that names the position. The path "$" is definite and cheap.
  [[nodiscard]] static auto parse(std::string_view text) -> Result<Path, std::string>;

  [[nodiscard]] auto text() const -> std::string_view { return text_; }
  [[nodiscard]] auto root() const -> Root { return root_; }
  [[nodiscard]] auto variable() const -> std::string_view {
    return variable_;
  }  // without "$"; of kVariable
  // One value at most (no "..", "*", filter, slice, union, function over such).
  [[nodiscard]] auto is_definite() const -> bool;
  // A Reference Path: members and single indexes only (ASL specification, "Reference Paths").
  [[nodiscard]] auto is_reference() const -> bool;
  // "$", "$$" or "$name" with nothing behind it.
  [[nodiscard]] auto is_root_only() const -> bool;
  [[nodiscard]] auto program() const -> Program const& { return *program_; }

 private:
  std::string text_;
  Root root_ = Root::kInput;
  std::string variable_;
  std::shared_ptr<Program const> program_;
};

// Why a path led nowhere. `message` is Jayway's wording ("No results for path: $['a']",
// "Missing property in path $['a']"), which AWS puts into causes.
struct PathError {
  enum class Kind : std::uint8_t { kNotFound, kOther } kind = Kind::kNotFound;
  std::string message;
};

// A definite path gives its value or PathError; an indefinite one always gives an array, perhaps
// empty. Shares sub-trees with the input. Bounded by limits::kExpressionNodes (PathError::kOther
// beyond).
[[nodiscard]] auto evaluate(Path const& path, json::Value input, Environment& environment,
                            json::Arena& arena) -> Result<json::Value, PathError>;

// `document` with the place that the reference path names set to `value`: missing objects are made,
// an array index must exist or be the next one. Copies the spine only. The path's root is not
// looked at. Errors are sentences as in States.ResultPathMatchFailure's cause. Source: ASL,
// "ResultPath".
[[nodiscard]] auto assign(Path const& path, json::Value document, json::Value value,
                          json::Arena& arena) -> Result<json::Value, std::string>;

}  // namespace treadle::expr::jsonpath
