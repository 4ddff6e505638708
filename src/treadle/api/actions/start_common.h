// What StartExecution and StartSyncExecution have in common.
#pragma once

#include <expected>
#include <string>

#include "treadle/api/action.h"
#include "treadle/api/actions/start_plan.h"
#include "treadle/runtime/express_start.h"
#include "treadle/runtime/router.h"

namespace treadle::api {

// A checked request. Views point into the request.
struct StartCall {
  StartPlanPtr plan;
  std::optional<std::string_view> name;  // as the caller gave it
  std::string input;                     // JSON text
  std::string trace_header;
};

// Whoever runs the execution parses its input anyway, and may say then that it is none.
enum class InputCheck : std::uint8_t { kHere, kHereIfStandard, kWhereItRuns };

// InvalidArn, InvalidName, StateMachineDoesNotExist, StateMachineDeleting, InvalidExecutionInput;
// ValidationException for what this release does not run.
[[nodiscard]] auto read_start(ActionCall& call, InputCheck check = InputCheck::kHere)
    -> std::expected<StartCall, ApiError>;

// Why `input`, which was refused, is none.
[[nodiscard]] auto invalid_input(std::string_view input) -> ApiError;

// An execution of an Express machine, with an id and an ARN of its own.
[[nodiscard]] auto express_start(Random& random, StartCall start) -> runtime::ExpressStart;

// How a machine, or its version where one is named, logs now; not at all where it is gone.
struct QualifiedMachine {
  std::string_view machine;  // ARN
  std::string_view version;  // ARN, or empty
};
[[nodiscard]] auto log_settings_of(runtime::Catalog const& catalog, EntityId id,
                                   QualifiedMachine const& which) -> runtime::LogSettings;

}  // namespace treadle::api
