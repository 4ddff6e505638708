// Whether an execution can be redriven.
// Source: API reference, RedriveExecution; DescribeExecution, redriveStatusReason.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "treadle/base/time.h"
#include "treadle/interpreter/execution_state.h"
#include "treadle/runtime/router.h"

namespace treadle::runtime {

// Why the execution can't be redriven, as DescribeExecution words it, or nullopt. Says nothing of its
// machine, which may be gone.
[[nodiscard]] auto redrive_obstacle(ExecutionStatus status, Timestamp started_at,
                                    Timestamp stopped_at, std::uint32_t history_events,
                                    std::uint32_t history_events_max, Timestamp now)
    -> std::optional<std::string>;

// When the execution was redriven under that token, if that was in the last 15 minutes.
[[nodiscard]] auto redriven_under(interpreter::ExecutionState const& state,
                                  std::string_view client_token, Timestamp now)
    -> std::optional<Timestamp>;

}  // namespace treadle::runtime
