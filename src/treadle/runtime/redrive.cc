#include "treadle/runtime/redrive.h"

#include <chrono>

#include "treadle/base/limits.h"

namespace treadle::runtime {

auto redrive_obstacle(ExecutionStatus status, Timestamp started_at, Timestamp stopped_at,
                      std::uint32_t history_events, std::uint32_t history_events_max, Timestamp now)
    -> std::optional<std::string> {
  using std::chrono::days;
  switch (status) {
    case ExecutionStatus::kRunning: return "Execution is RUNNING and cannot be redriven";
    case ExecutionStatus::kSucceeded: return "Execution is SUCCEEDED and cannot be redriven";
    case ExecutionStatus::kFailed:
    case ExecutionStatus::kTimedOut:
    case ExecutionStatus::kAborted: break;
  }
  // There has to be room for ExecutionRedriven and one more.
  if (history_events + 1 >= history_events_max) return "Execution history event limit exceeded";
  if (now > started_at + days(limits::kExecutionDays))
    return "Execution has exceeded the max execution time";
  if (now > stopped_at + days(limits::kRedriveDays)) return "Execution redrivable period exceeded";
  return std::nullopt;
}

auto redriven_under(interpreter::ExecutionState const& state, std::string_view client_token,
                    Timestamp now) -> std::optional<Timestamp> {
  constexpr auto kRemembered = std::chrono::minutes(15);
  if (client_token.empty()) return std::nullopt;
  for (auto const& t : state.redrive_tokens)
    if (t.token == client_token && now <= t.used_at + kRemembered) return t.used_at;
  return std::nullopt;
}

}  // namespace treadle::runtime
