#include "treadle/scenario/coverage.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace treadle::scenario {
namespace {

void add_points(asl::State const& state, std::uint32_t index, std::map<Point, bool>& points) {
  auto const leads_to = [&](asl::StateIndex next) {
    points.emplace(Point{Part::kTransition, index, next.value()}, false);
  };
  points.emplace(Point{Part::kState, index, 0}, false);
  if (state.next) leads_to(*state.next);
  for (std::uint32_t i = 0; i < state.catchers.size(); ++i) {
    points.emplace(Point{Part::kCatcher, index, i}, false);
    leads_to(state.catchers[i].next);
  }
  for (std::uint32_t i = 0; i < state.retriers.size(); ++i)
    if (state.retriers[i].attempts_max > 0) points.emplace(Point{Part::kRetrier, index, i}, false);
  auto const* const choice = std::get_if<asl::Choice>(&state.details);
  if (choice == nullptr) return;
  std::uint32_t rule = 0;
  for (auto const& r : choice->rules) {
    points.emplace(Point{Part::kChoiceRule, index, rule++}, false);
    leads_to(r.next);
  }
  if (!choice->fallback) return;
  points.emplace(Point{Part::kChoiceRule, index, rule}, false);
  leads_to(*choice->fallback);
}

}  // namespace

auto name_of(Part part) -> std::string_view {
  switch (part) {
    case Part::kState: return "states";
    case Part::kTransition: return "transitions";
    case Part::kCatcher: return "catchers";
    case Part::kRetrier: return "retriers";
    case Part::kChoiceRule: return "choice rules";
  }
  return {};
}

Coverage::Coverage(asl::DefinitionPtr definition) : definition_(std::move(definition)) {
  std::uint32_t index = 0;
  for (auto const& state : definition_->states) add_points(state, index++, points_);
}

void Coverage::add(Points const& points) {
  for (auto const& point : points)
    if (auto const at = points_.find(point); at != points_.end()) at->second = true;
}

auto Coverage::count(Part part) const -> Count {
  Count count;
  for (auto const& [point, covered] : points_) {
    if (point.part != part) continue;
    ++count.total;
    if (covered) ++count.covered;
  }
  return count;
}

auto Coverage::percent() const -> std::uint32_t {
  std::size_t covered = 0;
  for (auto const& [point, is_covered] : points_) covered += is_covered ? 1 : 0;
  return points_.empty() ? 100 : static_cast<std::uint32_t>(covered * 100 / points_.size());
}

auto Coverage::missing() const -> std::vector<std::string> {
  std::vector<std::string> out;
  for (auto const& [point, covered] : points_)
    if (!covered) out.push_back(describe(point));
  return out;
}

auto Coverage::describe(Point const& point) const -> std::string {
  auto const& state = definition_->states[point.state];
  auto const i = point.detail;
  switch (point.part) {
    case Part::kState: return fmt::format("state {}", state.name);
    case Part::kTransition:
      return fmt::format("transition {} -> {}", state.name, definition_->states[i].name);
    case Part::kCatcher:
      return fmt::format("catcher {} of {} ({})", i, state.name,
                         fmt::join(state.catchers[i].error_equals, ", "));
    case Part::kRetrier:
      return fmt::format("retrier {} of {} ({})", i, state.name,
                         fmt::join(state.retriers[i].error_equals, ", "));
    case Part::kChoiceRule: {
      auto const& choice = std::get<asl::Choice>(state.details);
      bool const is_default = i == choice.rules.size();
      auto const next = is_default ? *choice.fallback : choice.rules[i].next;
      return fmt::format("{} of {} (-> {})",
                         is_default ? std::string("Default") : fmt::format("choice rule {}", i),
                         state.name, definition_->state(next).name);
    }
  }
  return {};
}

}  // namespace treadle::scenario
