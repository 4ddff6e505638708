#include <optional>
#include <span>
#include <vector>

#include "treadle/base/assert.h"
#include "treadle/expr/jsonpath/path.h"
#include "treadle/expr/jsonpath/program.h"
#include "treadle/json/print.h"

namespace treadle::expr::jsonpath {
namespace {

using json::Value;

auto with_index(Value array, std::size_t index, Value value, json::Arena& arena) -> Value {
  if (index < array.size()) return json::with_element(arena, array, index, value);
  auto elements = std::vector<Value>(array.elements().begin(), array.elements().end());
  elements.push_back(value);
  return json::make_array(arena, elements);
}

// `at` with `value` behind `steps`; nullopt where a step does not apply. Recursive over the steps
// of one path, which are bounded.
auto set(std::optional<Value> at, std::span<Step const> steps, Value value, json::Arena& arena)
    -> std::optional<Value> {
  if (steps.empty()) return value;
  auto const& step = steps[0];
  if (step.kind == StepKind::kMember) {
    auto const object = at ? *at : json::make_object(arena, {});
    if (!object.is_object()) return std::nullopt;
    auto const* old = object.find(step.name);
    auto const inner =
        set(old ? std::optional(*old) : std::nullopt, steps.subspan(1), value, arena);
    if (!inner) return std::nullopt;
    return json::with_member(arena, object, step.name, *inner);
  }
  auto const array = at ? *at : json::make_array(arena, {});
  auto const index = static_cast<std::size_t>(step.index);
  if (!array.is_array() || index > array.size()) return std::nullopt;
  auto const old = index < array.size() ? std::optional(array.elements()[index]) : std::nullopt;
  auto const inner = set(old, steps.subspan(1), value, arena);
  if (!inner) return std::nullopt;
  return with_index(array, index, *inner, arena);
}

}  // namespace

auto assign(Path const& path, Value document, Value value, json::Arena& arena)
    -> Result<Value, std::string> {
  TREADLE_ASSERT(path.is_reference());
  auto const changed = set(document, path.program().steps, value, arena);
  if (changed) return *changed;
  return std::unexpected("Unable to apply ReferencePath " + std::string(path.text()) +
                         " to input " + json::print(document));
}

}  // namespace treadle::expr::jsonpath
