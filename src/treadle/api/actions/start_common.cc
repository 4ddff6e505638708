#include "treadle/api/actions/start_common.h"

#include <array>

#include <fmt/format.h>

#include "treadle/api/actions/machine_versions.h"
#include "treadle/api/actions/payload_check.h"
#include "treadle/api/arns.h"
#include "treadle/api/parameters.h"
#include "treadle/base/limits.h"
#include "treadle/base/random.h"

namespace treadle::api {

auto log_settings_of(runtime::Catalog const& catalog, EntityId id, QualifiedMachine const& which)
    -> runtime::LogSettings {
  auto const machine = catalog.find_machine(which.machine);
  if (!machine || !*machine || (*machine)->id != id) return {};
  if (which.version.empty()) return read_log_settings((*machine)->logging_configuration);
  auto const number = version_number(which.version.substr(which.version.rfind(':') + 1));
  if (!number) return {};
  auto const version = catalog.find_version(**machine, *number);
  if (!version || !*version) return {};
  return read_log_settings((*version)->logging_configuration);
}

auto invalid_input(std::string_view input) -> ApiError {
  return {"InvalidExecutionInput",
          fmt::format("Invalid State Machine Execution Input: '{}'",
                      why_not_json(input).value_or("Invalid execution input."))};
}

auto read_start(ActionCall& call, InputCheck check) -> std::expected<StartCall, ApiError> {
  StartCall start;
  start.name = text_of(call.request, "name");
  if (start.name)
    if (auto const bad = check_name(*start.name)) return std::unexpected(*bad);
  start.plan = TRY(find_start_plan(call.services, *text_of(call.request, "stateMachineArn")));
  start.input = text_of(call.request, "input").value_or("{}");
  bool const is_checked_here =
      check == InputCheck::kHere || start.input.size() > limits::kPayloadBytes ||
      (check == InputCheck::kHereIfStandard && start.plan->type == asl::MachineType::kStandard);
  if (is_checked_here && why_not_json(start.input))
    return std::unexpected(invalid_input(start.input));
  start.trace_header = text_of(call.request, "traceHeader").value_or("");
  return start;
}

auto express_start(Random& random, StartCall start) -> runtime::ExpressStart {
  runtime::ExpressStart out;
  auto const& plan = *start.plan;
  out.id = random.next_entity_id();
  std::array<char, kUuidChars> text{};
  write_uuid_v4(text, out.id.high, out.id.low);
  std::string_view const uuid(text.data(), text.size());
  auto const name = start.name.value_or(uuid);
  out.execution_arn.reserve(plan.express_prefix.size() + name.size() + 1 + uuid.size());
  out.execution_arn.append(plan.express_prefix).append(name).append(":").append(uuid);
  out.name = name;
  out.machine = plan.machine;
  out.input = std::move(start.input);
  out.trace_header = std::move(start.trace_header);
  out.log = plan.log;
  return out;
}

}  // namespace treadle::api
