// What an Express execution can't run, and what it may run twice.
// Source: Step Functions Developer Guide, "Choosing workflow type".
#include <fmt/format.h>

#include "treadle/asl/resource.h"
#include "treadle/lint/checks.h"

namespace treadle::lint {
namespace {

using asl::StateIndex;

void check_task(Machine const& machine, StateIndex i, Report& report) {
  auto const& state = machine.state(i);
  auto const& task = *machine.task(i);
  auto const place = machine.place(i).at("Resource");
  if (task.resource.kind == asl::ResourceKind::kActivity) {
    report.add(Rule::kExpressUnsupported, i, place,
               fmt::format("{} is an activity, which an Express execution can't run", state.name));
  } else if (task.resource.pattern != asl::Pattern::kRequestResponse) {
    report.add(Rule::kExpressUnsupported, i, place,
               fmt::format("An Express execution can't run {} as a {} task", state.name,
                           asl::pattern_suffix(task.resource.pattern)));
  }
  if (!has_effect(task) || state.retriers.empty()) return;
  report.add(Rule::kExpressRepeats, i, machine.place(i).at("Retry"),
             fmt::format("{} is retried in an execution that may itself run more than once: the "
                         "task must be idempotent",
                         state.name));
}

}  // namespace

void check_express(Machine const& machine, Report& report) {
  for (std::uint32_t n = 0; n < machine.count(); ++n) {
    StateIndex const i(n);
    if (machine.type(i) != asl::MachineType::kExpress) continue;
    if (machine.task(i) != nullptr) check_task(machine, i, report);
    auto const* map = std::get_if<asl::Map>(&machine.state(i).details);
    if (map != nullptr && map->mode == asl::MapMode::kDistributed)
      report.add(Rule::kExpressUnsupported, i,
                 machine.place(i).at("ItemProcessor").at("ProcessorConfig").at("Mode"),
                 fmt::format("An Express execution can't run the Distributed Map {}",
                             machine.state(i).name));
  }
}

}  // namespace treadle::lint
