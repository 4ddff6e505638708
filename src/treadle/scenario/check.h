// Whether an execution did what its case expects.
#pragma once

#include <string_view>
#include <vector>

#include "treadle/scenario/json_difference.h"
#include "treadle/scenario/rehearsal.h"
#include "treadle/scenario/suite.h"

namespace treadle::scenario {

// The path of the one difference of an execution that could not go on.
inline constexpr std::string_view kStopped = "execution";

// All that differs, in the order of the documentation; empty when the case passes. Of an execution
// that could not go on only the reason, Outcome::problem.
[[nodiscard]] auto check(Expectation const& expected, Outcome const& outcome)
    -> std::vector<Difference>;

}  // namespace treadle::scenario
