// What the parts of the parser share while one definition is read.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

#include "treadle/asl/fields.h"
#include "treadle/asl/model.h"
#include "treadle/asl/parser.h"
#include "treadle/asl/report.h"

namespace treadle::asl {

// Stands where a transition leads to no state.
inline constexpr StateIndex kNoState{0xFFFF'FFFF};

// A transition to a name that its region does not have. Reported once the definition is otherwise
// sound.
struct DanglingTarget {
  Location where;
  std::string_view name;
};

// A variable that a state of the region assigns.
struct AssignedVariable {
  RegionIndex region;
  Location where;
  std::string_view name;
};

// Whether a transition at the top level may lead to a state that the text does not have.
enum class Targets : std::uint8_t { kMustExist, kMayBeElsewhere };

struct Parsing {
  Parsing(ParseOptions with, Definition& into, Targets to)
      : options(with), definition(into), targets(to) {}

  ParseOptions options;
  Definition& definition;
  Targets targets;
  Report report;
  std::vector<Location> region_locations;  // by region
  std::vector<Location> state_locations;   // by state
  std::vector<DanglingTarget> dangling;
  std::vector<AssignedVariable> assigned;
  // Both over the whole machine.
  std::set<std::string_view> state_names;
  std::set<std::string_view> labels;
};

// The region that a state stands in.
struct Scope {
  RegionIndex region;
  MachineType type = MachineType::kStandard;  // of the executions that run the region
  std::uint32_t depth = 0;                    // regions around it
  std::map<std::string_view, StateIndex> states;

  // The state of that name; kNoState, and a note in `parsing`, when there is none. Where states may
  // be elsewhere, one is put in its place.
  [[nodiscard]] auto resolve(std::string_view name, Location const& where, Parsing& parsing) const
      -> StateIndex;
};

struct RegionParent {
  std::optional<StateIndex> state;
  MachineType type = MachineType::kStandard;
  std::uint32_t depth = 0;
};

// StartAt and States of `fields`, whose shape has been checked, with all that they hold.
[[nodiscard]] auto parse_region(Parsing& parsing, Fields const& fields, RegionParent parent)
    -> RegionIndex;

// One state. Whatever is wrong stands in the report; the result is used only if nothing is.
[[nodiscard]] auto parse_state(Parsing& parsing, Scope const& scope, StateIndex index,
                               json::Member const& member, Location where) -> State;

// The fields that belong to a type alone.
[[nodiscard]] auto parse_task(Parsing& parsing, Scope const& scope, Fields const& fields) -> Task;
[[nodiscard]] auto parse_pass(Parsing& parsing, Fields const& fields) -> Pass;
[[nodiscard]] auto parse_choice(Parsing& parsing, Scope const& scope, Fields const& fields)
    -> Choice;
[[nodiscard]] auto parse_wait(Parsing& parsing, Fields const& fields) -> Wait;
[[nodiscard]] auto parse_fail(Parsing& parsing, Fields const& fields) -> Fail;
[[nodiscard]] auto parse_parallel(Parsing& parsing, Scope const& scope, StateIndex index,
                                  Fields const& fields) -> Parallel;
[[nodiscard]] auto parse_map(Parsing& parsing, Scope const& scope, StateIndex index,
                             Fields const& fields) -> Map;

[[nodiscard]] auto parse_retriers(Parsing& parsing, Fields const& fields) -> std::vector<Retrier>;
[[nodiscard]] auto parse_catchers(Parsing& parsing, Scope const& scope, Fields const& fields)
    -> std::vector<Catcher>;

}  // namespace treadle::asl
