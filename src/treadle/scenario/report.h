// Results for machines: JSON and JUnit's XML. The same results give the same bytes.
#pragma once

#include <string>
#include <vector>

#include "treadle/scenario/run_suites.h"

namespace treadle::scenario {

// One object: "passed", "failed", "cases", and "coverage" where it is given. docs/testing.md.
[[nodiscard]] auto to_json(std::vector<CaseResult> const& results,
                           std::vector<MachineCoverage> const& coverage) -> std::string;

// A <testsuite> a file, a <testcase> a case, without times.
[[nodiscard]] auto to_junit(std::vector<CaseResult> const& results) -> std::string;

// "output.total: expected 3, got 4"
[[nodiscard]] auto to_text(Difference const& difference) -> std::string;

}  // namespace treadle::scenario
