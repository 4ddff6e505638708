#include "treadle/import/terraform/evaluator.h"

#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "treadle/base/assert.h"

namespace treadle::import::terraform {
namespace {

auto arithmetic(Operator op, long double a, long double b) -> long double {
  switch (op) {
    case Operator::kAdd: return a + b;
    case Operator::kSubtract: return a - b;
    case Operator::kMultiply: return a * b;
    case Operator::kDivide: return a / b;
    default: return std::fmod(a, b);
  }
}

auto compare(Operator op, long double a, long double b) -> bool {
  switch (op) {
    case Operator::kLess: return a < b;
    case Operator::kLessEqual: return a <= b;
    case Operator::kGreater: return a > b;
    default: return a >= b;
  }
}

constexpr std::size_t kExpressionWork = 128;  // one is as much as that many bytes

auto is_comparison(Operator op) -> bool {
  return op >= Operator::kLess && op <= Operator::kGreaterEqual;
}

auto expected_kind(Location at, std::string_view expected, Value const& found)
    -> std::unexpected<Problem> {
  return problem(at, fmt::format("expected {}, but this is {}", expected, kind_name(found.kind())));
}

auto missing_member(Location at, std::string_view name, Value const& object)
    -> std::unexpected<Problem> {
  constexpr std::size_t kShownMax = 12;
  std::vector<std::string_view> names;
  for (auto const& member : object.members().first(std::min(kShownMax, object.members().size())))
    names.push_back(member.key);
  return problem(at, names.empty()
                         ? fmt::format("there is no member '{}': the object is empty", name)
                         : fmt::format("there is no member '{}'; expected one of {}{}", name,
                                       fmt::join(names, ", "),
                                       object.members().size() > kShownMax ? ", ..." : ""));
}

}  // namespace

auto Scope::find(std::string_view wanted) const -> Value const* {
  for (auto const* scope = this; scope != nullptr; scope = scope->outer)
    if (scope->name == wanted) return &scope->value;
  return nullptr;
}

auto iterate(Value const& collection, Order order) -> std::vector<Iteration> {
  std::vector<Iteration> out;
  if (collection.is_list()) {
    for (auto const& element : collection.elements())
      out.push_back({Value::number(static_cast<long double>(out.size())), element});
  } else if (collection.is_object()) {
    for (std::uint32_t i = 0; i < collection.members().size(); ++i) {
      auto const& [key, value] =
          collection.members()[order == Order::kSorted ? collection.sorted()[i] : i];
      out.push_back({Value::string(key), value});
    }
  }
  return out;
}

// One case for each kind of expression.
class Evaluator::Visit {
 public:
  Visit(Evaluator& evaluator, Location at, Environment const& environment)
      : evaluator_(evaluator), at_(at), environment_(environment) {}

  auto operator()(Literal const& node) -> Outcome<Value> { return node.value; }
  auto operator()(Variable const& node) -> Outcome<Value> {
    if (environment_.scope != nullptr)
      if (auto const* found = environment_.scope->find(node.name)) return *found;
    return TRY(environment_.names->resolve(evaluator_, node.name, {}, at_, environment_.scope))
        .value;
  }
  auto operator()(Postfix const& node) -> Outcome<Value> {
    return evaluator_.postfix(node, at_, environment_);
  }
  auto operator()(Call const& node) -> Outcome<Value> {
    return evaluator_.call(node, at_, environment_);
  }
  auto operator()(Binary const& node) -> Outcome<Value> {
    return evaluator_.binary(node, environment_);
  }
  auto operator()(Not const& node) -> Outcome<Value> {
    return Value::boolean(!TRY(evaluator_.evaluate_bool(*node.operand, environment_)));
  }
  auto operator()(Negate const& node) -> Outcome<Value> {
    auto const value = TRY(evaluator_.evaluate(*node.operand, environment_));
    auto const number = to_number(value);
    if (!number) return expected_kind(node.operand->at, "a number", value);
    return Value::number(-*number);
  }
  auto operator()(Conditional const& node) -> Outcome<Value> {
    bool const is_true = TRY(evaluator_.evaluate_bool(*node.condition, environment_));
    return evaluator_.evaluate(is_true ? *node.then : *node.otherwise, environment_);
  }
  auto operator()(TupleLiteral const& node) -> Outcome<Value> {
    return evaluator_.tuple(node, environment_);
  }
  auto operator()(ObjectLiteral const& node) -> Outcome<Value> {
    return evaluator_.object(node, environment_);
  }
  auto operator()(ForExpression const& node) -> Outcome<Value> {
    return evaluator_.loop(node, environment_);
  }
  auto operator()(Template const& node) -> Outcome<Value> {
    if (node.is_one_interpolation)
      return evaluator_.evaluate(*std::get<ExpressionPtr>(node.parts[0].part), environment_);
    std::string out;
    TRY(evaluator_.append_template(out, node, environment_));
    return Value::string(std::move(out));
  }

 private:
  Evaluator& evaluator_;
  Location at_;
  Environment const& environment_;
};

auto Evaluator::charge(Location at, std::size_t work) -> Outcome<void> {
  work_ = std::min(work_ + work, kWorkMax + 1);
  if (work_ > kWorkMax) return problem(at, "expected less work: evaluating this takes too long");
  return {};
}

auto Evaluator::evaluate(Expression const& expression, Environment const& environment)
    -> Outcome<Value> {
  struct Deeper {
    std::uint32_t& depth;
    explicit Deeper(std::uint32_t& d) : depth(d) { ++depth; }
    ~Deeper() { --depth; }
  } const deeper(depth_);
  if (depth_ > kDepthMax)
    return problem(
        expression.at,
        fmt::format("expected references that lead on at most {} deep; do they form a ring?",
                    kDepthMax));
  TRY(charge(expression.at, kExpressionWork));
  auto value = TRY(std::visit(Visit(*this, expression.at, environment), expression.node));
  if (value.weight() > Value::kWeightMax || value.depth() > Value::kDepthMax)
    return problem(expression.at,
                   fmt::format("expected a value of at most {} bytes that nests at most {} deep",
                               Value::kWeightMax, Value::kDepthMax));
  return value;
}

auto Evaluator::evaluate_text(Expression const& expression, Environment const& environment)
    -> Outcome<std::string> {
  auto const value = TRY(evaluate(expression, environment));
  if (auto text = to_text(value)) return std::move(*text);
  return expected_kind(expression.at, "a string", value);
}

auto Evaluator::evaluate_bool(Expression const& expression, Environment const& environment)
    -> Outcome<bool> {
  auto const value = TRY(evaluate(expression, environment));
  if (auto const b = to_bool(value)) return *b;
  return expected_kind(expression.at, "true or false", value);
}

auto Evaluator::postfix(Postfix const& node, Location at, Environment const& environment)
    -> Outcome<Value> {
  std::span<Step const> const steps = node.steps;
  auto const* root = std::get_if<Variable>(&node.base->node);
  bool const is_local_name = root != nullptr && environment.scope != nullptr &&
                             environment.scope->find(root->name) != nullptr;
  if (root == nullptr || is_local_name)
    return apply_steps(TRY(evaluate(*node.base, environment)), steps, environment);
  auto resolved = TRY(environment.names->resolve(*this, root->name, steps, at, environment.scope));
  TREADLE_ASSERT(resolved.steps_used <= steps.size());
  return apply_steps(std::move(resolved.value), steps.subspan(resolved.steps_used), environment);
}

auto Evaluator::apply_steps(Value value, std::span<Step const> steps,
                            Environment const& environment) -> Outcome<Value> {
  while (!steps.empty()) {
    auto const& step = steps.front();
    steps = steps.subspan(1);
    switch (step.kind) {
      case Step::Kind::kSplat: return splat(value, steps, environment);
      case Step::Kind::kAttributeSplat: {
        auto const is_name = [](Step const& s) { return s.kind == Step::Kind::kAttribute; };
        auto const names = std::ranges::find_if_not(steps, is_name) - steps.begin();
        value = TRY(splat(value, steps.first(static_cast<std::size_t>(names)), environment));
        steps = steps.subspan(static_cast<std::size_t>(names));
        break;
      }
      case Step::Kind::kIndex: value = TRY(index(value, step, environment)); break;
      case Step::Kind::kAttribute: {
        if (!value.is_object())
          return expected_kind(step.at, fmt::format("an object with a member '{}'", step.name),
                               value);
        auto const* found = value.find(step.name);
        if (found == nullptr) return missing_member(step.at, step.name, value);
        value = Value(*found);  // a copy first: `found` lies within `value`
        break;
      }
    }
  }
  return value;
}

auto Evaluator::splat(Value const& value, std::span<Step const> steps,
                      Environment const& environment) -> Outcome<Value> {
  if (value.is_null()) return Value::list({});
  if (!value.is_list()) return Value::list({TRY(apply_steps(value, steps, environment))});
  std::vector<Value> out;
  for (auto const& element : value.elements())
    out.push_back(TRY(apply_steps(element, steps, environment)));
  if (!steps.empty()) TRY(charge(steps.front().at, out.size() * steps.size()));
  return Value::list(std::move(out));
}

auto Evaluator::index(Value const& value, Step const& step, Environment const& environment)
    -> Outcome<Value> {
  auto const key = TRY(evaluate(*step.index, environment));
  if (value.is_object()) {
    auto const name = to_text(key);
    if (!name) return expected_kind(step.index->at, "the name of a member", key);
    if (auto const* found = value.find(*name)) return *found;
    return missing_member(step.index->at, *name, value);
  }
  if (!value.is_list()) return expected_kind(step.at, "a list or an object before '['", value);
  auto const number = to_number(key);
  if (!number || std::trunc(*number) != *number)
    return expected_kind(step.index->at, "a whole number as the index", key);
  auto const elements = value.elements();
  if (*number < 0 || *number >= static_cast<long double>(elements.size()))
    return problem(step.index->at, fmt::format("expected an index below {}, but it is {}",
                                               elements.size(), number_text(*number)));
  return elements[static_cast<std::size_t>(*number)];
}

auto Evaluator::logic(Binary const& node, Environment const& environment) -> Outcome<Value> {
  bool const left = TRY(evaluate_bool(*node.left, environment));
  if (left == (node.op == Operator::kOr)) return Value::boolean(left);
  return Value::boolean(TRY(evaluate_bool(*node.right, environment)));
}

auto Evaluator::binary(Binary const& node, Environment const& environment) -> Outcome<Value> {
  if (node.op == Operator::kOr || node.op == Operator::kAnd) return logic(node, environment);
  auto const left = TRY(evaluate(*node.left, environment));
  auto const right = TRY(evaluate(*node.right, environment));
  if (node.op == Operator::kEqual || node.op == Operator::kNotEqual) {
    TRY(charge(node.at, std::min(left.weight(), right.weight())));
    return Value::boolean(equal(left, right) == (node.op == Operator::kEqual));
  }
  auto const a = to_number(left);
  auto const b = to_number(right);
  if (!a) return expected_kind(node.left->at, "a number", left);
  if (!b) return expected_kind(node.right->at, "a number", right);
  if (is_comparison(node.op)) return Value::boolean(compare(node.op, *a, *b));
  bool const divides = node.op == Operator::kDivide || node.op == Operator::kModulo;
  if (divides && *b == 0) return problem(node.right->at, "expected a divisor that is not 0");
  auto const result = arithmetic(node.op, *a, *b);
  if (!std::isfinite(static_cast<double>(result)))
    return problem(node.at, "expected a result within the range of a double");
  return Value::number(result);
}

auto Evaluator::tuple(TupleLiteral const& node, Environment const& environment) -> Outcome<Value> {
  std::vector<Value> elements;
  for (auto const& element : node.elements)
    elements.push_back(TRY(evaluate(*element, environment)));
  return Value::list(std::move(elements));
}

auto Evaluator::object(ObjectLiteral const& node, Environment const& environment)
    -> Outcome<Value> {
  std::vector<Member> members;
  for (auto const& item : node.items) {
    auto key = TRY(evaluate_text(*item.key, environment));
    members.push_back({std::move(key), TRY(evaluate(*item.value, environment))});
  }
  return Value::object(std::move(members));
}

auto Evaluator::loop(ForExpression const& node, Environment const& environment) -> Outcome<Value> {
  auto const collection = TRY(evaluate(*node.collection, environment));
  if (!collection.is_list() && !collection.is_object())
    return expected_kind(node.collection->at, "a list or an object to go through", collection);
  bool const makes_object = node.result_key != nullptr;
  std::vector<Value> elements;
  std::vector<Member> members;
  std::map<std::string, std::vector<Value>> groups;
  // The order of the members of an object says nothing, so it may stay as it was written.
  auto const order = makes_object && !node.groups ? Order::kAsWritten : Order::kSorted;
  for (auto const& [key, value] : iterate(collection, order)) {
    Scope const outer{environment.scope, node.key, key};
    Scope const scope{node.key.empty() ? environment.scope : &outer, node.value, value};
    Environment const inner{environment.names, &scope};
    if (node.condition && !TRY(evaluate_bool(*node.condition, inner))) continue;
    std::string name;
    if (makes_object) name = TRY(evaluate_text(*node.result_key, inner));
    auto result = TRY(evaluate(*node.result, inner));
    TRY(charge(node.result->at, 1 + name.size()));
    if (!makes_object) {
      elements.push_back(std::move(result));
    } else if (node.groups) {
      groups[name].push_back(std::move(result));
    } else {
      members.push_back({std::move(name), std::move(result)});
    }
  }
  if (!makes_object) return Value::list(std::move(elements));
  for (auto& [name, group] : groups) members.push_back({name, Value::list(std::move(group))});
  auto const count = members.size();
  auto out = Value::object(std::move(members));
  if (out.members().size() < count)
    return problem(
        node.result_key->at,
        "expected a key of its own for every element; '...' after the value groups them");
  return out;
}

auto Evaluator::append_template(std::string& out, Template const& node,
                                Environment const& environment) -> Outcome<void> {
  for (auto const& part : node.parts) TRY(append_part(out, part, environment));
  return {};
}

auto Evaluator::append_part(std::string& out, TemplatePart const& part,
                            Environment const& environment) -> Outcome<void> {
  if (auto const* text = std::get_if<std::string>(&part.part)) {
    out += *text;
    return {};
  }
  if (auto const* interpolation = std::get_if<ExpressionPtr>(&part.part)) {
    auto const text = TRY(evaluate_text(**interpolation, environment));
    out += text;
    TRY(charge((*interpolation)->at, text.size()));
    if (out.size() > Value::kWeightMax)
      return problem((*interpolation)->at,
                     fmt::format("expected a text of at most {} bytes", Value::kWeightMax));
    return {};
  }
  if (auto const* conditional = std::get_if<TemplateIf>(&part.part)) {
    bool const is_true = TRY(evaluate_bool(*conditional->condition, environment));
    return append_template(out, is_true ? *conditional->then : *conditional->otherwise,
                           environment);
  }
  auto const& repeated = std::get<TemplateFor>(part.part);
  auto const collection = TRY(evaluate(*repeated.collection, environment));
  if (!collection.is_list() && !collection.is_object())
    return expected_kind(repeated.collection->at, "a list or an object to go through", collection);
  for (auto const& [key, value] : iterate(collection, Order::kSorted)) {
    Scope const outer{environment.scope, repeated.key, key};
    Scope const scope{repeated.key.empty() ? environment.scope : &outer, repeated.value, value};
    auto const size_before = out.size();
    TRY(append_template(out, *repeated.body, {environment.names, &scope}));
    TRY(charge(repeated.collection->at, 1 + out.size() - size_before));
    if (out.size() > Value::kWeightMax)
      return problem(repeated.collection->at,
                     fmt::format("expected a text of at most {} bytes", Value::kWeightMax));
  }
  return {};
}

}  // namespace treadle::import::terraform
