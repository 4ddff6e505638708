// Functions that treat lists as sets: each value once, strings in byte order.
// Source: Terraform language documentation, "toset", "distinct", "setunion" and their kin.
#include <algorithm>
#include <set>

#include "treadle/import/terraform/functions.h"

namespace treadle::import::terraform {
namespace {

// Values are told apart by their JSON text, with the keys of objects sorted.
auto identity(Value const& value) -> std::string {
  if (value.is_list()) {
    std::string out = "[";
    for (auto const& element : value.elements()) out += identity(element) + ',';
    return out + ']';
  }
  if (value.is_object()) {
    std::string out = "{";
    for (auto const i : value.sorted()) {
      auto const& [key, member] = value.members()[i];
      out += encode_json(Value::string(key)) + ':' + identity(member) + ',';
    }
    return out + '}';
  }
  return encode_json(value);
}

auto unique_values(std::span<Value const> list) -> std::vector<Value> {
  std::set<std::string> seen;
  std::vector<Value> out;
  for (auto const& value : list)
    if (seen.insert(identity(value)).second) out.push_back(value);
  return out;
}

auto make_set(std::vector<Value> elements) -> Value {
  auto out = unique_values(unify(std::move(elements)));
  if (std::ranges::all_of(out, &Value::is_string))
    std::ranges::sort(out, {}, [](Value const& v) -> std::string const& { return v.as_string(); });
  return Value::list(std::move(out));
}

auto toset(Arguments arguments) -> FunctionResult {
  auto const list = TRY(list_argument(arguments, 0));
  return make_set({list.begin(), list.end()});
}

auto distinct(Arguments arguments) -> FunctionResult {
  return Value::list(unique_values(TRY(list_argument(arguments, 0))));
}

auto setunion(Arguments arguments) -> FunctionResult {
  std::vector<Value> all;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    auto const list = TRY(list_argument(arguments, i));
    all.insert(all.end(), list.begin(), list.end());
  }
  return make_set(std::move(all));
}

// The elements of the first list that each of the others has (or, `wants` false, has not).
auto keep_first(Arguments arguments, bool wants) -> FunctionResult {
  auto const first = TRY(list_argument(arguments, 0));
  std::vector<Value> kept(first.begin(), first.end());
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    std::set<std::string> others;
    for (auto const& value : TRY(list_argument(arguments, i))) others.insert(identity(value));
    std::erase_if(kept, [&](Value const& v) { return others.contains(identity(v)) != wants; });
  }
  return make_set(std::move(kept));
}

auto setintersection(Arguments arguments) -> FunctionResult { return keep_first(arguments, true); }
auto setsubtract(Arguments arguments) -> FunctionResult { return keep_first(arguments, false); }

constexpr Function kFunctions[] = {
    {"toset", 1, 1, toset},
    {"distinct", 1, 1, distinct},
    {"setunion", 1, kAnyNumber, setunion},
    {"setintersection", 1, kAnyNumber, setintersection},
    {"setsubtract", 2, 2, setsubtract},
};

}  // namespace

auto set_functions() -> std::span<Function const> { return kFunctions; }

}  // namespace treadle::import::terraform
