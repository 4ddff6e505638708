#include "treadle/expr/jsonpath/function.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "treadle/expr/java_text.h"

namespace treadle::expr::jsonpath {
namespace {

using json::Value;
using Reason = Failure::Reason;
using Values = std::vector<Value>;

struct FunctionName {
  std::string_view name;
  Function value;
};
constexpr auto kFunctions = std::to_array<FunctionName>({
    {"length", Function::kLength},
    {"size", Function::kLength},
    {"min", Function::kMin},
    {"max", Function::kMax},
    {"sum", Function::kSum},
    {"avg", Function::kAvg},
    {"stddev", Function::kStddev},
    {"concat", Function::kConcat},
    {"append", Function::kAppend},
    {"keys", Function::kKeys},
    {"first", Function::kFirst},
    {"last", Function::kLast},
    {"index", Function::kIndex},
});

auto failed(Reason reason) -> std::unexpected<Failure> {
  return std::unexpected(Failure{reason, 0, {}});
}

auto arguments_of(FunctionCall const& call, Evaluation& evaluation) -> Result<Values, Failure> {
  auto values = Values();
  for (auto const& parameter : call.parameters) {
    if (parameter.path == nullptr)
      values.push_back(parameter.value);
    else
      values.push_back(TRY(follow(*parameter.path, evaluation.document(), evaluation)));
  }
  return values;
}

auto counted(std::size_t n, json::Arena& arena) -> Value {
  return json::make_number(arena, static_cast<std::int64_t>(n));
}

// The number of children of what an argument path leads to: the library puts a [*] behind the path.
auto length_of_argument(Program const& path, Value model, Evaluation& evaluation)
    -> Result<std::optional<Value>, Failure> {
  auto const found = TRY(follow(path, model, evaluation));
  if (path.ends_in_function() || path.steps.empty())
    return found.is_array() ? std::optional(counted(found.size(), evaluation.arena()))
                            : std::nullopt;
  if (path.is_definite) return counted(found.size(), evaluation.arena());
  std::size_t children = 0;
  for (auto value : found.elements()) children += value.size();
  return counted(children, evaluation.arena());
}

auto length(FunctionCall const& call, Value model, Evaluation& evaluation)
    -> Result<Value, Failure> {
  if (!call.parameters.empty()) {
    if (call.parameters[0].path == nullptr) return failed(Reason::kBadArgument);
    auto const of_argument = TRY(length_of_argument(*call.parameters[0].path, model, evaluation));
    if (of_argument) return *of_argument;
  }
  if (!model.is_array() && !model.is_object()) return Value();
  return counted(model.size(), evaluation.arena());
}

// The numbers among the elements of `model` and the arguments, arrays among those opened.
auto numbers_of(Value model, Values const& arguments) -> std::vector<double> {
  auto numbers = std::vector<double>();
  auto const add = [&](Value value) {
    if (value.is_number()) numbers.push_back(value.as_double());
  };
  auto const add_elements = [&](Value value) { std::ranges::for_each(value.elements(), add); };
  if (model.is_array()) add_elements(model);
  for (auto argument : arguments) argument.is_array() ? add_elements(argument) : add(argument);
  return numbers;
}

auto sum_of(std::vector<double> const& numbers) -> double {
  double sum = 0;
  for (auto number : numbers) sum += number;
  return sum;
}

auto deviation_of(std::vector<double> const& numbers) -> double {
  auto const count = static_cast<double>(numbers.size());
  double squares = 0;
  for (auto number : numbers) squares += number * number;
  auto const mean = sum_of(numbers) / count;
  return std::sqrt(squares / count - mean * mean);
}

auto aggregate_numbers(Function function, std::vector<double> const& numbers) -> double {
  switch (function) {
    case Function::kMin: return std::ranges::min(numbers);
    case Function::kMax: return std::ranges::max(numbers);
    case Function::kSum: return sum_of(numbers);
    case Function::kAvg: return sum_of(numbers) / static_cast<double>(numbers.size());
    default: return deviation_of(numbers);
  }
}

auto aggregate(Function function, Value model, Values const& arguments, json::Arena& arena)
    -> Result<Value, Failure> {
  auto const numbers = numbers_of(model, arguments);
  if (numbers.empty()) return failed(Reason::kNothingToAggregate);
  auto const number = aggregate_numbers(function, numbers);
  if (!std::isfinite(number)) return failed(Reason::kNothingToAggregate);
  return Value::number_text(arena.copy(java_double(number)));
}

auto concat(Value model, Values const& arguments, json::Arena& arena) -> Value {
  auto text = std::string();
  auto const append = [&](Value value) {
    if (!value.is_null()) append_java_text(text, value);
  };
  if (model.is_array())
    for (auto element : model.elements())
      if (element.is_string()) text += element.as_string();
  for (auto argument : arguments) {
    if (argument.is_array())
      std::ranges::for_each(argument.elements(), append);
    else
      append(argument);
  }
  return json::make_string(arena, text);
}

auto appended(Value model, Values const& arguments, json::Arena& arena) -> Value {
  if (!model.is_array()) return model;
  auto elements = Values(model.elements().begin(), model.elements().end());
  elements.insert(elements.end(), arguments.begin(), arguments.end());
  return json::make_array(arena, elements);
}

auto keys(Value model, json::Arena& arena) -> Value {
  if (!model.is_object()) return {};
  auto names = Values();
  for (auto const& member : model.members()) names.push_back(json::make_string(arena, member.key));
  return json::make_array(arena, names);
}

auto element_at(Value model, std::int64_t index) -> Result<Value, Failure> {
  if (!model.is_array()) return failed(Reason::kNothingToAggregate);
  if (index < 0) index += static_cast<std::int64_t>(model.size());
  if (index < 0 || static_cast<std::size_t>(index) >= model.size())
    return failed(Reason::kIndexOutOfRange);
  return model.elements()[static_cast<std::size_t>(index)];
}

auto indexed(Value model, Values const& arguments) -> Result<Value, Failure> {
  if (arguments.empty() || !arguments[0].is_number()) return failed(Reason::kBadArgument);
  auto const number = arguments[0].as_double();
  if (!(std::abs(number) < std::numeric_limits<std::int32_t>::max()))
    return failed(Reason::kIndexOutOfRange);
  return element_at(model, static_cast<std::int64_t>(number));
}

}  // namespace

auto function_of(std::string_view name) -> Function {
  auto const found = std::ranges::find(kFunctions, name, &FunctionName::name);
  return found == kFunctions.end() ? Function::kUnknown : found->value;
}

auto call_function(FunctionCall const& call, Value model, Evaluation& evaluation)
    -> Result<Value, Failure> {
  auto const arguments = TRY(arguments_of(call, evaluation));
  if (!evaluation.spend(1 + model.size() + arguments.size())) return failed(Reason::kTooMuchWork);
  auto& arena = evaluation.arena();
  switch (call.function) {
    case Function::kUnknown: return failed(Reason::kUnknownFunction);
    case Function::kLength: return length(call, model, evaluation);
    case Function::kMin:
    case Function::kMax:
    case Function::kSum:
    case Function::kAvg:
    case Function::kStddev: return aggregate(call.function, model, arguments, arena);
    case Function::kConcat: return concat(model, arguments, arena);
    case Function::kAppend: return appended(model, arguments, arena);
    case Function::kKeys: return keys(model, arena);
    case Function::kFirst: return element_at(model, 0);
    case Function::kLast: return element_at(model, -1);
    case Function::kIndex: return indexed(model, arguments);
  }
  return failed(Reason::kUnknownFunction);
}

}  // namespace treadle::expr::jsonpath
