#include "treadle/saga/relevance.h"

#include <algorithm>

namespace treadle::saga {

auto Relevance::index_of(StepId step) const -> std::optional<std::size_t> {
  auto const found = std::ranges::find(tracked_, step);
  if (found == tracked_.end()) return std::nullopt;
  return static_cast<std::size_t>(found - tracked_.begin());
}

auto Relevance::touches(asl::StateIndex state) const -> bool {
  auto const& task = program_.task(state);
  if (task.role == TaskRole::kStep) return index_of(task.step).has_value();
  if (task.role != TaskRole::kUndo) return false;
  auto const& undo = program_.undo(task.undo);
  return undo.matters_to_ends ||
         std::ranges::any_of(undo.steps, [&](StepId step) { return index_of(step).has_value(); });
}

auto Relevance::is_followed(asl::RegionIndex region) -> bool {
  if (follow_ == Follow::kNothing) return false;
  auto const [at, is_new] = known_.try_emplace(region, false);
  if (is_new)
    at->second = std::ranges::any_of(program_.tasks_in(region),
                                     [&](asl::StateIndex state) { return touches(state); });
  return at->second;
}

auto Relevance::has_tracked_step(asl::RegionIndex region) const -> bool {
  return std::ranges::any_of(program_.tasks_in(region), [&](asl::StateIndex state) {
    auto const& task = program_.task(state);
    return task.role == TaskRole::kStep && index_of(task.step).has_value();
  });
}

}  // namespace treadle::saga
