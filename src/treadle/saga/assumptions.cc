#include "treadle/saga/assumptions.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace treadle::saga {
namespace {

auto has_type(Program const& program, asl::StateType type) -> bool {
  return std::ranges::any_of(program.definition().states,
                             [&](asl::State const& state) { return state.type == type; });
}

void add_data(Program const& program, std::vector<std::string>& out) {
  out.emplace_back(
      "the paths and expressions of catchers, and of states that are no tasks, evaluate without "
      "error "
      "(`treadle lint` looks for those that do not)");
  if (has_type(program, asl::StateType::kChoice))
    out.emplace_back(
        "of data only variables that hold constants are followed: any other Choice may go every "
        "way, so "
        "that a counterexample through one may be one that the data never allows");
  if (has_type(program, asl::StateType::kParallel))
    out.emplace_back("a Parallel starts the first states of all its branches at once");
  if (!has_type(program, asl::StateType::kMap)) return;
  out.emplace_back(
      "a Map is followed in one iteration beside any number of others; a compensation of a step in "
      "a Map undoes it for every iteration that it is not part of, and does nothing where there "
      "were "
      "no items");
}

}  // namespace

auto assumptions_of(Program const& program, Roles const& roles) -> std::vector<std::string> {
  std::vector<std::string> out;
  std::vector<std::string> endless;
  std::vector<std::string> endless_undos;
  for (std::uint32_t i = 0; i < program.definition().states.size(); ++i) {
    asl::StateIndex const index(i);
    auto const& task = program.task(index);
    if (!task.is_retried_for_ever) continue;
    auto& names = task.role == TaskRole::kUndo ? endless_undos : endless;
    names.push_back(program.name_of(index));
  }
  if (!program.undos().empty())
    out.emplace_back(
        "each compensation is idempotent and does no harm where its step left no effect");
  if (!endless_undos.empty())
    out.push_back(
        fmt::format("each compensation that is retried for ever ({}) succeeds after "
                    "finitely many tries",
                    fmt::join(endless_undos, ", ")));
  if (!endless.empty())
    out.push_back(
        fmt::format("each step that is retried for ever ({}) succeeds after finitely many "
                    "tries",
                    fmt::join(endless, ", ")));
  if (!program.steps().empty())
    out.emplace_back(
        "a step that fails has left no effect, unless its error is ambiguous: a time-out, an error "
        "of the service after the request left, or one whose name says that it is a time-out");
  if (!roles.ignore_ambiguity.empty())
    out.push_back(
        fmt::format("also ambiguous failures of {} have left no effect (onAmbiguous: "
                    "ignore)",
                    fmt::join(roles.ignore_ambiguity, ", ")));
  if (!roles.answers_for_key.empty())
    out.push_back(
        fmt::format("a definite failure of {} means that no attempt with the same saga key "
                    "has had an effect",
                    fmt::join(roles.answers_for_key, ", ")));
  if (!roles.read_only.empty())
    out.push_back(fmt::format("nothing is left to undo by {}", fmt::join(roles.read_only, ", ")));
  add_data(program, out);
  out.emplace_back(
      "no state machine can catch StopExecution, the top-level TimeoutSeconds, States.Runtime, or "
      "the limit of 25,000 events: an execution that one of them ends is not compensated");
  return out;
}

}  // namespace treadle::saga
