// What an Express state machine may not hold. Refused when it is made, as AWS does.
// Source: Step Functions Developer Guide, "Choosing workflow type"; recorded answers of
// CreateStateMachine.
#pragma once

#include "treadle/asl/fields.h"
#include "treadle/asl/model.h"
#include "treadle/asl/report.h"

namespace treadle::asl {

// Activities, jobs (.sync) and callbacks (.waitForTaskToken).
void check_express_task(MachineType type, Resource const& resource, Fields const& task,
                        Report& report);

// A Map in mode DISTRIBUTED. `config` is its ProcessorConfig.
void check_express_map(MachineType type, MapMode mode, Fields const& config, Report& report);

}  // namespace treadle::asl
