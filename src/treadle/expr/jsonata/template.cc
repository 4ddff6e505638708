#include "treadle/expr/jsonata/template.h"

#include <iterator>
#include <optional>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "treadle/base/limits.h"
#include "treadle/json/print.h"

namespace treadle::expr::jsonata {

struct TemplateNode {
  enum class Kind : std::uint8_t { kConstant, kObject, kArray, kExpression } kind = Kind::kConstant;
  std::string_view key;  // of a member
  json::Value constant;
  std::vector<TemplateNode> parts;  // of kObject and kArray
  std::optional<Expression> expression;
};

namespace {

using json::Value;

constexpr std::string_view kOpen = "{%";
constexpr std::string_view kClose = "%}";
// At most about a second, if nothing ends the evaluation before.
constexpr std::uint64_t kSteps = 10'000'000;
constexpr std::string_view kSpace = " \t\r\n";

// The nodes of one template and the copy of its source that they point into.
struct Compiled {
  json::Arena arena;
  TemplateNode root;
};

class TemplateCompiler {
 public:
  // Nested values are at most limits::kPayloadDepth deep, and so is the recursion.
  auto compile(Value source, std::string const& location) -> TemplateNode {
    TemplateNode node;
    node.constant = source;
    if (source.is_object()) {
      for (auto const& member : source.members()) {
        auto part = compile(member.value, location + '/' + std::string(member.key));
        part.key = member.key;
        node.parts.push_back(std::move(part));
      }
      settle(node, TemplateNode::Kind::kObject);
    } else if (source.is_array()) {
      for (auto const element : source.elements())
        node.parts.push_back(compile(element, fmt::format("{}[{}]", location, node.parts.size())));
      settle(node, TemplateNode::Kind::kArray);
    } else if (is_expression(source)) {
      compile_expression(node, location);
    }
    return node;
  }

  auto errors() -> std::vector<TemplateError>& { return errors_; }

 private:
  static void settle(TemplateNode& node, TemplateNode::Kind kind) {
    for (auto const& part : node.parts)
      if (part.kind != TemplateNode::Kind::kConstant) node.kind = kind;
    if (node.kind == TemplateNode::Kind::kConstant) node.parts.clear();
  }

  void compile_expression(TemplateNode& node, std::string const& location) {
    auto expression =
        Expression::compile(expression_text(node.constant.as_string()), Dialect::kStepFunctions);
    if (!expression) {
      errors_.push_back({location, std::move(expression).error()});
      return;
    }
    node.kind = TemplateNode::Kind::kExpression;
    node.expression = *std::move(expression);
  }

  std::vector<TemplateError> errors_;
};

class TemplateEvaluator {
 public:
  TemplateEvaluator(std::string_view field, Environment& environment, json::Arena& arena)
      : location_(field), environment_(environment), arena_(arena) {}

  auto evaluate(TemplateNode const& node) -> Result<Value, FieldFailure> {
    switch (node.kind) {
      case TemplateNode::Kind::kConstant: return node.constant;
      case TemplateNode::Kind::kObject: return evaluate_object(node);
      case TemplateNode::Kind::kArray: return evaluate_array(node);
      case TemplateNode::Kind::kExpression:
        return evaluate_field(*node.expression, location_, environment_, arena_);
    }
    return Value();
  }

 private:
  // A whole document that becomes a part of another one prints like the rest of that.
  auto part(TemplateNode const& node) -> Result<Value, FieldFailure> {
    auto const value = TRY(evaluate(node));
    return value.source().empty() ? value : value.without_source(arena_);
  }

  auto evaluate_object(TemplateNode const& node) -> Result<Value, FieldFailure> {
    auto const here = location_.size();
    auto* members = arena_.allocate_array<json::Member>(node.parts.size());
    for (std::size_t i = 0; i < node.parts.size(); ++i) {
      auto const& key = node.parts[i].key;
      location_.append("/").append(key);
      auto const value = TRY(part(node.parts[i]));
      location_.resize(here);
      new (members + i) json::Member{key, value};
    }
    return json::make_object(arena_, std::span(members, node.parts.size()),
                             json::KeyStorage::kOutlives);
  }

  auto evaluate_array(TemplateNode const& node) -> Result<Value, FieldFailure> {
    auto const here = location_.size();
    auto* elements = arena_.allocate_array<Value>(node.parts.size());
    for (std::size_t i = 0; i < node.parts.size(); ++i) {
      fmt::format_to(std::back_inserter(location_), "[{}]", i);
      new (elements + i) Value(TRY(part(node.parts[i])));
      location_.resize(here);
    }
    return json::make_array(arena_, std::span(elements, node.parts.size()));
  }

  std::string location_;
  Environment& environment_;
  json::Arena& arena_;
};

auto sentence(Expression const& expression, std::string_view field) -> std::string {
  return fmt::format("The JSONata expression '{}' specified for the field '{}' ", expression.text(),
                     field);
}

auto kind_name(Value value) -> std::string_view {
  switch (value.kind()) {
    case json::Kind::kNull: return "null";
    case json::Kind::kBool: return "boolean";
    case json::Kind::kNumber: return "number";
    case json::Kind::kString: return "string";
    case json::Kind::kArray: return "array";
    case json::Kind::kObject: return "object";
  }
  return "";
}

void collect(TemplateNode const& node, std::string const& location,
             std::vector<Template::Placed>& expressions) {
  using Kind = TemplateNode::Kind;
  if (node.expression) expressions.push_back({location, *node.expression});
  for (std::size_t i = 0; i < node.parts.size(); ++i) {
    auto const& part = node.parts[i];
    if (part.kind == Kind::kConstant) continue;
    collect(part,
            node.kind == Kind::kArray ? fmt::format("{}[{}]", location, i)
                                      : fmt::format("{}/{}", location, part.key),
            expressions);
  }
}

}  // namespace

auto is_expression(Value value) -> bool {
  if (!value.is_string()) return false;
  auto const text = value.as_string();
  return text.size() >= kOpen.size() + kClose.size() && text.starts_with(kOpen) &&
         text.ends_with(kClose);
}

auto expression_text(std::string_view field) -> std::string_view {
  field = field.substr(kOpen.size(), field.size() - kOpen.size() - kClose.size());
  auto const first = field.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return field.substr(first, field.find_last_not_of(kSpace) - first + 1);
}

auto evaluate_field(Expression const& expression, std::string_view field, Environment& environment,
                    json::Arena& arena) -> Result<Value, FieldFailure> {
  auto const fails = [&](std::string_view how) {
    return std::unexpected(
        FieldFailure{std::string(field), sentence(expression, field) + std::string(how)});
  };
  auto const outcome = evaluate(
      expression, std::nullopt, environment, arena,
      {.steps_max = kSteps, .is_over = [&](auto ahead) { return environment.must_stop(ahead); }});
  if (!outcome) {
    // A code opens a sentence of its own; what has none goes on in this one.
    auto const& [code, message] = outcome.error();
    auto const what = code.empty() ? ": " + message : fmt::format(". {}: {}", code, message);
    return fails("threw an error during evaluation" + what);
  }
  switch (outcome->kind) {
    case Outcome::Kind::kUndefined: return fails("returned nothing (undefined).");
    case Outcome::Kind::kFunction: return fails("returned an unsupported result type.");
    case Outcome::Kind::kValue: return outcome->value;
  }
  return Value();
}

auto unexpected_type(Expression const& expression, std::string_view field,
                     std::string_view expected, Value value) -> FieldFailure {
  return {std::string(field),
          fmt::format("{}returned an unexpected result type. Expected '{}', but was '{}' for "
                      "value: {}",
                      sentence(expression, field), expected, kind_name(value), json::print(value))};
}

auto Template::compile(Value source, std::string field)
    -> Result<Template, std::vector<TemplateError>> {
  auto compiled = std::make_shared<Compiled>();
  auto const copy = json::clone(compiled->arena, source);
  TemplateCompiler compiler;
  compiled->root =
      compiler.compile(copy.source().empty() ? copy : copy.without_source(compiled->arena), "");
  if (!compiler.errors().empty()) return std::unexpected(std::move(compiler.errors()));
  Template result;
  result.root_ = std::shared_ptr<TemplateNode const>(compiled, &compiled->root);
  result.field_ = std::move(field);
  return result;
}

auto Template::single() const -> Expression const* {
  return root_->expression ? &*root_->expression : nullptr;
}

auto Template::expressions() const -> std::vector<Placed> {
  std::vector<Placed> expressions;
  collect(*root_, "", expressions);
  return expressions;
}

auto evaluate(Template const& source, Environment& environment, json::Arena& arena)
    -> Result<Value, FieldFailure> {
  return TemplateEvaluator(source.field(), environment, arena).evaluate(source.root());
}

}  // namespace treadle::expr::jsonata
