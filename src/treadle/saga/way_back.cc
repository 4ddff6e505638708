#include "treadle/saga/way_back.h"

#include <algorithm>

#include "treadle/saga/program.h"

namespace treadle::saga {
namespace {

using asl::StateIndex;
using asl::StateType;

constexpr asl::RegionIndex kTopLevel{0};

// Where a state leads to when nothing fails.
auto ways_on(asl::State const& from) -> std::vector<StateIndex> {
  std::vector<StateIndex> out;
  if (from.next) out.push_back(*from.next);
  if (auto const* choice = std::get_if<asl::Choice>(&from.details)) {
    for (auto const& rule : choice->rules) out.push_back(rule.next);
    if (choice->fallback) out.push_back(*choice->fallback);
  }
  return out;
}

auto ends_in_success(asl::State const& state) -> bool {
  return !state.next && state.type != StateType::kFail && state.type != StateType::kChoice;
}

// The states from which a success is reached without a Catch.
auto hopeful_states(asl::Definition const& definition) -> std::vector<bool> {
  std::vector<bool> out(definition.states.size());
  for (bool grows = true; std::exchange(grows, false);)
    for (std::size_t i = 0; i < out.size(); ++i) {
      auto const& state = definition.states[i];
      if (out[i] || state.region != kTopLevel) continue;
      out[i] = ends_in_success(state) ||
               std::ranges::any_of(ways_on(state), [&](StateIndex to) { return out[to.value()]; });
      grows = grows || out[i];
    }
  return out;
}

auto has(std::vector<std::string> const& names, std::string const& name) -> bool {
  return std::ranges::find(names, name) != names.end();
}

}  // namespace

auto find_way_back(asl::DefinitionPtr const& definition, Roles const& roles)
    -> Result<asl::WayBack, std::string> {
  auto const program = TRY(Program::make(definition, roles));
  auto const count = definition->states.size();
  auto const hopeful = hopeful_states(*definition);
  bool const has_roles = !program.undos().empty() || !roles.read_only.empty() ||
                         !roles.answers_for_key.empty() || !roles.ignore_ambiguity.empty();
  asl::WayBack out{.is_saga = has_roles,
                   .is_back = std::vector<bool>(count),
                   .not_undone = std::vector<std::optional<StateIndex>>(count)};
  auto const stands = [&](StateIndex at) {
    auto const& task = program.task(at);
    return task.role == TaskRole::kStep && program.step(task.step).undos.empty() &&
           !has(roles.ignore_ambiguity, program.name_of(at));
  };
  for (std::size_t i = 0; i < count; ++i) {
    StateIndex const at(static_cast<std::uint32_t>(i));
    auto const& state = definition->states[i];
    out.is_back[i] =
        state.region == kTopLevel && (!hopeful[i] || program.task(at).role == TaskRole::kUndo);
    if (stands(at)) out.not_undone[i] = at;
    for (auto const region : program.inner_regions(at))
      for (auto const inner : program.tasks_in(region))
        if (stands(inner) && !out.not_undone[i]) out.not_undone[i] = inner;
  }
  return out;
}

}  // namespace treadle::saga
