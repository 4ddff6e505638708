// Choice: the first rule that holds says where to go. Source: ASL specification, "Choice State".

#include "treadle/base/error_names.h"
#include "treadle/interpreter/states/choice_condition.h"
#include "treadle/interpreter/step.h"

namespace treadle::interpreter {
namespace {

// Where to go and what to assign on the way.
struct Decision {
  asl::StateIndex next;
  std::optional<asl::PayloadTemplate> const* assign;
};

auto choose(asl::State const& definition, json::Value input, DataFlow& flow) -> Result<Decision> {
  auto const& choice = std::get<asl::Choice>(definition.details);
  for (auto const& rule : choice.rules)
    if (TRY(holds(rule.condition, input, flow))) return Decision{rule.next, &rule.assign};
  if (choice.fallback) return Decision{*choice.fallback, &definition.assign};
  return fail(errors::kNoChoiceMatched,
              "Failed to transition out of the state. The state does not point to a next state.");
}

}  // namespace

void enter_choice(Step& step, ScopeId scope) {
  auto const& definition = step.state_of(scope);
  StateView view(step, scope);
  auto const input =
      view.flow.select(definition.input_path, step.payloads().value(step.scope(scope).input));
  if (!input) return fail_in_data_flow(step, scope, input.error());
  auto const decision = choose(definition, *input, view.flow);
  if (!decision) return fail_in_data_flow(step, scope, decision.error());
  auto const assignments = evaluate_assign(step, view.flow, *decision->assign, *input);
  if (!assignments) return fail_in_data_flow(step, scope, assignments.error());
  auto const output = view.flow.select(definition.output_path, *input);
  if (!output) return fail_in_data_flow(step, scope, output.error());
  exit_state(step, scope, *output, decision->next, *assignments);
}

}  // namespace treadle::interpreter
