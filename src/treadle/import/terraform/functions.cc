#include "treadle/import/terraform/functions.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace treadle::import::terraform {

auto find_function(std::string_view name) -> Function const* {
  for (auto const group : {text_functions(), collection_functions(), set_functions(),
                           number_functions(), encoding_functions(), conversion_functions()}) {
    auto const found = std::ranges::find(group, name, &Function::name);
    if (found != group.end()) return &*found;
  }
  return nullptr;
}

auto refuse_argument(std::size_t i, std::string_view expected, Value const& found)
    -> std::unexpected<std::string> {
  return std::unexpected(fmt::format("expected {} as argument {}, but it is {}", expected, i + 1,
                                     kind_name(found.kind())));
}

auto text_argument(Arguments arguments, std::size_t i) -> Result<std::string, std::string> {
  if (auto text = to_text(arguments[i])) return std::move(*text);
  return refuse_argument(i, "a string", arguments[i]);
}

auto number_argument(Arguments arguments, std::size_t i) -> Result<long double, std::string> {
  if (auto const number = to_number(arguments[i])) return *number;
  return refuse_argument(i, "a number", arguments[i]);
}

auto integer_argument(Arguments arguments, std::size_t i) -> Result<std::int64_t, std::string> {
  auto const number = TRY(number_argument(arguments, i));
  if (std::trunc(number) != number || std::fabs(number) > 9e15L)
    return refuse_argument(i, "a whole number", arguments[i]);
  return static_cast<std::int64_t>(number);
}

auto list_argument(Arguments arguments, std::size_t i)
    -> Result<std::span<Value const>, std::string> {
  if (arguments[i].is_list()) return arguments[i].elements();
  return refuse_argument(i, "a list", arguments[i]);
}

auto object_argument(Arguments arguments, std::size_t i) -> Result<Value, std::string> {
  if (arguments[i].is_object()) return arguments[i];
  return refuse_argument(i, "an object", arguments[i]);
}

auto texts_argument(Arguments arguments, std::size_t i)
    -> Result<std::vector<std::string>, std::string> {
  std::vector<std::string> out;
  for (auto const& element : TRY(list_argument(arguments, i))) {
    auto text = to_text(element);
    if (!text) return refuse_argument(i, "a list of strings", element);
    out.push_back(std::move(*text));
  }
  return out;
}

auto check_size(std::size_t bytes) -> Result<void, std::string> {
  if (bytes <= Value::kWeightMax) return {};
  return std::unexpected(fmt::format("expected a result of at most {} bytes", Value::kWeightMax));
}

auto unify(std::vector<Value> elements) -> std::vector<Value> {
  auto const is_scalar = [](Value const& v) { return to_text(v).has_value() || v.is_null(); };
  bool const has_text = std::ranges::any_of(elements, &Value::is_string);
  if (!has_text || !std::ranges::all_of(elements, is_scalar)) return elements;
  for (auto& element : elements)
    if (auto text = to_text(element); text && !element.is_string())
      element = Value::string(std::move(*text));
  return elements;
}

}  // namespace treadle::import::terraform
