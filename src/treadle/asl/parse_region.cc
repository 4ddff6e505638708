#include <utility>

#include <fmt/format.h>

#include "treadle/asl/parsing.h"
#include "treadle/asl/schema.h"
#include "treadle/base/limits.h"
#include "treadle/base/utf8.h"

namespace treadle::asl {
namespace {

// Whether the state may be read on. One with an overlong name is not: every location in it would be
// as long.
auto check_name(Parsing& parsing, std::string_view name, Location const& where) -> bool {
  auto& report = parsing.report;
  if (name.empty() || utf8::count_code_points(name) > limits::kNameChars) {
    report.error(
        Code::kInvalidStateName, where,
        fmt::format("State name must have between 1 and {} characters", limits::kNameChars));
    return false;
  }
  if (!parsing.state_names.insert(name).second)
    report.error(Code::kDuplicateStateName, where, fmt::format("Duplicate State name: {}", name));
  return true;
}

// Gives every state of the region an index, so that transitions can lead forward.
void allot_states(Parsing& parsing, Scope& scope, Fields const& states) {
  auto& all = parsing.definition.states;
  for (auto const& member : states.members()) {
    auto where = states.at(member.key);
    if (!check_name(parsing, member.key, where)) continue;
    scope.states.emplace(member.key, StateIndex(static_cast<std::uint32_t>(all.size())));
    State placeholder;
    placeholder.name = std::string(member.key);
    all.push_back(std::move(placeholder));
    parsing.state_locations.push_back(std::move(where));
  }
}

void parse_states(Parsing& parsing, Scope const& scope, Fields const& states) {
  for (auto const& member : states.members()) {
    auto const found = scope.states.find(member.key);
    if (found == scope.states.end()) continue;
    auto state = parse_state(parsing, scope, found->second, member, states.at(member.key));
    parsing.definition.states[found->second.value()] = std::move(state);
  }
}

// A state that stands where the text has none. Named twice it stands there twice.
auto add_stand_in(std::string_view name, Parsing& parsing) -> StateIndex {
  auto& all = parsing.definition.states;
  State state;
  state.name = std::string(name);
  state.type = StateType::kSucceed;
  state.details = Succeed{};
  all.push_back(std::move(state));
  parsing.state_locations.push_back(Location::none());
  return StateIndex(static_cast<std::uint32_t>(all.size() - 1));
}

}  // namespace

auto Scope::resolve(std::string_view name, Location const& where, Parsing& parsing) const
    -> StateIndex {
  if (auto const found = states.find(name); found != states.end()) return found->second;
  if (parsing.targets == Targets::kMayBeElsewhere && depth == 0) return add_stand_in(name, parsing);
  parsing.dangling.push_back({where, name});
  return kNoState;
}

auto parse_region(Parsing& parsing, Fields const& fields, RegionParent parent) -> RegionIndex {
  auto& regions = parsing.definition.regions;
  auto const index = RegionIndex(static_cast<std::uint32_t>(regions.size()));
  regions.push_back({kNoState, parent.state});
  parsing.region_locations.push_back(fields.where());
  if (parent.depth > limits::kStateNesting) {
    parsing.report.error(
        Code::kTooDeeplyNested, fields.where(),
        fmt::format("States are nested more than {} levels deep", limits::kStateNesting));
    return index;
  }
  auto const states = fields.object("States");
  if (!states) return index;
  if (states->members().empty())
    parsing.report.error(states->where(), std::string(kEmptyValueMessage));

  Scope scope{index, parent.type, parent.depth, {}};
  allot_states(parsing, scope, *states);
  if (auto const start = fields.text("StartAt"); start)
    parsing.definition.regions[index.value()].start =
        scope.resolve(*start, fields.at("StartAt"), parsing);
  parse_states(parsing, scope, *states);
  return index;
}

}  // namespace treadle::asl
