// An Express execution from the outside: what starts it, and what it leaves.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "treadle/base/strong_id.h"
#include "treadle/base/time.h"
#include "treadle/runtime/log_settings.h"
#include "treadle/runtime/router.h"

namespace treadle::runtime {

struct ExpressStart {
  EntityId id;  // drawn for this execution; its ARN ends in it
  MachineRef machine;
  std::string execution_arn;
  std::string name;   // neither unique nor idempotent
  std::string input;  // JSON text
  std::string trace_header;
  LogSettings log;
};

// Source: API reference, StartSyncExecution. kAborted and kRunning do not occur.
struct ExpressEnd {
  ExecutionStatus status = ExecutionStatus::kSucceeded;
  Timestamp started_at;
  Timestamp stopped_at;
  std::optional<std::string> output;  // JSON text; of kSucceeded only
  std::optional<std::string> error;
  std::optional<std::string> cause;
  std::size_t memory_bytes = 0;  // the most that its values took
  std::string execution_arn = {};
};

}  // namespace treadle::runtime
