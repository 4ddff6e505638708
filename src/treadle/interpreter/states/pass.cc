// Pass: hands its input on, or a Result, or what Parameters make of it. Source: ASL
// specification, "Pass State".

#include "treadle/interpreter/step.h"

namespace treadle::interpreter {

void enter_pass(Step& step, ScopeId scope) {
  auto const& definition = step.state_of(scope);
  auto const& pass = std::get<asl::Pass>(definition.details);
  StateView view(step, scope);
  auto const raw_input = step.payloads().value(step.scope(scope).input);
  auto const input = view.flow.select(definition.input_path, raw_input);
  if (!input) return fail_in_data_flow(step, scope, input.error());
  if (pass.result) {
    view.flow.saw(Stage::kResult, *pass.result);
    return finish_with_result(step, scope, view, pass.result_path, *pass.result);
  }
  view.flow.saw(Stage::kAfterInputPath, *input);
  auto const result = view.flow.fill(pass.parameters, *input);
  if (!result) return fail_in_data_flow(step, scope, result.error());
  view.flow.saw(Stage::kAfterParameters, *result);
  finish_with_result(step, scope, view, pass.result_path, *result);
}

}  // namespace treadle::interpreter
