#include "treadle/lint/errors.h"

#include <algorithm>

#include "treadle/base/error_names.h"

namespace treadle::lint {
namespace {

// A Distributed Map does not fail with the errors of its items but with one of its own.
auto error_outside(asl::State const& owner, std::string_view error) -> std::string_view {
  auto const* map = std::get_if<asl::Map>(&owner.details);
  return map != nullptr && map->mode == asl::MapMode::kDistributed
             ? errors::kExceedToleratedFailureThreshold
             : error;
}

}  // namespace

auto ErrorNames::take(std::string_view error) const -> bool {
  if (error == errors::kRuntime) return false;
  if (has(errors::kAll) || has(error)) return true;
  // A missed heartbeat is a States.Timeout too.
  if (error == errors::kHeartbeatTimeout) return has(errors::kTimeout);
  if (error == errors::kTimeout) return false;
  if (error == errors::kAll) return has(errors::kTaskFailed) && has(errors::kTimeout);
  return has(errors::kTaskFailed);
}

auto takes(std::vector<std::string> const& error_equals, std::string_view error) -> bool {
  ErrorNames names;
  names.add(error_equals);
  return names.take(error);
}

auto find_catcher(asl::State const& state, std::string_view error) -> asl::Catcher const* {
  auto const found = std::ranges::find_if(state.catchers, [&](asl::Catcher const& catcher) {
    return takes(catcher.error_equals, error);
  });
  return found == state.catchers.end() ? nullptr : &*found;
}

CaughtErrors::CaughtErrors(Machine const& machine) : machine_(machine), by_state_(machine.count()) {
  for (std::uint32_t i = 0; i < machine.count(); ++i)
    for (auto const& catcher : machine.state(asl::StateIndex(i)).catchers)
      by_state_[i].add(catcher.error_equals);
}

auto CaughtErrors::contain(asl::StateIndex state, std::string_view error) const -> bool {
  if (by_state_[state.value()].take(error)) return true;
  for (auto owner = machine_.owner(state); owner; owner = machine_.owner(*owner)) {
    error = error_outside(machine_.state(*owner), error);
    auto const& around = by_state_[owner->value()];
    if (around.take(error) || around.take(errors::kBranchFailed)) return true;
  }
  return false;
}

auto catches_anything(Machine const& machine, asl::StateIndex state) -> bool {
  for (std::optional i = state; i; i = machine.owner(*i))
    if (!machine.state(*i).catchers.empty()) return true;
  return false;
}

auto is_language_error(std::string_view error) -> bool {
  constexpr std::string_view kNames[] = {
      errors::kAll,
      errors::kBranchFailed,
      errors::kDataLimitExceeded,
      errors::kExceedToleratedFailureThreshold,
      errors::kHeartbeatTimeout,
      errors::kHttpSocket,
      errors::kIntrinsicFailure,
      errors::kItemReaderFailed,
      errors::kNoChoiceMatched,
      errors::kParameterPathFailure,
      errors::kPermissions,
      errors::kQueryEvaluationError,
      errors::kResultPathMatchFailure,
      errors::kResultWriterFailed,
      errors::kRuntime,
      errors::kTaskFailed,
      errors::kTimeout,
  };
  return std::ranges::find(kNames, error) != std::ranges::end(kNames) ||
         error.starts_with("States.Http.StatusCode.");
}

}  // namespace treadle::lint
