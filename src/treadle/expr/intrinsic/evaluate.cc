#include <vector>

#include "treadle/base/error_names.h"
#include "treadle/expr/intrinsic/call.h"
#include "treadle/expr/intrinsic/node.h"
#include "treadle/json/print.h"

namespace treadle::expr::intrinsic {
namespace {

using json::Value;

// Evaluates the nodes of one call. Recursive over the nesting of calls, which is bounded.
class Evaluator {
 public:
  Evaluator(Call const& call, Value input, Environment& environment, json::Arena& arena)
      : call_(call), input_(input), environment_(environment), arena_(arena) {}

  auto evaluate(Node const& node) -> Result<Value> {
    switch (node.kind) {
      case Node::Kind::kConstant: return node.constant;
      case Node::Kind::kPath: return evaluate_path(*node.path);
      case Node::Kind::kCall: return evaluate_call(node);
    }
    return Value();
  }

 private:
  // The cause names the whole expression, not the inner call.
  auto error(std::string_view name, std::string_view what) -> std::unexpected<Error> {
    return fail(name, "The function '" + std::string(call_.text()) +
                          "' had the following error: " + std::string(what));
  }

  auto evaluate_path(jsonpath::Path const& path) -> Result<Value> {
    auto const value = jsonpath::evaluate(path, input_, environment_, arena_);
    if (value) return *value;
    if (value.error().kind == jsonpath::PathError::Kind::kOther)
      return error(errors::kRuntime, value.error().message);
    return error(errors::kRuntime,
                 "The JsonPath argument for the field '" + std::string(path.text()) +
                     "' could not be found in the input '" + json::print(input_) + "'");
  }

  auto evaluate_call(Node const& node) -> Result<Value> {
    auto arguments = std::vector<Value>();
    arguments.reserve(node.arguments.size());
    for (auto const& argument : node.arguments) arguments.push_back(TRY(evaluate(argument)));
    if (environment_.must_stop()) return error(errors::kIntrinsicFailure, "It took too long");
    auto const value = node.function->apply({arguments, node.segments, environment_, arena_});
    if (!value) return error(errors::kIntrinsicFailure, value.error());
    return *value;
  }

  Call const& call_;
  Value input_;
  Environment& environment_;
  json::Arena& arena_;
};

}  // namespace

auto evaluate(Call const& call, Value input, Environment& environment, json::Arena& arena)
    -> Result<Value> {
  return Evaluator(call, input, environment, arena).evaluate(call.root());
}

}  // namespace treadle::expr::intrinsic
