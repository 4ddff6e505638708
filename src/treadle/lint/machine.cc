#include "treadle/lint/machine.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

namespace treadle::lint {

using asl::StateIndex;

Machine::Machine(asl::Definition const& definition, Place root, asl::MachineType type)
    : definition_(definition), root_(std::move(root)) {
  places_.resize(definition.states.size(), root_);
  edges_.resize(definition.states.size());
  find_places(root_);
  for (std::uint32_t i = 0; i < count(); ++i) link(StateIndex(i));
  find_region_types(type);
  find_normal_states();
}

// Names are unique in the whole machine.
void Machine::find_places(Place const& region) {
  std::map<std::string_view, std::size_t> by_name;
  for (std::size_t i = 0; i < definition_.states.size(); ++i)
    by_name.emplace(definition_.states[i].name, i);
  std::vector<Place> open{region};
  while (!open.empty()) {
    auto const here = open.back();
    open.pop_back();
    for (auto const& state : here.at("States").members()) {
      if (auto const found = by_name.find(state.name()); found != by_name.end())
        places_[found->second] = state;
      for (auto const& branch : state.at("Branches").elements()) open.push_back(branch);
      for (auto const* name : {"ItemProcessor", "Iterator"})
        if (auto const processor = state.find(name); processor) open.push_back(*processor);
    }
  }
}

void Machine::link(StateIndex i) {
  auto const& state = definition_.state(i);
  auto& edges = edges_[i.value()];
  if (state.next) edges.push_back({Edge::Kind::kNext, *state.next});
  for (std::size_t c = 0; c < state.catchers.size(); ++c)
    edges.push_back({Edge::Kind::kCatch, state.catchers[c].next, c});
  auto const* choice = std::get_if<asl::Choice>(&state.details);
  if (choice == nullptr) return;
  for (std::size_t r = 0; r < choice->rules.size(); ++r)
    edges.push_back({Edge::Kind::kRule, choice->rules[r].next, r});
  if (choice->fallback) edges.push_back({Edge::Kind::kDefault, *choice->fallback});
}

// Regions stand behind the state that owns them.
void Machine::find_region_types(asl::MachineType type) {
  region_types_.resize(definition_.regions.size(), type);
  for (std::size_t r = 1; r < region_types_.size(); ++r) {
    auto const owner = definition_.regions[r].owner;
    if (!owner) continue;
    region_types_[r] = this->type(*owner);
    auto const* map = std::get_if<asl::Map>(&state(*owner).details);
    if (map == nullptr || map->mode != asl::MapMode::kDistributed) continue;
    auto const config = place(*owner).at("ItemProcessor").at("ProcessorConfig");
    region_types_[r] = config.text("ExecutionType") == "EXPRESS" ? asl::MachineType::kExpress
                                                                 : asl::MachineType::kStandard;
  }
}

void Machine::find_normal_states() {
  is_normal_.resize(count(), 0);
  std::vector<StateIndex> open;
  auto const enter = [&](StateIndex i) {
    if (is_normal_[i.value()] != 0) return;
    is_normal_[i.value()] = 1;
    open.push_back(i);
  };
  enter(definition_.regions.front().start);
  while (!open.empty()) {
    auto const i = open.back();
    open.pop_back();
    for (auto const& edge : edges(i))
      if (edge.kind != Edge::Kind::kCatch) enter(edge.to);
    for (auto const region : inner_regions(state(i))) enter(definition_.region(region).start);
  }
}

auto Machine::reachable(StateIndex from) const -> std::vector<char> {
  std::vector<char> seen(count(), 0);
  std::vector<StateIndex> open{from};
  while (!open.empty()) {
    auto const i = open.back();
    open.pop_back();
    for (auto const& edge : edges(i)) {
      if (seen[edge.to.value()] != 0) continue;
      seen[edge.to.value()] = 1;
      open.push_back(edge.to);
    }
  }
  return seen;
}

auto inner_regions(asl::State const& state) -> std::vector<asl::RegionIndex> {
  if (auto const* parallel = std::get_if<asl::Parallel>(&state.details); parallel != nullptr)
    return parallel->branches;
  if (auto const* map = std::get_if<asl::Map>(&state.details); map != nullptr)
    return {map->processor};
  return {};
}

auto has_effect(asl::Task const& task) -> bool {
  constexpr std::string_view kReads[] = {"get",      "list", "describe", "query",  "scan",
                                         "batchGet", "head", "select",   "search", "lookup"};
  return task.resource.kind != asl::ResourceKind::kService ||
         std::ranges::none_of(
             kReads, [&](std::string_view read) { return task.resource.action.starts_with(read); });
}

}  // namespace treadle::lint
