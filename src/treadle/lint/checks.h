// The rule families. Each looks at one machine and reports; they do not know one another.
#pragma once

#include "treadle/lint/machine.h"
#include "treadle/lint/report.h"

namespace treadle::lint {

// Errors that nobody takes, and what runs after one.
void check_error_flow(Machine const& machine, Report& report);
// Retriers and catchers that are never asked.
void check_handlers(Machine const& machine, Report& report);
// Members that paths read; the sizes of payloads. Gives up silently on a machine whose paths are
// too many to follow (data_flow.cc).
void check_data_flow(Machine const& machine, Report& report);
// Variables, and the task token.
void check_variables(Machine const& machine, Report& report);
// How long an execution takes.
void check_durations(Machine const& machine, Report& report);
// What an Express execution can't run, and what it may run twice.
void check_express(Machine const& machine, Report& report);
// What a Task calls.
void check_resources(Machine const& machine, Report& report);

}  // namespace treadle::lint
