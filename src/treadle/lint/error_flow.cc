// Errors that nobody takes, and what runs after one.
// Source: Amazon States Language, "Errors"; API reference, SendTaskFailure.
#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "treadle/base/error_names.h"
#include "treadle/lint/checks.h"
#include "treadle/lint/errors.h"

namespace treadle::lint {
namespace {

using asl::StateIndex;

// The errors that the state retries, and that nobody takes once the retries are used up.
auto retried_and_not_caught(Machine const& machine, CaughtErrors const& caught, StateIndex i)
    -> std::vector<std::string> {
  std::vector<std::string> names;
  for (auto const& retrier : machine.state(i).retriers) {
    if (retrier.attempts_max == 0) continue;
    for (auto const& error : retrier.error_equals)
      if (error != errors::kRuntime && !caught.contain(i, error)) names.push_back(error);
  }
  return names;
}

void check_retries(Machine const& machine, CaughtErrors const& caught, StateIndex i,
                   Report& report) {
  auto const names = retried_and_not_caught(machine, caught, i);
  if (names.empty()) return;
  auto const& state = machine.state(i);
  auto const place = machine.place(i).at("Retry");
  if (catches_anything(machine, i))
    report.add(Rule::kRetriedNotCaught, i, place,
               fmt::format("{} retries {}, but no catcher takes {} when the retries are used up: "
                           "the execution fails",
                           state.name, fmt::join(names, ", "), names.size() == 1 ? "it" : "them"));
  else
    report.add(
        Rule::kNothingCaught, i, place,
        fmt::format("{} has retries and no Catch: when they are used up, the execution fails",
                    state.name));
}

// SendTaskFailure may leave the error out; only the two wildcards take such a failure.
void check_rejection(Machine const& machine, CaughtErrors const& caught, StateIndex i,
                     Report& report) {
  auto const* task = machine.task(i);
  if (task == nullptr || task->resource.pattern != asl::Pattern::kWaitForTaskToken ||
      caught.contain(i, errors::kTaskFailed))
    return;
  report.add(
      Rule::kRejectionNotCaught, i, machine.place(i).at("Catch"),
      fmt::format("{} waits for an answer, and no catcher takes a SendTaskFailure without an "
                  "error name: a rejection fails the execution like a crash; catch "
                  "States.TaskFailed or States.ALL",
                  machine.state(i).name));
}

// Messages to people. There is nothing to undo, and nothing depends on them.
auto only_tells(asl::Task const& task) -> bool {
  constexpr std::string_view kServices[] = {"sns", "ses", "sesv2", "pinpoint"};
  return std::ranges::find(kServices, task.resource.service) != std::ranges::end(kServices);
}

void check_compensation(Machine const& machine, StateIndex i, Report& report) {
  auto const& state = machine.state(i);
  auto const* task = machine.task(i);
  if (task == nullptr || !has_effect(*task) || only_tells(*task)) return;
  if (!machine.runs_only_after_failure(i) || !state.retriers.empty() ||
      catches_anything(machine, i))
    return;
  report.add(Rule::kUnguardedCompensation, i, machine.place(i),
             fmt::format("{} runs only after a failure and has neither Retry nor Catch: if it "
                         "fails too, nothing is undone",
                         state.name));
}

// What else leads to where a time-out leads; empty if the time-out has a way of its own.
auto shared_with_timeout(asl::State const& state) -> std::string {
  auto const* catcher = find_catcher(state, errors::kTimeout);
  if (catcher == nullptr) return {};
  if (takes(catcher->error_equals, errors::kAll)) return "any other error";
  for (auto const& other : state.catchers)
    if (&other != catcher && other.next == catcher->next) return other.error_equals.front();
  for (auto const& error : catcher->error_equals)
    if (error != errors::kTimeout && error != errors::kHeartbeatTimeout) return error;
  return {};
}

void check_timeout(Machine const& machine, StateIndex i, Report& report) {
  auto const& state = machine.state(i);
  auto const* task = machine.task(i);
  auto const& place = machine.place(i);
  auto const has_timeout = place.find("TimeoutSeconds") || place.find("TimeoutSecondsPath") ||
                           place.find("HeartbeatSeconds") || place.find("HeartbeatSecondsPath");
  if (task == nullptr || !has_timeout || !has_effect(*task)) return;
  auto const retrier = std::ranges::find_if(state.retriers, [](asl::Retrier const& r) {
    return takes(r.error_equals, errors::kTimeout);
  });
  if (retrier != state.retriers.end() && retrier->attempts_max > 0) {
    report.add(Rule::kAmbiguousTimeout, i, place.at("Retry"),
               fmt::format("{} is tried again after a time-out, though the first try may have "
                           "happened: the task must be idempotent",
                           state.name));
    return;
  }
  if (auto const other = shared_with_timeout(state); !other.empty())
    report.add(Rule::kAmbiguousTimeout, i, place.at("Catch"),
               fmt::format("A time-out of {} is handled like {}, though the task may have happened",
                           state.name, other));
}

// The tasks with effects that run from `starts` on, inner ones included, by name.
auto effects_from(Machine const& machine, std::vector<StateIndex> open) -> std::set<std::string> {
  std::set<std::string> names;
  std::set<StateIndex> seen(open.begin(), open.end());
  auto const enter = [&](StateIndex i) {
    if (seen.insert(i).second) open.push_back(i);
  };
  while (!open.empty()) {
    auto const i = open.back();
    open.pop_back();
    auto const* task = machine.task(i);
    if (task != nullptr && has_effect(*task)) names.insert(machine.state(i).name);
    for (auto const& edge : machine.edges(i)) enter(edge.to);
    for (auto const region : inner_regions(machine.state(i)))
      enter(machine.definition().region(region).start);
  }
  return names;
}

void check_branches(Machine const& machine, StateIndex i, Report& report) {
  auto const& state = machine.state(i);
  auto const* parallel = std::get_if<asl::Parallel>(&state.details);
  if (parallel == nullptr) return;
  std::vector<std::string> done;
  std::size_t busy_branches = 0;
  for (auto const branch : parallel->branches) {
    auto const names = effects_from(machine, {machine.definition().region(branch).start});
    if (!names.empty()) ++busy_branches;
    done.insert(done.end(), names.begin(), names.end());
  }
  if (busy_branches < 2) return;
  std::vector<StateIndex> handlers;
  for (auto const& catcher : state.catchers) handlers.push_back(catcher.next);
  auto const undoing = effects_from(machine, handlers);
  if (undoing.size() >= done.size()) return;
  report.add(Rule::kBranchesNotUndone, i, machine.place(i),
             fmt::format("When one branch of {} fails, others may have finished ({}), and {}",
                         state.name, fmt::join(done, ", "),
                         undoing.empty()
                             ? std::string("nothing undoes them")
                             : fmt::format("only {} after the failure",
                                           undoing.size() == 1
                                               ? *undoing.begin() + " runs"
                                               : fmt::format("{} run", fmt::join(undoing, ", ")))));
}

}  // namespace

void check_error_flow(Machine const& machine, Report& report) {
  CaughtErrors const caught(machine);
  for (std::uint32_t n = 0; n < machine.count(); ++n) {
    StateIndex const i(n);
    check_retries(machine, caught, i, report);
    check_rejection(machine, caught, i, report);
    check_compensation(machine, i, report);
    check_timeout(machine, i, report);
    check_branches(machine, i, report);
  }
}

}  // namespace treadle::lint
