// The command that starts an execution, of a Standard or an Express start.
#pragma once

#include "treadle/record/command.h"
#include "treadle/runtime/router.h"

namespace treadle::runtime {

// `start` is a StartRequest or an ExpressStart; the command views it.
template <typename Start>
[[nodiscard]] auto start_command(Start const& start) -> record::StartExecution {
  MachineRef const& machine = start.machine;
  return {.execution_arn = start.execution_arn,
          .name = start.name,
          .state_machine_arn = machine.arn,
          .state_machine_name = machine.name,
          .revision = machine.revision,
          .role_arn = machine.role_arn,
          .trace_header = start.trace_header,
          .input = start.input,
          .version_arn = machine.version_arn,
          .alias_arn = machine.alias_arn,
          .revision_id = machine.revision_id,
          .revised_at = machine.revised_at,
          .deadline_seconds = machine.deadline_seconds};
}

}  // namespace treadle::runtime
