// All cases of some suites, on several threads.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "treadle/scenario/coverage.h"
#include "treadle/scenario/json_difference.h"
#include "treadle/scenario/rehearsal.h"
#include "treadle/scenario/suite.h"

namespace treadle::scenario {

struct RunOptions {
  std::string filter;      // a part of the names of the cases to run; empty: all
  std::size_t jobs = 0;    // threads; 0: one a core
  std::uint64_t seed = 1;  // of chance
};

struct CaseResult {
  Suite const* suite = nullptr;
  Case const* scenario = nullptr;
  Outcome outcome;
  std::vector<Difference> differences;
  [[nodiscard]] auto passed() const -> bool { return differences.empty(); }
};

// In the order of the suites, whatever the number of threads. `suites` outlive the results.
[[nodiscard]] auto run_suites(std::vector<Suite> const& suites, RunOptions const& options)
    -> std::vector<CaseResult>;

struct MachineCoverage {
  std::string machine;
  Coverage coverage;
};

// Of each state machine that cases ran, in the order of the first; suites of one machine (by name
// and definition) are counted together.
[[nodiscard]] auto coverage_of(std::vector<CaseResult> const& results)
    -> std::vector<MachineCoverage>;

}  // namespace treadle::scenario
