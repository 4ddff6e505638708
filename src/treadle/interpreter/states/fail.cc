// Fail: ends its region with an error. Source: ASL specification, "Fail State".

#include "treadle/interpreter/step.h"

namespace treadle::interpreter {

void enter_fail(Step& step, ScopeId scope) {
  auto const& fail = std::get<asl::Fail>(step.state_of(scope).details);
  StateView view(step, scope);
  auto const input = step.payloads().value(step.scope(scope).input);
  view.flow.saw(Stage::kAfterInputPath, input);
  auto error = view.flow.text(fail.error, "ErrorPath", input);
  if (!error) return fail_in_data_flow(step, scope, std::move(error).error());
  auto cause = view.flow.text(fail.cause, "CausePath", input);
  if (!cause) return fail_in_data_flow(step, scope, std::move(cause).error());
  fail_state(step, scope, {.error = std::move(*error), .cause = std::move(*cause)});
}

}  // namespace treadle::interpreter
