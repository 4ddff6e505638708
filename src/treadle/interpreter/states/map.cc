// Map, inline: one iteration an item. Source: ASL specification, "Map State"; causes as recorded.

#include <algorithm>

#include <fmt/format.h>

#include "treadle/base/error_names.h"
#include "treadle/interpreter/items_read.h"
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
  MapLimits limits;
};

auto concurrency(asl::Map const& map, DataFlow& flow, Value input) -> Data<std::uint64_t> {
  auto const& field = map.concurrency_max;
  if (field.expression) return flow.computed_number(*field.expression, "MaxConcurrency");
  if (!field.path) return field.literal.value_or(0);
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
  return static_cast<std::uint64_t>(*number);
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

auto is_percentage(Value value) -> bool {
  return value.is_number() && value.as_double() >= 0.0 && value.as_double() <= 100.0;
}

auto percentage(asl::Map const& map, DataFlow& flow, Value input) -> Data<std::optional<double>> {
  constexpr std::string_view kField = "ToleratedFailurePercentage";
  std::string const wrong = "ToleratedFailurePercentage must be between 0 and 100.";
  if (auto const& expression = map.tolerated_failure_percentage_expression) {
    auto const value = TRY(flow.compute(*expression, kField));
    if (!value.is_number()) return wrong_type(*expression, kField, "number", value);
    if (is_percentage(value)) return value.as_double();
    return std::unexpected(expr::jsonata::FieldFailure{std::string(kField), wrong});
  }
  auto const& path = map.tolerated_failure_percentage_path;
  if (!path) return map.tolerated_failure_percentage;
  auto const value = flow.look_up(*path, input);
  if (!value)
    return fail(errors::kRuntime,
                fmt::format("The {}Path parameter does not reference an input value: {}", kField,
                            path->text()));
  if (!is_percentage(*value)) return fail(errors::kRuntime, wrong);
  return value->as_double();
}

// Tolerated failures count for Distributed Maps alone. In JSONata the fields must be right in any
// Map; the paths of an inline one are not looked at.
auto limits_of(asl::State const& definition, Value input, DataFlow& flow) -> Data<MapLimits> {
  auto const& map = std::get<asl::Map>(definition.details);
  MapLimits limits{.concurrency_max = TRY(concurrency(map, flow, input)),
                   .failures_tolerated = map.tolerated_failure_count.literal,
                   .percentage_tolerated = map.tolerated_failure_percentage};
  bool const is_jsonata = definition.language == asl::QueryLanguage::kJsonata;
  if (map.mode == asl::MapMode::kDistributed || is_jsonata) {
    limits.failures_tolerated =
        TRY(flow.number(map.tolerated_failure_count, "ToleratedFailureCountPath", input));
    limits.percentage_tolerated = TRY(percentage(map, flow, input));
  }
  if (auto* const inspection = flow.inspection()) inspection->map = limits;
  return limits;
}

// All but the items.
auto prepare(asl::State const& definition, Value raw_input, DataFlow& flow) -> Data<Plan> {
  Plan plan;
  plan.input = TRY(flow.select(definition.input_path, raw_input));
  flow.saw(Stage::kAfterInputPath, plan.input);
  plan.limits = TRY(limits_of(definition, plan.input, flow));
  return plan;
}

auto window(Container const& c) -> std::uint32_t {
  return c.concurrency_max == 0 ? limits::kInlineMapConcurrency
                                : std::min(c.concurrency_max, limits::kInlineMapConcurrency);
}

// The input of an iteration: the item, or what ItemSelector makes of it.
auto select_item(Step& step, ScopeId map, MapItem item, Value input) -> Data<Value> {
  auto const& details = std::get<asl::Map>(step.state_of(map).details);
  if (!details.item_selector) return item.value;
  StateView view(step, map);
  view.environment.set_item(item);
  return view.flow.fill(details.item_selector, input);
}

auto iteration_input(Step& step, ScopeId map, std::uint32_t index) -> Data<Value> {
  auto const& c = *step.scope(map).container;
  auto const item = step.payloads().value(c.items).elements()[index];
  return select_item(step, map, {.index = index, .value = item}, step.payloads().value(c.input));
}

}  // namespace

void enter_map(Step& step, ScopeId scope) {
  auto const& definition = step.state_of(scope);
  StateView view(step, scope);
  auto const raw_input = step.payloads().value(step.scope(scope).input);
  auto plan = prepare(definition, raw_input, view.flow);
  if (!plan) return fail_in_data_flow(step, scope, plan.error());
  auto const items = items_of(definition, plan->input, view.flow);
  if (!items) return fail_in_data_flow(step, scope, items.error());
  plan->items = *items;
  auto const input = step.payload_of(plan->input, step.scope(scope).input);
  step.emit_in(scope,
               MapStarted{.scope = scope,
                          .length = static_cast<std::uint32_t>(plan->items.size()),
                          .items = step.payload_of(plan->items, input),
                          .input = input,
                          .concurrency_max = static_cast<std::uint32_t>(std::min<std::uint64_t>(
                              plan->limits.concurrency_max, limits::kInlineMapConcurrency))});
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
  step.emit_in(scope, MapSucceeded{.scope = scope});
  if (step.is_over()) return;
  std::vector<Value> outputs;
  for (auto const id : step.scope(scope).container->results)
    outputs.push_back(step.payloads().value(id).without_source(step.arena()));
  map_gave(step, scope, json::make_array(step.arena(), outputs));
}

void map_gave(Step& step, ScopeId scope, Value results) {
  auto const& map = std::get<asl::Map>(step.state_of(scope).details);
  StateView view(step, scope);
  auto const result = view.flow.fill(map.result_selector, results);
  if (!result) return fail_in_data_flow(step, scope, result.error());
  view.environment.set_result(*result);
  finish_with_result(step, scope, view, map.result_path, *result);
}

namespace {

// What would be mapped over; nullopt where an ItemReader's data was not given.
auto items_to_map(asl::State const& definition, Value input, DataFlow& flow, MockedMap const& mock)
    -> Data<std::optional<Value>> {
  auto const& map = std::get<asl::Map>(definition.details);
  if (!map.reader) {
    auto const items = TRY(items_of(definition, input, flow));
    flow.saw(Stage::kAfterItemsPath, items);
    return items;
  }
  if (!mock.items_read) return std::nullopt;
  auto const items = TRY(items_at(map.reader->items_pointer, *mock.items_read));
  if (!map.reader->items_pointer.empty()) flow.saw(Stage::kAfterItemsPointer, items);
  return items;
}

// Shows what ItemSelector makes of every item, as long as that is no larger than a payload.
auto show_selected(Step& step, ScopeId scope, Value input, Value items, DataFlow& flow)
    -> Data<void> {
  std::vector<Value> selected;
  std::size_t bytes = 0;
  for (std::uint32_t i = 0; i < items.size() && bytes <= limits::kPayloadBytes; ++i) {
    selected.push_back(
        TRY(select_item(step, scope, {.index = i, .value = items.elements()[i]}, input)));
    bytes += selected.back().printed_size() + 1;
  }
  if (bytes <= limits::kPayloadBytes)
    flow.saw(Stage::kAfterItemSelector, json::make_array(step.arena(), selected));
  return {};
}

// As recorded: without a threshold any number of failures is tolerated in a mocked Map.
auto exceeds(MapLimits const& limits, std::uint32_t failures, std::size_t iterations) -> bool {
  if (limits.failures_tolerated && failures > *limits.failures_tolerated) return true;
  return limits.percentage_tolerated &&
         100.0 * failures > *limits.percentage_tolerated * static_cast<double>(iterations);
}

// Everything of a mocked Map up to its iterations; gives how many there would be.
auto plan_mocked(Step& step, ScopeId scope, DataFlow& flow, MockedMap const& mock)
    -> Data<std::size_t> {
  auto const& definition = step.state_of(scope);
  auto const& map = std::get<asl::Map>(definition.details);
  auto const raw_input = step.payloads().value(step.scope(scope).input);
  auto const plan = TRY(prepare(definition, raw_input, flow));
  auto const items = TRY(items_to_map(definition, plan.input, flow, mock));
  if (!items) return mock.results.size();
  if (map.item_selector) TRY(show_selected(step, scope, plan.input, *items, flow));
  return items->size();
}

}  // namespace

void answer_map(Step& step, ScopeId scope, MockedMap const& mock) {
  StateView view(step, scope);
  auto const iterations = plan_mocked(step, scope, view.flow, mock);
  if (!iterations) return fail_in_data_flow(step, scope, iterations.error());
  if (mock.failure) return fail_state(step, scope, *mock.failure);
  if (exceeds(*view.flow.inspection()->map, mock.failures, *iterations))
    return fail_state(step, scope,
                      {.error = std::string(errors::kExceedToleratedFailureThreshold),
                       .cause = "The specified tolerated failure threshold was exceeded"});
  map_gave(step, scope, mock.results);
}

}  // namespace treadle::interpreter
