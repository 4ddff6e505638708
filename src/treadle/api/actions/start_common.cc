#include "treadle/api/actions/start_common.h"

#include <fmt/format.h>

#include "treadle/api/actions/machine_versions.h"
#include "treadle/api/actions/payload_check.h"
#include "treadle/api/arns.h"
#include "treadle/api/parameters.h"
#include "treadle/base/limits.h"
#include "treadle/base/random.h"
#include "treadle/json/parse.h"

namespace treadle::api {
namespace {

auto uses_distributed_map(asl::Definition const& definition) -> bool {
  for (auto const& state : definition.states)
    if (auto const* map = std::get_if<asl::Map>(&state.details))
      if (map->mode == asl::MapMode::kDistributed) return true;
  return false;
}

// What the engine can't run yet is refused here, not half run.
auto check_runnable(asl::Definition const& definition) -> std::optional<ApiError> {
  if (!uses_distributed_map(definition)) return std::nullopt;
  return ApiError{"ValidationException",
                  "This release of treadle does not run Distributed Map states."};
}

auto level_of(std::string_view text) -> runtime::HistoryLevel {
  using enum runtime::HistoryLevel;
  if (text == "ALL") return kAll;
  if (text == "ERROR") return kError;
  return text == "FATAL" ? kFatal : kOff;
}

// "arn:aws:logs:REGION:ACCOUNT:log-group:NAME:*"
auto group_name(std::string_view arn) -> std::string {
  constexpr std::string_view kPrefix = "log-group:";
  auto const parsed = parse_arn(arn);
  if (!parsed || !parsed->resource.starts_with(kPrefix)) return {};
  auto const name = parsed->resource.substr(kPrefix.size());
  return std::string(name.substr(0, name.rfind(':')));
}

}  // namespace

auto read_log_settings(std::string_view logging_configuration) -> runtime::LogSettings {
  runtime::LogSettings settings;
  if (logging_configuration.empty()) return settings;
  json::Arena arena;
  auto const logging = json::parse(arena, logging_configuration);
  if (!logging || !logging->is_object()) return settings;
  settings.level = level_of(text_of(*logging, "level").value_or("OFF"));
  settings.with_data = flag_of(*logging, "includeExecutionData", false);
  auto const* const destinations = member_of(*logging, "destinations");
  if (destinations == nullptr || !destinations->is_array() || destinations->size() == 0)
    return settings;
  if (auto const* group = member_of(destinations->elements()[0], "cloudWatchLogsLogGroup"))
    settings.group = group_name(text_of(*group, "logGroupArn").value_or(""));
  return settings;
}

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
  auto& services = call.services;
  auto const text = *text_of(call.request, "stateMachineArn");
  StartCall start;
  start.name = text_of(call.request, "name");
  if (start.name)
    if (auto const bad = check_name(*start.name)) return std::unexpected(*bad);
  auto const target = TRY(find_target(services, text, Routing::kDrawn));
  auto const machine = TRY(not_deleting(target.machine));
  start.scope = parse_states_arn(text)->scope;
  start.type = machine.type;
  start.input = text_of(call.request, "input").value_or("{}");
  if ((check == InputCheck::kHere || start.input.size() > limits::kPayloadBytes) &&
      why_not_json(start.input))
    return std::unexpected(invalid_input(start.input));
  auto const definition = services.catalog.definitions().find(machine.revision);
  if (!definition)
    return std::unexpected(ApiError{"InternalFailure", "The definition is missing.", 500});
  if (auto const refused = check_runnable(*definition)) return std::unexpected(*refused);
  start.machine = {.id = machine.id,
                   .arn = machine.arn,
                   .name = machine.name,
                   .revision = machine.revision,
                   .role_arn = machine.role_arn,
                   .definition = definition,
                   .version_arn = target.version_arn(),
                   .alias_arn = target.alias_arn(),
                   .revision_id = machine.revision_id,
                   .revised_at = machine.updated_at};
  start.log = read_log_settings(machine.logging_configuration);
  start.trace_header = text_of(call.request, "traceHeader").value_or("");
  return start;
}

auto express_start(Random& random, StartCall start) -> runtime::ExpressStart {
  runtime::ExpressStart out;
  out.id = random.next_entity_id();
  auto const uuid = uuid_v4(out.id.high, out.id.low);
  out.name = start.name.value_or(uuid);
  out.execution_arn =
      express_arn(start.scope, {.machine = start.machine.name, .execution = out.name}, uuid);
  out.machine = std::move(start.machine);
  out.input = std::move(start.input);
  out.trace_header = std::move(start.trace_header);
  out.log = std::move(start.log);
  return out;
}

}  // namespace treadle::api
