// Wait: until a moment has come. Source: ASL specification, "Wait State"; causes as recorded.

#include <fmt/format.h>

#include "treadle/base/error_names.h"
#include "treadle/interpreter/step.h"

namespace treadle::interpreter {
namespace {

// Waits that end at a moment are scaled by what remains of them.
auto due_at(Step& step, Timestamp moment) -> Timestamp {
  auto const remaining = std::chrono::duration<double>(moment - step.now()).count();
  return remaining <= 0 ? step.now() : step.due_in(remaining);
}

auto due(Step& step, asl::Wait const& wait, DataFlow& flow, json::Value input) -> Data<Timestamp> {
  if (wait.timestamp) return due_at(step, *wait.timestamp);
  if (wait.timestamp_expression) {
    auto const& expression = *wait.timestamp_expression;
    auto const value = TRY(flow.compute(expression, "Timestamp"));
    if (!value.is_string()) return wrong_type(expression, "Timestamp", "string", value);
    if (auto const moment = parse_rfc3339(value.as_string()); moment) return due_at(step, *moment);
    return std::unexpected(expr::jsonata::FieldFailure{
        "Timestamp",
        fmt::format("The Timestamp parameter does not reference a valid ISO-8601 extended offset "
                    "date-time format string: {} == {}",
                    expression.text(), value.as_string())});
  }
  if (!wait.timestamp_path) {
    auto const seconds = TRY(flow.number(wait.seconds, "SecondsPath", input));
    return step.due_in(static_cast<double>(seconds.value_or(0)));
  }
  auto const value = flow.look_up(*wait.timestamp_path, input);
  if (!value)
    return fail(errors::kRuntime,
                fmt::format("The TimestampPath parameter does not reference an input value: {}",
                            wait.timestamp_path->text()));
  auto const moment = value->is_string() ? parse_rfc3339(value->as_string()) : std::nullopt;
  if (!moment)
    return fail(
        errors::kRuntime,
        fmt::format("The TimestampPath parameter does not reference a valid ISO-8601 extended "
                    "offset date-time format string: {} == {}",
                    wait.timestamp_path->text(), shown(*value)));
  return due_at(step, *moment);
}

}  // namespace

void enter_wait(Step& step, ScopeId scope) {
  auto const& definition = step.state_of(scope);
  StateView view(step, scope);
  auto const& s = step.scope(scope);
  auto const input = view.flow.select(definition.input_path, step.payloads().value(s.input));
  if (!input) return fail_in_data_flow(step, scope, input.error());
  view.flow.saw(Stage::kAfterInputPath, *input);
  auto const moment = due(step, std::get<asl::Wait>(definition.details), view.flow, *input);
  if (!moment) return fail_in_data_flow(step, scope, moment.error());
  if (*moment <= step.now()) return wait_is_over(step, scope);
  record::Timer const timer{
      .due = *moment, .history_id = s.entered_id, .kind = record::TimerKind::kWait};
  step.emit(record::WaitStarted{.scope = scope, .timer = timer}, 0);
}

void wait_is_over(Step& step, ScopeId scope) {
  auto const& definition = step.state_of(scope);
  StateView view(step, scope);
  auto const input =
      view.flow.select(definition.input_path, step.payloads().value(step.scope(scope).input));
  if (!input) return fail_in_data_flow(step, scope, input.error());
  auto const assignments = evaluate_assign(step, scope, view.flow, definition.assign, *input);
  if (!assignments) return fail_in_data_flow(step, scope, assignments.error());
  auto const selected = view.flow.select(definition.output_path, *input);
  if (!selected) return fail_in_data_flow(step, scope, selected.error());
  auto const output = view.flow.fill(definition.output, *selected);
  if (!output) return fail_in_data_flow(step, scope, output.error());
  exit_state(step, scope, *output, definition.next, *assignments);
}

}  // namespace treadle::interpreter
