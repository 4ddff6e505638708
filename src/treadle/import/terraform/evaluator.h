// Syntax tree to value. Source: HCL native syntax specification, "Expressions", "Templates".
//
// DIFFERS from Terraform: only what is asked for is evaluated (of a conditional the chosen
// outcome), and the two outcomes need not be of one type.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "treadle/import/terraform/source.h"
#include "treadle/import/terraform/syntax.h"
#include "treadle/import/terraform/value.h"

namespace treadle::import::terraform {

class Evaluator;

// The names that a `for` or a resource's repetition brings, innermost first. Lives on the stack.
struct Scope {
  Scope const* outer = nullptr;
  std::string_view name;
  Value value;

  [[nodiscard]] auto find(std::string_view wanted) const -> Value const*;  // or nullptr
};

// What the root of a reference means (var, local, aws_lambda_function, ...).
class Names {
 public:
  // The value of `root` followed by the first `steps_used` steps; the evaluator takes the others.
  struct Resolved {
    Value value;
    std::size_t steps_used = 0;
  };
  virtual ~Names() = default;
  [[nodiscard]] virtual auto resolve(Evaluator& evaluator, std::string_view root,
                                     std::span<Step const> steps, Location at, Scope const* scope)
      -> Outcome<Resolved> = 0;
};

struct Environment {
  Names* names = nullptr;  // never null
  Scope const* scope = nullptr;
};

// The content of a file, or why there is none. A relative path starts at the configuration's
// folder.
using ReadFile = std::function<Result<std::string, std::string>(std::string_view path)>;

class Evaluator {
 public:
  // `sources` takes in the templates that are read; both outlive the evaluator.
  Evaluator(Sources& sources, ReadFile read_file)
      : sources_(sources), read_file_(std::move(read_file)) {}

  // Bounded over the whole life of the evaluator, by kWorkMax, and in depth: text that would need
  // more is refused like any other mistake.
  [[nodiscard]] auto evaluate(Expression const& expression, Environment const& environment)
      -> Outcome<Value>;

  // The same, as text; numbers and bools are converted.
  [[nodiscard]] auto evaluate_text(Expression const& expression, Environment const& environment)
      -> Outcome<std::string>;

  // `text` as a template with nothing but `variables` (an object) in it; `name` is for messages.
  [[nodiscard]] auto render_template(std::string name, std::string text, Value const& variables,
                                     Location at) -> Outcome<Value>;

  [[nodiscard]] auto sources() -> Sources& { return sources_; }

  static constexpr std::size_t kWorkMax = 64U << 20U;  // expressions evaluated and bytes made
  static constexpr std::uint32_t kDepthMax = 400;      // evaluations within evaluations

 private:
  class Visit;

  auto charge(Location at, std::size_t work) -> Outcome<void>;
  auto postfix(Postfix const& node, Location at, Environment const& environment) -> Outcome<Value>;
  auto apply_steps(Value value, std::span<Step const> steps, Environment const& environment)
      -> Outcome<Value>;
  auto splat(Value const& value, std::span<Step const> steps, Environment const& environment)
      -> Outcome<Value>;
  auto index(Value const& value, Step const& step, Environment const& environment)
      -> Outcome<Value>;
  auto binary(Binary const& node, Environment const& environment) -> Outcome<Value>;
  auto logic(Binary const& node, Environment const& environment) -> Outcome<Value>;
  auto loop(ForExpression const& node, Environment const& environment) -> Outcome<Value>;
  auto object(ObjectLiteral const& node, Environment const& environment) -> Outcome<Value>;
  auto tuple(TupleLiteral const& node, Environment const& environment) -> Outcome<Value>;
  auto append_template(std::string& out, Template const& node, Environment const& environment)
      -> Outcome<void>;
  auto append_part(std::string& out, TemplatePart const& part, Environment const& environment)
      -> Outcome<void>;
  auto evaluate_bool(Expression const& expression, Environment const& environment) -> Outcome<bool>;

  // In evaluator_calls.cc.
  auto call(Call const& node, Location at, Environment const& environment) -> Outcome<Value>;
  auto call_try(Call const& node, Location at, Environment const& environment) -> Outcome<Value>;
  auto call_can(Call const& node, Location at, Environment const& environment) -> Outcome<Value>;
  auto call_file(Call const& node, Location at, Environment const& environment) -> Outcome<Value>;
  auto call_fileexists(Call const& node, Location at, Environment const& environment)
      -> Outcome<Value>;
  auto call_templatefile(Call const& node, Location at, Environment const& environment)
      -> Outcome<Value>;
  auto arguments(Call const& node, Location at, Environment const& environment)
      -> Outcome<std::vector<Value>>;

  Sources& sources_;
  ReadFile read_file_;
  std::size_t work_ = 0;
  std::uint32_t depth_ = 0;
};

// The members or elements of a collection as a `for` walks them: keys in order, then values.
struct Iteration {
  Value key;
  Value value;
};
enum class Order : std::uint8_t { kSorted, kAsWritten };
[[nodiscard]] auto iterate(Value const& collection, Order order) -> std::vector<Iteration>;

}  // namespace treadle::import::terraform
