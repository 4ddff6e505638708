// Map, inline: one iteration an item. Source: ASL specification, "Map State"; causes as recorded.

#include <algorithm>

#include <fmt/format.h>

#include "treadle/base/error_names.h"
#include "treadle/interpreter/step.h"
#include "treadle/json/print.h"

namespace treadle::interpreter {
namespace {

using namespace record;
using json::Value;

// What is evaluated when a Map starts.
struct Plan {
  Value input;
  Value items;
  std::uint32_t concurrency_max = 0;
};

auto concurrency(asl::Map const& map, DataFlow& flow, Value input) -> Data<std::uint32_t> {
  auto const& field = map.concurrency_max;
  if (field.expression) {
    auto const number = TRY(flow.computed_number(*field.expression, "MaxConcurrency"));
    return static_cast<std::uint32_t>(
        std::min<std::uint64_t>(number, limits::kInlineMapConcurrency));
  }
  if (!field.path) return static_cast<std::uint32_t>(field.literal.value_or(0));
  auto const path = field.path->text();
  auto const value = flow.look_up(*field.path, input);
  if (!value)
    return fail(
        errors::kRuntime,
        fmt::format("The MaxConcurrencyPath field does not reference an input value: {}", path));
  auto const number = value->is_number() ? value->as_int64() : std::nullopt;
  if (!number)
    return fail(
        errors::kRuntime,
        fmt::format("The MaxConcurrencyPath field refers to value \"{}\" which is not a valid "
                    "integer: {}",
                    shown(*value), path));
  if (*number < 0) return fail(errors::kRuntime, "MaxConcurrency must be a non-negative integer.");
  return static_cast<std::uint32_t>(std::min<std::int64_t>(*number, limits::kInlineMapConcurrency));
}

// What is mapped over: ItemsPath's value, Items, or the input.
auto items_of(asl::State const& definition, Value input, DataFlow& flow) -> Data<Value> {
  auto const& map = std::get<asl::Map>(definition.details);
  auto const items =
      map.items ? TRY(flow.fill(map.items, input)) : TRY(flow.select(map.items_path, input));
  if (items.is_array()) return items;
  if (auto const* expression = map.items ? map.items->single() : nullptr; expression != nullptr)
    return wrong_type(*expression, "Items", "array", items);
  auto const is_input = map.items || map.items_path.is_identity();
  auto cause =
      is_input
          ? fmt::format("Map state input must be an array but was: {}", json::print(items))
          : fmt::format("Reference path \"{}\" must point to array.", map.items_path.path->text());
  auto const is_jsonata = definition.language == asl::QueryLanguage::kJsonata;
  return fail(is_jsonata ? errors::kQueryEvaluationError : errors::kRuntime, std::move(cause));
}

// Tolerated failures count for Distributed Maps alone; here the fields must be right all the same.
auto check_tolerance(asl::Map const& map, DataFlow& flow, Value input) -> Data<void> {
  static_cast<void>(
      TRY(flow.number(map.tolerated_failure_count, "ToleratedFailureCountPath", input)));
  auto const& expression = map.tolerated_failure_percentage_expression;
  if (!expression) return {};
  constexpr std::string_view kField = "ToleratedFailurePercentage";
  auto const value = TRY(flow.compute(*expression, kField));
  if (!value.is_number()) return wrong_type(*expression, kField, "number", value);
  auto const percentage = value.as_double();
  if (percentage >= 0.0 && percentage <= 100.0) return {};
  return std::unexpected(expr::jsonata::FieldFailure{
      std::string(kField), "ToleratedFailurePercentage must be between 0 and 100."});
}

auto prepare(asl::State const& definition, Value raw_input, DataFlow& flow) -> Data<Plan> {
  auto const& map = std::get<asl::Map>(definition.details);
  Plan plan;
  plan.input = TRY(flow.select(definition.input_path, raw_input));
  plan.concurrency_max = TRY(concurrency(map, flow, plan.input));
  if (definition.language == asl::QueryLanguage::kJsonata)
    TRY(check_tolerance(map, flow, plan.input));
  plan.items = TRY(items_of(definition, plan.input, flow));
  return plan;
}

auto window(Container const& c) -> std::uint32_t {
  return c.concurrency_max == 0 ? limits::kInlineMapConcurrency
                                : std::min(c.concurrency_max, limits::kInlineMapConcurrency);
}

// The input of iteration `index`: the item, or what ItemSelector makes of it.
auto iteration_input(Step& step, ScopeId map, std::uint32_t index) -> Data<Value> {
  auto const& details = std::get<asl::Map>(step.state_of(map).details);
  auto const& c = *step.scope(map).container;
  auto const item = step.payloads().value(c.items).elements()[index];
  if (!details.item_selector) return item;
  StateView view(step, map);
  view.environment.set_item({.index = index, .value = item});
  return view.flow.fill(details.item_selector, step.payloads().value(c.input));
}

}  // namespace

void enter_map(Step& step, ScopeId scope) {
  auto const& definition = step.state_of(scope);
  StateView view(step, scope);
  auto const raw_input = step.payloads().value(step.scope(scope).input);
  auto const plan = prepare(definition, raw_input, view.flow);
  if (!plan) return fail_in_data_flow(step, scope, plan.error());
  auto const input = step.payload_of(plan->input, step.scope(scope).input);
  step.emit_in(scope, MapStarted{.scope = scope,
                                 .length = static_cast<std::uint32_t>(plan->items.size()),
                                 .items = step.payload_of(plan->items, input),
                                 .input = input,
                                 .concurrency_max = plan->concurrency_max});
  if (step.is_over()) return;
  if (plan->items.size() == 0) return map_iterations_done(step, scope);
  start_iterations(step, scope, step.scope(scope).last_id);
}

void start_iterations(Step& step, ScopeId map, HistoryId previous) {
  auto const region = std::get<asl::Map>(step.state_of(map).details).processor;
  auto const start = step.definition().region(region).start;
  while (!step.is_over()) {
    auto const& c = *step.scope(map).container;
    auto const index = c.started;
    if (index == c.length || c.started - c.ended >= window(c)) return;
    auto const input = iteration_input(step, map, index);
    if (!input) {
      abort_children(step, map, InHistory::kShown);
      return fail_in_data_flow(step, map, input.error());
    }
    ScopeId const child{step.state().last_scope_id + 1};
    step.emit(IterationStarted{.scope = child,
                               .map = map,
                               .index = index,
                               .name = step.state_of(map).name,
                               .region = region,
                               .start = start,
                               .input = step.payloads().add(*input)},
              previous);
    if (!step.is_over()) step.make_ready(child);
  }
}

void map_iterations_done(Step& step, ScopeId scope) {
  auto const& map = std::get<asl::Map>(step.state_of(scope).details);
  step.emit_in(scope, MapSucceeded{.scope = scope});
  if (step.is_over()) return;
  std::vector<Value> outputs;
  for (auto const id : step.scope(scope).container->results)
    outputs.push_back(step.payloads().value(id).without_source(step.arena()));
  StateView view(step, scope);
  auto const result = view.flow.fill(map.result_selector, json::make_array(step.arena(), outputs));
  if (!result) return fail_in_data_flow(step, scope, result.error());
  view.environment.set_result(*result);
  finish_with_result(step, scope, view, map.result_path, *result);
}

}  // namespace treadle::interpreter
