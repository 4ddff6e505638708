#include "treadle/scenario/suite.h"

namespace treadle::scenario {

auto name_of(Ending ending) -> std::string_view {
  switch (ending) {
    case Ending::kSucceeded: return "SUCCEEDED";
    case Ending::kFailed: return "FAILED";
    case Ending::kTimedOut: return "TIMED_OUT";
    case Ending::kAborted: return "ABORTED";
    case Ending::kRunning: return "RUNNING";
  }
  return {};
}

auto task_names(Machine const& machine) -> std::vector<std::string_view> {
  std::vector<std::string_view> out;
  for (auto const& state : machine.definition->states)
    if (state.type == asl::StateType::kTask) out.emplace_back(state.name);
  return out;
}

}  // namespace treadle::scenario
