// Parallel: every branch gets the same input; the outputs become an array. Source:
// ASL specification, "Parallel State".

#include "treadle/interpreter/step.h"
#include "treadle/json/print.h"

namespace treadle::interpreter {

using namespace record;

void enter_parallel(Step& step, ScopeId scope) {
  auto const& definition = step.state_of(scope);
  auto const& parallel = std::get<asl::Parallel>(definition.details);
  StateView view(step, scope);
  auto const raw_input = step.payloads().value(step.scope(scope).input);
  auto const selected = view.flow.select(definition.input_path, raw_input);
  if (!selected) return fail_in_data_flow(step, scope, selected.error());
  view.flow.saw(Stage::kAfterInputPath, *selected);
  auto const input = view.flow.fill(parallel.parameters, *selected);
  if (!input) return fail_in_data_flow(step, scope, input.error());
  view.flow.saw(Stage::kAfterParameters, *input);
  if (parallel.parameters) view.flow.saw(Stage::kAfterArguments, *input);

  auto const count = parallel.branches.size();
  auto* const branches = step.arena().allocate_array<Branch>(count);
  for (std::size_t i = 0; i < count; ++i)
    branches[i] = {.region = parallel.branches[i],
                   .start = step.definition().region(parallel.branches[i]).start};
  ScopeId const first{step.state().last_scope_id + 1};
  step.emit_in(scope, ParallelStarted{.scope = scope,
                                      .first_child = first,
                                      .branches = {branches, count},
                                      .input = step.payload_of(*input, step.scope(scope).input)});
  if (step.is_over()) return;
  for (std::uint32_t i = 0; i < count; ++i) step.make_ready(ScopeId{first.value() + i});
}

namespace {

// The branches' outputs as an array that prints each as the branch left it, to the character.
auto gather(Step& step, ScopeId scope) -> json::Value {
  auto const& results = step.scope(scope).container->results;
  std::vector<json::Value> outputs;
  std::string text = "[";
  for (auto const id : results) {
    outputs.push_back(step.payloads().value(id));
    if (text.size() > 1) text += ',';
    json::append(text, outputs.back());
  }
  text += ']';
  return json::make_array(step.arena(), outputs).with_source(step.arena(), step.keep(text));
}

}  // namespace

void parallel_branches_done(Step& step, ScopeId scope) {
  step.emit_in(scope, ParallelSucceeded{.scope = scope});
  if (!step.is_over()) parallel_gave(step, scope, gather(step, scope));
}

void parallel_gave(Step& step, ScopeId scope, json::Value results) {
  auto const& parallel = std::get<asl::Parallel>(step.state_of(scope).details);
  StateView view(step, scope);
  auto const result = view.flow.fill(parallel.result_selector, results);
  if (!result) return fail_in_data_flow(step, scope, result.error());
  view.environment.set_result(*result);
  finish_with_result(step, scope, view, parallel.result_path, *result);
}

}  // namespace treadle::interpreter
