// Functions between types. Source: Terraform language documentation, "Type Conversion Functions".
#include "treadle/import/terraform/functions.h"

namespace treadle::import::terraform {
namespace {

auto tostring(Arguments arguments) -> FunctionResult {
  if (arguments[0].is_null()) return Value();
  return Value::string(TRY(text_argument(arguments, 0)));
}

auto tonumber(Arguments arguments) -> FunctionResult {
  if (arguments[0].is_null()) return Value();
  return Value::number(TRY(number_argument(arguments, 0)));
}

auto tobool(Arguments arguments) -> FunctionResult {
  if (arguments[0].is_null()) return Value();
  if (auto const b = to_bool(arguments[0])) return Value::boolean(*b);
  return refuse_argument(0, "a bool", arguments[0]);
}

auto tolist(Arguments arguments) -> FunctionResult {
  auto const list = TRY(list_argument(arguments, 0));
  return Value::list(unify({list.begin(), list.end()}));
}

auto tomap(Arguments arguments) -> FunctionResult {
  auto const object = TRY(object_argument(arguments, 0));
  std::vector<Member> members(object.members().begin(), object.members().end());
  std::vector<Value> elements;
  for (auto const& member : members) elements.push_back(member.value);
  elements = unify(std::move(elements));
  for (std::size_t i = 0; i < members.size(); ++i) members[i].value = elements[i];
  return Value::object(std::move(members));
}

// sensitive, nonsensitive, ephemeralasnull: nothing is hidden here.
auto as_it_is(Arguments arguments) -> FunctionResult { return arguments[0]; }

auto issensitive(Arguments) -> FunctionResult { return Value::boolean(false); }

constexpr Function kFunctions[] = {
    {"tostring", 1, 1, tostring},     {"tonumber", 1, 1, tonumber},
    {"tobool", 1, 1, tobool},         {"tolist", 1, 1, tolist},
    {"tomap", 1, 1, tomap},           {"sensitive", 1, 1, as_it_is},
    {"nonsensitive", 1, 1, as_it_is}, {"issensitive", 1, 1, issensitive},
};

}  // namespace

auto conversion_functions() -> std::span<Function const> { return kFunctions; }

}  // namespace treadle::import::terraform
