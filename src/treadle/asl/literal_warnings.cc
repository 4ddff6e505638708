#include "treadle/asl/literal_warnings.h"

#include <cstddef>
#include <variant>
#include <vector>

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

// Walks a template. The way to the current value is kept as steps and spelled out only where a
// warning needs it: spelling it at every level would be quadratic in the length of the keys.
class PathTextWalk {
 public:
  PathTextWalk(Location const& root, Report& report) : root_(root), report_(report) {}

  void visit(json::Value value) {
    if (value.is_array()) {
      for (std::size_t i = 0; i < value.elements().size(); ++i) descend(i, value.elements()[i]);
    } else if (value.is_object()) {
      for (auto const& member : value.members()) {
        if (member.value.is_string())
          look_at(member);
        else
          descend(member.key, member.value);
      }
    }
  }

 private:
  using Step = std::variant<std::size_t, std::string_view>;

  void descend(Step step, json::Value value) {
    steps_.push_back(step);
    visit(value);
    steps_.pop_back();
  }

  void look_at(json::Member const& member) {
    if (member.key.ends_with(".$") || !looks_like_path_or_call(member.value.as_string())) return;
    report_.warning(Code::kNoDollar, here() / member.key,
                    "No .$ on a field that appears to be a JSONPath or Intrinsic Function.");
  }

  [[nodiscard]] auto here() const -> Location {
    auto location = root_;
    for (auto const& step : steps_)
      if (auto const* index = std::get_if<std::size_t>(&step); index != nullptr)
        location = location[*index];
      else
        location = location / std::get<std::string_view>(step);
    return location;
  }

  Location const& root_;
  Report& report_;
  std::vector<Step> steps_;
};

}  // namespace

auto looks_like_path_or_call(std::string_view text) -> bool {
  if (text.starts_with("$.") || text.starts_with("$[") || text.starts_with("$$.")) return true;
  return expr::intrinsic::Call::looks_like_one(text) && text.ends_with(')');
}

void warn_of_path_texts(json::Value payload_template, Location const& where, Report& report) {
  PathTextWalk(where, report).visit(payload_template);
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
