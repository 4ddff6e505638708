// One execution with scripted tasks in virtual time: the interpreter over a state in memory, a clock
// that jumps to whatever is due next, and answers from mocks.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "treadle/base/time.h"
#include "treadle/record/ids.h"
#include "treadle/scenario/coverage.h"
#include "treadle/scenario/suite.h"

namespace treadle::scenario {

// A history event, as much as a reader of test results needs.
struct HistoryLine {
  record::HistoryId id = 0;
  record::HistoryId previous_id = 0;
  Timestamp at;
  std::string type;   // "TaskScheduled"
  std::string name;   // of the state or Map, where the event has one
  std::string error;  // of failures
  std::string cause;
};

struct CallMade {
  std::string state;
  std::string arguments;  // JSON
};

// What an execution did.
struct Outcome {
  Ending ending = Ending::kRunning;
  std::optional<std::string> output;  // JSON
  std::string error;                  // of one that failed; empty if it gave none
  std::string cause;
  std::string waiting;  // of one that did not end: in which states, for what
  Milliseconds duration{0};
  std::vector<HistoryLine> history;
  std::vector<std::string> visited;  // states, in the order of entering
  std::vector<CallMade> calls;
  ByName<std::string> variables;  // of the top level, at the end: JSON
  std::string problem;            // why it could not go on: a call without answer; else empty
  Points points;
};

// The same for the same arguments. Touches nothing else: any thread.
[[nodiscard]] auto rehearse(Machine const& machine, Case const& scenario, std::uint64_t seed)
    -> Outcome;

}  // namespace treadle::scenario
