// Calls: the functions of functions.h, and those that need the evaluator (try, can) or a file.
#include <algorithm>
#include <numeric>

#include <fmt/format.h>

#include "treadle/base/utf8.h"
#include "treadle/import/terraform/evaluator.h"
#include "treadle/import/terraform/functions.h"
#include "treadle/import/terraform/parser.h"

namespace treadle::import::terraform {
namespace {

// Within a template file there is nothing but the variables that were given to it.
class TemplateNames final : public Names {
 public:
  explicit TemplateNames(Value const& variables) : variables_(variables) {}
  auto resolve(Evaluator& /*evaluator*/, std::string_view root, std::span<Step const> /*steps*/,
               Location at, Scope const* /*scope*/) -> Outcome<Resolved> override {
    if (auto const* found = variables_.find(root)) return Resolved{*found, 0};
    return problem(
        at,
        fmt::format("expected a variable that the template was given, but there is no '{}'", root));
  }

 private:
  Value const& variables_;
};

}  // namespace

auto Evaluator::call(Call const& node, Location at, Environment const& environment)
    -> Outcome<Value> {
  struct Special {
    std::string_view name;
    Outcome<Value> (Evaluator::*call)(Call const&, Location, Environment const&);
  };
  static constexpr Special kSpecial[] = {
      {"try", &Evaluator::call_try},
      {"can", &Evaluator::call_can},
      {"file", &Evaluator::call_file},
      {"fileexists", &Evaluator::call_fileexists},
      {"templatefile", &Evaluator::call_templatefile},
  };
  for (auto const& special : kSpecial)
    if (special.name == node.name) return (this->*special.call)(node, at, environment);

  auto const* function = find_function(node.name);
  if (function == nullptr)
    return problem(
        at, fmt::format("expected a function that treadle knows, but there is no '{}'", node.name));
  auto const given = TRY(arguments(node, at, environment));
  if (given.size() < function->arguments_min || given.size() > function->arguments_max) {
    auto const range =
        function->arguments_max == kAnyNumber ? fmt::format("at least {}", function->arguments_min)
        : function->arguments_min == function->arguments_max
            ? fmt::format("{}", function->arguments_min)
            : fmt::format("{} to {}", function->arguments_min, function->arguments_max);
    return problem(at, fmt::format("{}: expected {} arguments, but there are {}", node.name, range,
                                   given.size()));
  }
  TRY(charge(at,
             std::accumulate(given.begin(), given.end(), std::size_t{0},
                             [](std::size_t sum, Value const& v) { return sum + v.weight(); })));
  auto result = function->call(given);
  if (!result) return problem(at, fmt::format("{}: {}", node.name, result.error()));
  TRY(charge(at, result->weight()));
  return std::move(*result);
}

auto Evaluator::arguments(Call const& node, Location at, Environment const& environment)
    -> Outcome<std::vector<Value>> {
  std::vector<Value> out;
  out.reserve(node.arguments.size());
  for (auto const& argument : node.arguments) out.push_back(TRY(evaluate(*argument, environment)));
  if (!node.expands_last) return out;
  auto const last = out.back();
  if (!last.is_list())
    return problem(at, fmt::format("{}: expected a list before '...'", node.name));
  out.pop_back();
  out.insert(out.end(), last.elements().begin(), last.elements().end());
  return out;
}

auto Evaluator::call_try(Call const& node, Location at, Environment const& environment)
    -> Outcome<Value> {
  Outcome<Value> result = problem(at, "try: expected at least one argument");
  for (auto const& argument : node.arguments) {
    result = evaluate(*argument, environment);
    if (result) break;
  }
  return result;
}

auto Evaluator::call_can(Call const& node, Location at, Environment const& environment)
    -> Outcome<Value> {
  if (node.arguments.size() != 1) return problem(at, "can: expected one argument");
  return Value::boolean(evaluate(*node.arguments[0], environment).has_value());
}

auto Evaluator::call_file(Call const& node, Location at, Environment const& environment)
    -> Outcome<Value> {
  if (node.arguments.size() != 1) return problem(at, "file: expected one argument, a path");
  auto const path = TRY(evaluate_text(*node.arguments[0], environment));
  auto text = read_file_(path);
  if (!text) return problem(at, "file: " + text.error());
  TRY(charge(at, text->size()));
  if (!utf8::is_valid(*text))
    return problem(at, fmt::format("file: expected UTF-8 text in {}", path));
  return Value::string(std::move(*text));
}

auto Evaluator::call_fileexists(Call const& node, Location at, Environment const& environment)
    -> Outcome<Value> {
  if (node.arguments.size() != 1) return problem(at, "fileexists: expected one argument, a path");
  auto const text = read_file_(TRY(evaluate_text(*node.arguments[0], environment)));
  TRY(charge(at, text ? text->size() : 1));
  return Value::boolean(text.has_value());
}

auto Evaluator::call_templatefile(Call const& node, Location at, Environment const& environment)
    -> Outcome<Value> {
  if (node.arguments.size() != 2)
    return problem(at, "templatefile: expected two arguments, a path and an object");
  auto const path = TRY(evaluate_text(*node.arguments[0], environment));
  auto const variables = TRY(evaluate(*node.arguments[1], environment));
  if (!variables.is_object())
    return problem(node.arguments[1]->at,
                   fmt::format("templatefile: expected an object, but this is {}",
                               kind_name(variables.kind())));
  auto text = read_file_(path);
  if (!text) return problem(at, "templatefile: " + text.error());
  return render_template(path, std::move(*text), variables, at);
}

auto Evaluator::render_template(std::string name, std::string text, Value const& variables,
                                Location at) -> Outcome<Value> {
  constexpr std::size_t kParsingWork = 16;  // a byte
  TRY(charge(at, text.size() * kParsingWork));
  auto const file = sources_.add(std::move(name), std::move(text));
  if (!file) return problem(at, file.error());
  auto const expression = TRY(parse_template_file(sources_, *file));
  TemplateNames names(variables);
  auto const value = TRY(evaluate(*expression, {&names, nullptr}));
  // A template that is one ${...} alone still gives text.
  if (auto rendered = to_text(value))
    return value.is_string() ? value : Value::string(std::move(*rendered));
  return problem(at, fmt::format("expected a template that gives text, but it gives {}",
                                 kind_name(value.kind())));
}

}  // namespace treadle::import::terraform
