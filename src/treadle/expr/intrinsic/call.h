// Intrinsic functions, States.Format and its kin: a call is parsed once and evaluated often.
// Source: ASL specification, "Intrinsic Functions"; recorded executions where those surprise.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "treadle/base/result.h"
#include "treadle/expr/environment.h"
#include "treadle/expr/jsonpath/path.h"
#include "treadle/json/arena.h"
#include "treadle/json/value.h"

namespace treadle::expr::intrinsic {

struct Node;  // private to the module

class Call {
 public:
  // Why `text` is no call: a sentence that names the position. Nesting is bounded.
  [[nodiscard]] static auto parse(std::string_view text) -> Result<Call, std::string>;
  // Whether `text` begins like a call ("States.") rather than like a path.
  [[nodiscard]] static auto looks_like_one(std::string_view text) -> bool;
  [[nodiscard]] auto text() const -> std::string_view { return text_; }
  // What is wrong with a literal that its function can never take (States.MathAdd(1, '1')), at any
  // depth: a sentence; nullopt if all may fit. Evaluation tells the same, but only then.
  [[nodiscard]] auto misfit() const -> std::optional<std::string>;
  // Every path among the arguments, at any depth (for validation and variable references).
  [[nodiscard]] auto paths() const -> std::vector<jsonpath::Path>;
  [[nodiscard]] auto root() const -> Node const& { return *root_; }

 private:
  std::string text_;
  std::shared_ptr<Node const> root_;
};

// The value; `call` must outlive it. Errors have AWS's cause text without the "An error occurred
// while executing the state ..." prefix: "The function 'CALL' had the following error: ...", where
// CALL is the whole expression. A path that leads nowhere is States.Runtime ("The JsonPath argument
// for the field '$.x' could not be found in the input '...'"), an argument that the function cannot
// take is States.IntrinsicFailure.
[[nodiscard]] auto evaluate(Call const& call, json::Value input, Environment& environment,
                            json::Arena& arena) -> Result<json::Value>;

}  // namespace treadle::expr::intrinsic
