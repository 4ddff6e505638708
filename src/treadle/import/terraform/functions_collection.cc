// Functions on lists and objects. Source: Terraform language documentation, "Collection Functions".
#include <algorithm>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "treadle/base/utf8.h"
#include "treadle/import/terraform/functions.h"

namespace treadle::import::terraform {
namespace {

constexpr std::int64_t kRangeMax = 1024;  // Terraform's own limit

auto length(Arguments arguments) -> FunctionResult {
  auto const& value = arguments[0];
  if (value.is_list()) return Value::number(static_cast<long double>(value.elements().size()));
  if (value.is_object()) return Value::number(static_cast<long double>(value.members().size()));
  auto const text = TRY(text_argument(arguments, 0));
  return Value::number(static_cast<long double>(utf8::count_code_points(text)));
}

// Members of later objects win and keep the place of the earlier ones; null counts as empty.
auto merge(Arguments arguments) -> FunctionResult {
  std::vector<Member> members;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i].is_null()) continue;
    auto const object = TRY(object_argument(arguments, i));
    members.insert(members.end(), object.members().begin(), object.members().end());
  }
  return Value::object(std::move(members));
}

auto concat(Arguments arguments) -> FunctionResult {
  std::vector<Value> elements;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    auto const list = TRY(list_argument(arguments, i));
    elements.insert(elements.end(), list.begin(), list.end());
  }
  return Value::list(std::move(elements));
}

auto lookup(Arguments arguments) -> FunctionResult {
  auto const object = TRY(object_argument(arguments, 0));
  auto const key = TRY(text_argument(arguments, 1));
  if (auto const* found = object.find(key)) return *found;
  if (arguments.size() == 3) return arguments[2];
  return std::unexpected(fmt::format("expected a member '{}' in the object", key));
}

// element(list, index): the index goes round.
auto element(Arguments arguments) -> FunctionResult {
  auto const list = TRY(list_argument(arguments, 0));
  auto const index = TRY(integer_argument(arguments, 1));
  if (list.empty()) return std::unexpected("expected a list with elements");
  auto const size = static_cast<std::int64_t>(list.size());
  return list[static_cast<std::size_t>(((index % size) + size) % size)];
}

void flatten_into(std::vector<Value>& out, std::span<Value const> list) {
  for (auto const& value : list) {
    if (value.is_list()) {
      flatten_into(out, value.elements());
    } else {
      out.push_back(value);
    }
  }
}

auto flatten(Arguments arguments) -> FunctionResult {
  std::vector<Value> out;
  flatten_into(out, TRY(list_argument(arguments, 0)));
  return Value::list(std::move(out));
}

auto keys(Arguments arguments) -> FunctionResult {
  auto const object = TRY(object_argument(arguments, 0));
  std::vector<Value> out;
  for (auto const i : object.sorted()) out.push_back(Value::string(object.members()[i].key));
  return Value::list(std::move(out));
}

auto values(Arguments arguments) -> FunctionResult {
  auto const object = TRY(object_argument(arguments, 0));
  std::vector<Value> out;
  for (auto const i : object.sorted()) out.push_back(object.members()[i].value);
  return Value::list(std::move(out));
}

auto contains(Arguments arguments) -> FunctionResult {
  auto const list = TRY(list_argument(arguments, 0));
  return Value::boolean(
      std::ranges::any_of(list, [&](Value const& v) { return equal(v, arguments[1]); }));
}

auto index(Arguments arguments) -> FunctionResult {
  auto const list = TRY(list_argument(arguments, 0));
  auto const found =
      std::ranges::find_if(list, [&](Value const& v) { return equal(v, arguments[1]); });
  if (found == list.end()) return std::unexpected("expected a value that is in the list");
  return Value::number(static_cast<long double>(found - list.begin()));
}

auto compact(Arguments arguments) -> FunctionResult {
  std::vector<Value> out;
  for (auto const& value : TRY(list_argument(arguments, 0)))
    if (!value.is_null() && !(value.is_string() && value.as_string().empty())) out.push_back(value);
  return Value::list(std::move(out));
}

// The first argument that is neither null nor an empty string.
auto coalesce(Arguments arguments) -> FunctionResult {
  for (auto const& value : arguments)
    if (!value.is_null() && !(value.is_string() && value.as_string().empty())) return value;
  return std::unexpected("expected an argument that is neither null nor empty");
}

auto coalescelist(Arguments arguments) -> FunctionResult {
  for (std::size_t i = 0; i < arguments.size(); ++i)
    if (!TRY(list_argument(arguments, i)).empty()) return arguments[i];
  return std::unexpected("expected a list with elements");
}

auto zipmap(Arguments arguments) -> FunctionResult {
  auto const names = TRY(texts_argument(arguments, 0));
  auto const list = TRY(list_argument(arguments, 1));
  if (names.size() != list.size()) return std::unexpected("expected as many values as keys");
  std::vector<Member> members;
  for (std::size_t i = 0; i < names.size(); ++i) members.push_back({names[i], list[i]});
  return Value::object(std::move(members));
}

// range(limit), range(start, limit), range(start, limit, step).
auto range(Arguments arguments) -> FunctionResult {
  bool const has_start = arguments.size() > 1;
  auto const start = has_start ? TRY(number_argument(arguments, 0)) : 0.0L;
  auto const limit = TRY(number_argument(arguments, has_start ? 1 : 0));
  auto const step =
      arguments.size() > 2 ? TRY(number_argument(arguments, 2)) : (limit < start ? -1.0L : 1.0L);
  if (step == 0 || (step < 0) != (limit < start))
    return std::unexpected("expected a step that leads to the limit");
  std::vector<Value> out;
  for (auto n = start; step > 0 ? n < limit : n > limit; n += step) {
    if (static_cast<std::int64_t>(out.size()) == kRangeMax)
      return std::unexpected(fmt::format("expected at most {} numbers", kRangeMax));
    out.push_back(Value::number(n));
  }
  return Value::list(std::move(out));
}

auto reverse(Arguments arguments) -> FunctionResult {
  auto const list = TRY(list_argument(arguments, 0));
  return Value::list(std::vector<Value>(list.rbegin(), list.rend()));
}

auto slice(Arguments arguments) -> FunctionResult {
  auto const list = TRY(list_argument(arguments, 0));
  auto const from = TRY(integer_argument(arguments, 1));
  auto const to = TRY(integer_argument(arguments, 2));
  if (from < 0 || to < from || to > static_cast<std::int64_t>(list.size()))
    return std::unexpected(
        fmt::format("expected a range within the {} elements of the list", list.size()));
  return Value::list(std::vector<Value>(list.begin() + from, list.begin() + to));
}

auto sort(Arguments arguments) -> FunctionResult {
  auto texts = TRY(texts_argument(arguments, 0));
  std::ranges::sort(texts);
  std::vector<Value> out;
  for (auto& text : texts) out.push_back(Value::string(std::move(text)));
  return Value::list(std::move(out));
}

// one(list): its only element, null of an empty one.
auto one(Arguments arguments) -> FunctionResult {
  auto const list = TRY(list_argument(arguments, 0));
  if (list.size() > 1) return std::unexpected("expected a list of at most one element");
  return list.empty() ? Value() : list[0];
}

auto alltrue(Arguments arguments) -> FunctionResult {
  auto const list = TRY(list_argument(arguments, 0));
  return Value::boolean(
      std::ranges::all_of(list, [](Value const& v) { return to_bool(v).value_or(false); }));
}

auto anytrue(Arguments arguments) -> FunctionResult {
  auto const list = TRY(list_argument(arguments, 0));
  return Value::boolean(
      std::ranges::any_of(list, [](Value const& v) { return to_bool(v).value_or(false); }));
}

auto chunklist(Arguments arguments) -> FunctionResult {
  auto const list = TRY(list_argument(arguments, 0));
  auto const size = TRY(integer_argument(arguments, 1));
  if (size < 1) return refuse_argument(1, "a size of at least 1", arguments[1]);
  std::vector<Value> out;
  for (std::size_t i = 0; i < list.size(); i += static_cast<std::size_t>(size)) {
    auto const part = list.subspan(i, std::min(list.size() - i, static_cast<std::size_t>(size)));
    out.push_back(Value::list(std::vector<Value>(part.begin(), part.end())));
  }
  return Value::list(std::move(out));
}

constexpr Function kFunctions[] = {
    {"length", 1, 1, length},
    {"merge", 0, kAnyNumber, merge},
    {"concat", 1, kAnyNumber, concat},
    {"lookup", 2, 3, lookup},
    {"element", 2, 2, element},
    {"flatten", 1, 1, flatten},
    {"keys", 1, 1, keys},
    {"values", 1, 1, values},
    {"contains", 2, 2, contains},
    {"index", 2, 2, index},
    {"compact", 1, 1, compact},
    {"coalesce", 1, kAnyNumber, coalesce},
    {"coalescelist", 1, kAnyNumber, coalescelist},
    {"zipmap", 2, 2, zipmap},
    {"range", 1, 3, range},
    {"reverse", 1, 1, reverse},
    {"slice", 3, 3, slice},
    {"sort", 1, 1, sort},
    {"one", 1, 1, one},
    {"alltrue", 1, 1, alltrue},
    {"anytrue", 1, 1, anytrue},
    {"chunklist", 2, 2, chunklist},
};

}  // namespace

auto collection_functions() -> std::span<Function const> { return kFunctions; }

}  // namespace treadle::import::terraform
