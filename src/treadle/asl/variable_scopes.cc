#include "treadle/asl/variable_scopes.h"

#include <map>
#include <set>

#include <fmt/format.h>

namespace treadle::asl {
namespace {

// The region around a region whose variables it sees.
auto outer_region(Definition const& definition, RegionIndex region) -> std::optional<RegionIndex> {
  auto const owner = definition.region(region).owner;
  if (!owner) return std::nullopt;
  auto const& state = definition.state(*owner);
  auto const* map = std::get_if<Map>(&state.details);
  if (map != nullptr && map->mode == MapMode::kDistributed) return std::nullopt;
  return state.region;
}

}  // namespace

void note_assigned(Parsing& parsing, Scope const& scope, Fields const& fields) {
  auto const assign = fields.object("Assign");
  if (!assign) return;
  for (auto const& member : assign->members()) {
    auto name = member.key;
    if (fields.is_json_path() && name.ends_with(".$")) name.remove_suffix(2);
    parsing.assigned.push_back({scope.region, assign->where(), name});
  }
}

void check_variable_scopes(Parsing& parsing) {
  std::map<RegionIndex, std::set<std::string_view>> names;
  for (auto const& [region, where, name] : parsing.assigned) names[region].insert(name);
  for (auto const& [region, where, name] : parsing.assigned)
    for (auto outer = outer_region(parsing.definition, region); outer;
         outer = outer_region(parsing.definition, *outer)) {
      auto const found = names.find(*outer);
      if (found == names.end() || !found->second.contains(name)) continue;
      parsing.report.error(
          where, fmt::format("Variable '{}' is assigned in an outer scope already", name));
      break;
    }
}

}  // namespace treadle::asl
