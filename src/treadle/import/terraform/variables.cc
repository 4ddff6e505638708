// Where the values of variables and locals come from. Part of Configuration.
#include <algorithm>

#include <fmt/format.h>

#include "treadle/base/utf8.h"
#include "treadle/import/terraform/configuration.h"
#include "treadle/import/terraform/parser.h"
#include "treadle/import/terraform/types.h"

namespace treadle::import::terraform {
namespace {

// Values in *.tfvars and in --var are constants.
class ConstantsOnly final : public Names {
 public:
  auto resolve(Evaluator& /*evaluator*/, std::string_view root, std::span<Step const> /*steps*/,
               Location at, Scope const* /*scope*/) -> Outcome<Resolved> override {
    return problem(
        at, fmt::format("expected a constant, but here is '{}': quotes make it a string", root));
  }
};

auto find_last(std::vector<Assignment> const& assignments, std::string_view name)
    -> std::string const* {
  auto const found =
      std::ranges::find(assignments.rbegin(), assignments.rend(), name, &Assignment::name);
  return found == assignments.rend() ? nullptr : &found->value;
}

}  // namespace

auto Configuration::read_variable_files() -> Outcome<void> {
  ConstantsOnly constants;
  for (auto& [name, text] : inputs_.variable_files) {
    auto const file = evaluator_.sources().add(name, std::move(text));
    if (!file) return problem(kNowhere, file.error());
    auto const body = TRY(parse_configuration(evaluator_.sources(), *file));
    for (auto const& block : body.blocks)
      return problem(block.at, "expected NAME = VALUE alone in a file of variables");
    for (auto const& attribute : body.attributes)
      file_values_.insert_or_assign(
          attribute.name, TRY(evaluator_.evaluate(*attribute.expression, {&constants, nullptr})));
  }
  return {};
}

auto Configuration::variable(std::string_view name_view, Location at) -> Outcome<Value> {
  std::string const name(name_view);
  if (auto const known = variable_values_.find(name); known != variable_values_.end())
    return known->second;
  auto found = TRY(find_variable_value(name));
  auto value = found ? std::move(*found) : TRY(missing_variable(name, at));
  auto const declared = variables_.find(name);
  auto const* type =
      declared == variables_.end() ? nullptr : declared->second->body.attribute("type");
  if (type != nullptr)
    value = TRY(convert(evaluator_, value, *type->expression, declared->second->at));
  variable_values_.insert_or_assign(name, value);
  return value;
}

auto Configuration::find_variable_value(std::string const& name) -> Outcome<std::optional<Value>> {
  if (auto const* flag = find_last(inputs_.flags, name))
    return TRY(value_from_text(name, *flag, "--var"));
  if (auto const* text = find_last(inputs_.environment, name))
    return TRY(value_from_text(name, *text, "TF_VAR"));
  if (auto const found = file_values_.find(name); found != file_values_.end()) return found->second;
  auto const declared = variables_.find(name);
  if (declared == variables_.end()) return std::nullopt;
  auto const* fallback = declared->second->body.attribute("default");
  if (fallback == nullptr) return std::nullopt;
  ConstantsOnly constants;
  return TRY(evaluator_.evaluate(*fallback->expression, {&constants, nullptr}));
}

// Text for a variable of a scalar or of no type is taken as it is; for others it is an expression.
auto Configuration::value_from_text(std::string const& name, std::string const& text,
                                    std::string_view origin) -> Outcome<Value> {
  auto const declared = variables_.find(name);
  auto const* type =
      declared == variables_.end() ? nullptr : declared->second->body.attribute("type");
  auto const at = declared == variables_.end() ? kNowhere : declared->second->at;
  if (!utf8::is_valid(text))
    return problem(at, fmt::format("expected UTF-8 text for '{}' in {}", name, origin));
  if (type == nullptr || is_scalar_type(*type->expression)) return Value::string(text);
  auto const file = evaluator_.sources().add(fmt::format("{} {}", origin, name), text);
  if (!file) return problem(at, file.error());
  auto const expression = TRY(parse_expression_text(evaluator_.sources(), *file));
  ConstantsOnly constants;
  return evaluator_.evaluate(*expression, {&constants, nullptr});
}

auto Configuration::missing_variable(std::string const& name, Location at) -> Outcome<Value> {
  auto const declared = variables_.find(name);
  auto const* type =
      declared == variables_.end() ? nullptr : declared->second->body.attribute("type");
  auto value = Value::string("dev");
  if (type != nullptr && !convert(evaluator_, value, *type->expression, at))
    return problem(
        declared->second->at,
        fmt::format("the variable '{0}' has no value: give it one with --var {0}=VALUE", name));
  warn(at, fmt::format(
               "the variable '{0}' has no value: it becomes \"dev\"; --var {0}=VALUE gives it one",
               name));
  return value;
}

auto Configuration::local(std::string const& name, Location at) -> Outcome<Value> {
  auto const found = locals_.find(name);
  if (found == locals_.end())
    return problem(at,
                   fmt::format("expected a local that is declared, but there is no '{}'", name));
  auto& local = found->second;
  if (local.value) return *local.value;
  if (local.is_being_evaluated)
    return problem(local.attribute->at, fmt::format("the local '{}' refers to itself", name));
  local.is_being_evaluated = true;
  auto value = evaluator_.evaluate(*local.attribute->expression, {this, nullptr});
  local.is_being_evaluated = false;
  if (value) local.value = *value;
  return value;
}

}  // namespace treadle::import::terraform
