#include "treadle/scenario/run_suites.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <thread>

#include "treadle/scenario/check.h"

namespace treadle::scenario {

auto run_suites(std::vector<Suite> const& suites, RunOptions const& options)
    -> std::vector<CaseResult> {
  std::vector<CaseResult> results;
  for (auto const& suite : suites)
    for (auto const& scenario : suite.cases)
      if (scenario.name.contains(options.filter))
        results.push_back(
            {.suite = &suite, .scenario = &scenario, .outcome = {}, .differences = {}});
  std::atomic<std::size_t> next = 0;
  auto const work = [&] {
    for (auto i = next.fetch_add(1); i < results.size(); i = next.fetch_add(1)) {
      auto& result = results[i];
      result.outcome = rehearse(*result.suite->machine, *result.scenario, options.seed);
      result.differences = check(result.scenario->expect, result.outcome);
      if (result.passed()) result.outcome.history.clear();
    }
  };
  auto const wanted = options.jobs != 0 ? options.jobs : std::thread::hardware_concurrency();
  auto const threads = std::clamp<std::size_t>(wanted, 1, std::max<std::size_t>(1, results.size()));
  std::vector<std::jthread> others;
  for (std::size_t i = 1; i < threads; ++i) others.emplace_back(work);
  work();
  others.clear();
  return results;
}

auto coverage_of(std::vector<CaseResult> const& results) -> std::vector<MachineCoverage> {
  std::vector<MachineCoverage> out;
  std::map<std::pair<std::string_view, std::string_view>, std::size_t> index;
  for (auto const& result : results) {
    auto const& machine = *result.suite->machine;
    auto const [at, is_new] =
        index.try_emplace({machine.name, machine.definition->text}, out.size());
    if (is_new) out.push_back({machine.name, Coverage(machine.definition)});
    out[at->second].coverage.add(result.outcome.points);
  }
  return out;
}

}  // namespace treadle::scenario
