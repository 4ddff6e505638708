// Choice: the first rule that holds says where to go. Source: ASL specification, "Choice State".

#include <fmt/format.h>

#include "treadle/base/error_names.h"
#include "treadle/interpreter/states/choice_condition.h"
#include "treadle/interpreter/step.h"

namespace treadle::interpreter {
namespace {

// Where to go, and what to assign and to hand on.
struct Decision {
  std::size_t rule;  // the number of rules for Default
  asl::StateIndex next;
  std::optional<asl::Template> const& assign;
  std::optional<asl::JsonataTemplate> const& output;
};

auto condition_holds(asl::Condition const& condition, std::size_t rule, json::Value input,
                     DataFlow& flow) -> Data<bool> {
  if (auto const* constant = std::get_if<bool>(&condition)) return *constant;
  if (auto const* test = std::get_if<asl::ChoiceExpression>(&condition))
    return TRY(holds(*test, input, flow));
  auto const& expression = std::get<asl::Expression>(condition);
  auto const field = fmt::format("Choices[{}]/Condition", rule);
  auto const value = TRY(flow.compute(expression, field));
  if (value.is_bool()) return value.as_bool();
  return wrong_type(expression, field, "boolean", value);
}

auto choose(asl::State const& definition, json::Value input, DataFlow& flow) -> Data<Decision> {
  auto const& choice = std::get<asl::Choice>(definition.details);
  for (std::size_t i = 0; i < choice.rules.size(); ++i) {
    auto const& rule = choice.rules[i];
    if (TRY(condition_holds(rule.condition, i, input, flow)))
      return Decision{i, rule.next, rule.assign, rule.output};
  }
  if (choice.fallback)
    return Decision{choice.rules.size(), *choice.fallback, definition.assign, definition.output};
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
  view.flow.saw(Stage::kAfterInputPath, *input);
  auto const decision = choose(definition, *input, view.flow);
  if (!decision) return fail_in_data_flow(step, scope, decision.error());
  if (auto* const watcher = step.world().choices)
    watcher->chose(step.scope(scope).state, decision->rule);
  auto const assignments = evaluate_assign(step, scope, view.flow, decision->assign, *input);
  if (!assignments) return fail_in_data_flow(step, scope, assignments.error());
  auto const selected = view.flow.select(definition.output_path, *input);
  if (!selected) return fail_in_data_flow(step, scope, selected.error());
  auto const output = view.flow.fill(decision->output, *selected);
  if (!output) return fail_in_data_flow(step, scope, output.error());
  exit_state(step, scope, *output, decision->next, *assignments);
}

}  // namespace treadle::interpreter
