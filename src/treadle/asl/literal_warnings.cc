#include "treadle/asl/literal_warnings.h"

#include "treadle/expr/intrinsic/call.h"

namespace treadle::asl {
namespace {

// Whether a text that looks like a path, or a member that looks like an expression, stands anywhere
// in `value`.
auto holds_expression(json::Value value) -> bool {
  if (value.is_string()) return looks_like_path_or_call(value.as_string());
  if (value.is_array()) {
    for (auto const& element : value.elements())
      if (holds_expression(element)) return true;
  } else if (value.is_object()) {
    for (auto const& member : value.members())
      if (member.key.ends_with(".$") || holds_expression(member.value)) return true;
  }
  return false;
}

}  // namespace

auto looks_like_path_or_call(std::string_view text) -> bool {
  if (text.starts_with("$.") || text.starts_with("$[") || text.starts_with("$$.")) return true;
  return expr::intrinsic::Call::looks_like_one(text) && text.ends_with(')');
}

void warn_of_static_result(json::Value result, Location const& where, Report& report) {
  if (holds_expression(result))
    report.warning(Code::kPassResultIsStatic, where,
                   "Attempt to use a path in the result of a pass state.");
}

void warn_of_path_literal(json::Value literal, Location const& where, Report& report) {
  if (literal.is_string() && looks_like_path_or_call(literal.as_string()))
    report.warning(Code::kNoPath, where,
                   "Field value looks like a path, but field name does not end with 'Path'.");
}

}  // namespace treadle::asl
