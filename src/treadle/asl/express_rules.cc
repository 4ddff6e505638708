#include "treadle/asl/express_rules.h"

#include <fmt/format.h>

#include "treadle/asl/resource.h"

namespace treadle::asl {

void check_express_task(MachineType type, Resource const& resource, Fields const& task,
                        Report& report) {
  if (type != MachineType::kExpress) return;
  auto const where = task.at("Resource");
  if (resource.kind == ResourceKind::kActivity)
    report.error(where, "Express state machine does not support Activity ARN");
  if (resource.pattern == Pattern::kRequestResponse) return;
  // The blank at the end is AWS's.
  report.error(where,
               fmt::format("Express state machine does not support '{}' service integration ",
                           pattern_suffix(resource.pattern)));
}

void check_express_map(MachineType type, MapMode mode, Fields const& config, Report& report) {
  if (type == MachineType::kExpress && mode == MapMode::kDistributed)
    report.error(config.at("Mode"),
                 "Express state machine does not support Map state in DISTRIBUTED mode");
}

}  // namespace treadle::asl
