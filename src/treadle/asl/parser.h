// Text to Definition, with every diagnostic on the way.
#pragma once

#include <string_view>
#include <vector>

#include "treadle/asl/diagnostic.h"
#include "treadle/asl/model.h"

namespace treadle::asl {

struct ParseOptions {
  MachineType type = MachineType::kStandard;
  bool strict_aws = false;  // what AWS refuses but treadle runs with a warning becomes an error
};

struct ParseOutcome {
  DefinitionPtr definition;             // null when any diagnostic is an error
  std::vector<Diagnostic> diagnostics;  // errors first, each in the order of the text
};

// Never throws; bounded by limits (size, depth, kStateNesting). Linear in the text but for checks
// that are at most n log n.
[[nodiscard]] auto parse_definition(std::string_view text, ParseOptions options = {})
    -> ParseOutcome;

// The name that a state gets that comes without a machine. Source: recorded answers of TestState.
inline constexpr std::string_view kLoneStateName = "StateName";

// The same of the text of one state: as a machine that starts with it, under kLoneStateName. It may
// lead to any other state; those it names stand in the definition as Succeed states.
[[nodiscard]] auto parse_lone_state(std::string_view text, ParseOptions options = {})
    -> ParseOutcome;

}  // namespace treadle::asl
