// What a definition is likely to get wrong, beyond what makes it invalid.
#pragma once

#include <set>
#include <string_view>
#include <vector>

#include "treadle/asl/model.h"
#include "treadle/lint/report.h"
#include "treadle/lint/rules.h"

namespace treadle::lint {

struct Options {
  asl::MachineType type = asl::MachineType::kStandard;
  bool strict_aws = false;  // what AWS refuses is an error
  std::set<Rule> disabled{};
};

// The findings in the order of the text: those of validation (asl/parser.h) under its codes, and,
// unless the definition is not valid at all, those of the rules. Never fails; time and memory are
// bounded by the size of the text, and what is too tangled to follow is not reported.
[[nodiscard]] auto lint(std::string_view definition, Options const& options = {})
    -> std::vector<Finding>;

}  // namespace treadle::lint
