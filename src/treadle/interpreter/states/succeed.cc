// Succeed: ends its region well. Source: ASL specification, "Succeed State".

#include "treadle/interpreter/step.h"

namespace treadle::interpreter {

void enter_succeed(Step& step, ScopeId scope) {
  auto const& definition = step.state_of(scope);
  StateView view(step, scope);
  auto const input =
      view.flow.select(definition.input_path, step.payloads().value(step.scope(scope).input));
  if (!input) return fail_in_data_flow(step, scope, input.error());
  view.flow.saw(Stage::kAfterInputPath, *input);
  auto const selected = view.flow.select(definition.output_path, *input);
  if (!selected) return fail_in_data_flow(step, scope, selected.error());
  auto const output = view.flow.fill(definition.output, *selected);
  if (!output) return fail_in_data_flow(step, scope, output.error());
  exit_state(step, scope, *output, std::nullopt, {});
}

}  // namespace treadle::interpreter
