#include "treadle/asl/reachability.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include <fmt/format.h>

namespace treadle::asl {
namespace {

// Calls `visit` with every state that `state` may go to next in its own region.
template <typename Visit>
void for_each_successor(State const& state, Visit visit) {
  auto const visit_target = [&](StateIndex target) {
    if (target != kNoState) visit(target);
  };
  if (state.next) visit_target(*state.next);
  for (auto const& catcher : state.catchers) visit_target(catcher.next);
  auto const* choice = std::get_if<Choice>(&state.details);
  if (choice == nullptr) return;
  for (auto const& rule : choice->rules) visit_target(rule.next);
  if (choice->fallback) visit_target(*choice->fallback);
}

auto is_terminal(State const& state) -> bool {
  return state.type == StateType::kSucceed || state.type == StateType::kFail ||
         (!state.next && state.type != StateType::kChoice);
}

// The search over all regions at once: transitions never leave a region.
class Search {
 public:
  explicit Search(Definition const& definition)
      : definition_(definition), is_seen_(definition.states.size(), 0) {}

  [[nodiscard]] auto has_seen(StateIndex index) const -> bool {
    return is_seen_[index.value()] != 0;
  }

  void walk_from(StateIndex start) {
    if (start == kNoState) return;
    enter(start);
    while (!open_.empty()) {
      auto const index = open_.back();
      open_.pop_back();
      for_each_successor(definition_.state(index), [this](StateIndex next) { enter(next); });
    }
  }

 private:
  void enter(StateIndex index) {
    if (has_seen(index)) return;
    is_seen_[index.value()] = 1;
    open_.push_back(index);
  }

  Definition const& definition_;
  std::vector<char> is_seen_;
  std::vector<StateIndex> open_;
};

// By state: whether a transition of another state leads to it.
auto find_targets(Definition const& definition) -> std::vector<char> {
  std::vector<char> is_target(definition.states.size(), 0);
  for (std::size_t i = 0; i < definition.states.size(); ++i)
    for_each_successor(definition.states[i], [&](StateIndex next) {
      if (next.value() != i) is_target[next.value()] = 1;
    });
  return is_target;
}

// The states that are unreachable and not merely behind another unreachable one: first those that
// nothing leads to, then one of each cycle that is left.
auto find_unreachable(Definition const& definition) -> std::vector<StateIndex> {
  Search search(definition);
  for (auto const& region : definition.regions) search.walk_from(region.start);
  std::vector<StateIndex> found;
  auto const take = [&](StateIndex index) {
    found.push_back(index);
    search.walk_from(index);
  };
  auto const is_target = find_targets(definition);
  auto const count = static_cast<std::uint32_t>(definition.states.size());
  for (std::uint32_t i = 0; i < count; ++i)
    if (!search.has_seen(StateIndex(i)) && is_target[i] == 0) take(StateIndex(i));
  for (std::uint32_t i = 0; i < count; ++i)
    if (!search.has_seen(StateIndex(i))) take(StateIndex(i));
  std::ranges::sort(found);
  return found;
}

// By region: whether a state in it ends it.
auto find_ends(Definition const& definition) -> std::vector<char> {
  std::vector<char> has_end(definition.regions.size(), 0);
  for (auto const& state : definition.states)
    if (is_terminal(state)) has_end[state.region.value()] = 1;
  return has_end;
}

}  // namespace

void check_transitions(Parsing& parsing) {
  auto const& definition = parsing.definition;
  auto& report = parsing.report;
  for (auto const& [where, name] : parsing.dangling)
    report.error(Code::kMissingTransitionTarget, where,
                 fmt::format("Missing 'Next' target: {}", name));

  auto const has_end = find_ends(definition);
  for (std::size_t i = 0; i < has_end.size(); ++i)
    if (has_end[i] == 0)
      report.error(Code::kMissingEndState, i == 0 ? Location::none() : parsing.region_locations[i],
                   "Workflow has no terminal state");
  for (auto const index : find_unreachable(definition)) {
    auto const& state = definition.state(index);
    if (has_end[state.region.value()] != 0)
      report.error(Code::kMissingTransitionTarget, parsing.state_locations[index.value()],
                   fmt::format("State \"{}\" is not reachable.", state.name));
  }
}

}  // namespace treadle::asl
