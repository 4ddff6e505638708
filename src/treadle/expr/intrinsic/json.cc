#include <vector>

#include "treadle/expr/intrinsic/argument.h"
#include "treadle/expr/intrinsic/functions.h"
#include "treadle/json/parse.h"
#include "treadle/json/print.h"

namespace treadle::expr::intrinsic {

auto string_to_json(Invocation const& invocation) -> Answer {
  auto const text = TRY(text_argument(invocation, 0));
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) return json::Value();
  auto const value = json::parse_copy(invocation.arena, text);
  if (!value) return std::unexpected("Argument 1 is not JSON: " + value.error().to_string());
  auto const is_minus_zero = value->is_number() && value->number_text() == "-0";
  return is_minus_zero ? json::make_number(invocation.arena, std::int64_t{0}) : *value;
}

auto json_to_string(Invocation const& invocation) -> Answer {
  auto const value = as_part(invocation.arena, invocation.arguments[0]);
  return json::make_string(invocation.arena, json::print(value));
}

auto json_merge(Invocation const& invocation) -> Answer {
  auto const first = invocation.arguments[0];
  auto const second = invocation.arguments[1];
  auto const deep = invocation.arguments[2];
  if (!first.is_object() || !second.is_object())
    return std::unexpected("Arguments 1 and 2 must be objects");
  if (!deep.is_bool() || deep.as_bool())
    return std::unexpected("Argument 3 must be false: only shallow merging is supported");
  auto members = std::vector<json::Member>(first.members().begin(), first.members().end());
  for (auto& member : members)
    if (auto const* newer = second.find(member.key)) member.value = *newer;
  for (auto const& member : second.members())
    if (first.find(member.key) == nullptr) members.push_back(member);
  return json::make_object(invocation.arena, members);
}

}  // namespace treadle::expr::intrinsic
