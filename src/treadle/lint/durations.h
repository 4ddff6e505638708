// How long states and regions take, as far as the definition tells.
#pragma once

#include <vector>

#include "treadle/lint/machine.h"

namespace treadle::lint {

// In seconds. What the definition leaves open (a call's own time, a number that a path leads to,
// rounds of a loop beyond the first) counts as nothing, so that both are lower bounds.
struct Duration {
  double least = 0;  // on the shortest way
  double most = 0;   // on the longest way, with all retries
};

// Of the retriers of a state: how often it may run in all, and the pauses between.
struct Attempts {
  double count = 1;
  double pause_seconds = 0;
};
[[nodiscard]] auto attempts_of(asl::State const& state) -> Attempts;

// By region.
[[nodiscard]] auto region_durations(Machine const& machine) -> std::vector<Duration>;

}  // namespace treadle::lint
