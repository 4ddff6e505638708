// Who leads to whom.
#include <vector>

#include "treadle/saga/program.h"

namespace treadle::saga {

auto Program::inner_regions(asl::StateIndex i) const -> std::vector<asl::RegionIndex> {
  auto const& details = state(i).details;
  if (auto const* parallel = std::get_if<asl::Parallel>(&details)) return parallel->branches;
  if (auto const* map = std::get_if<asl::Map>(&details)) return {map->processor};
  return {};
}

auto Program::successors(asl::StateIndex i) const -> std::vector<asl::StateIndex> {
  auto const& from = state(i);
  std::vector<asl::StateIndex> out;
  if (from.next) out.push_back(*from.next);
  for (auto const& catcher : from.catchers) out.push_back(catcher.next);
  if (auto const* choice = std::get_if<asl::Choice>(&from.details); choice != nullptr) {
    for (auto const& rule : choice->rules) out.push_back(rule.next);
    if (choice->fallback) out.push_back(*choice->fallback);
  }
  for (auto const region : inner_regions(i)) out.push_back(definition_->region(region).start);
  if (auto const around = owner(i)) out.push_back(*around);
  return out;
}

auto Program::reached_from(asl::StateIndex from) const -> std::vector<char> {
  std::vector<char> is_reached(definition_->states.size());
  std::vector<asl::StateIndex> open = {from};
  while (!open.empty()) {
    auto const at = open.back();
    open.pop_back();
    for (auto const next : successors(at))
      if (is_reached[next.value()] == 0) {
        is_reached[next.value()] = 1;
        open.push_back(next);
      }
  }
  return is_reached;
}

}  // namespace treadle::saga
