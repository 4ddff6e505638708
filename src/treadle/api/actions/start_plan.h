// What every start of a state machine takes from it.
#pragma once

#include <expected>
#include <memory>
#include <string>
#include <string_view>

#include "treadle/api/action.h"
#include "treadle/base/arn.h"
#include "treadle/runtime/log_settings.h"
#include "treadle/runtime/router.h"

namespace treadle::api {

struct StartPlan {
  asl::MachineType type = asl::MachineType::kStandard;
  runtime::MachineRef machine;
  runtime::LogSettings log;
  std::string express_prefix;  // "arn:aws:states:REGION:ACCOUNT:express:NAME:"

  [[nodiscard]] auto scope() const -> ArnScope { return parse_states_arn(machine.arn)->scope; }
};
using StartPlanPtr = std::shared_ptr<StartPlan const>;

// Of a machine, a version or an alias: InvalidArn, StateMachineDoesNotExist, StateMachineDeleting;
// ValidationException for what this release does not run. Each thread remembers those of machines and
// versions until some machine is changed; an alias is drawn anew. Any thread.
[[nodiscard]] auto find_start_plan(Services& services, std::string_view arn)
    -> std::expected<StartPlanPtr, ApiError>;

// A loggingConfiguration as it was stored; empty text means OFF.
[[nodiscard]] auto read_log_settings(std::string_view logging_configuration)
    -> runtime::LogSettings;

}  // namespace treadle::api
