#include "treadle/api/actions/start_plan.h"

#include <functional>
#include <unordered_map>
#include <utility>

#include "treadle/api/actions/machine_versions.h"
#include "treadle/api/arns.h"
#include "treadle/api/parameters.h"
#include "treadle/api/saga_verdict.h"
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

// The same definition with a reference count of its own: executions of two threads would else fight for
// one.
auto own_count(asl::DefinitionPtr const& definition) -> asl::DefinitionPtr {
  return {definition.get(), [kept = definition](asl::Definition const*) {}};
}

auto make_plan(Services& services, Target target) -> std::expected<StartPlanPtr, ApiError> {
  auto const version_arn = target.version_arn();
  auto const alias_arn = target.alias_arn();
  auto machine = TRY(not_deleting(std::move(target.machine)));
  auto const definition = services.catalog.definitions().find(machine.revision);
  if (!definition)
    return std::unexpected(ApiError{"InternalFailure", "The definition is missing.", 500});
  if (auto const refused = check_runnable(*definition)) return std::unexpected(*refused);
  auto plan = std::make_shared<StartPlan>();
  plan->type = machine.type;
  plan->log = read_log_settings(machine.logging_configuration);
  plan->machine = {.id = machine.id,
                   .arn = std::move(machine.arn),
                   .name = std::move(machine.name),
                   .revision = std::move(machine.revision),
                   .role_arn = std::move(machine.role_arn),
                   .definition = own_count(definition),
                   .version_arn = version_arn,
                   .alias_arn = alias_arn,
                   .revision_id = std::move(machine.revision_id),
                   .revised_at = machine.updated_at,
                   .deadline_seconds = machine.type == asl::MachineType::kStandard
                                           ? saga_deadline(machine.tags)
                                           : std::nullopt};
  plan->express_prefix =
      express_arn(plan->scope(), {.machine = plan->machine.name, .execution = {}}, {});
  plan->express_prefix.pop_back();  // of the two empty parts at the end
  return plan;
}

// Finds a text without making a string of it.
struct Hash : std::hash<std::string_view> {
  using is_transparent = void;
};
using Plans = std::unordered_map<std::string, StartPlanPtr, Hash, std::equal_to<>>;

}  // namespace

auto find_start_plan(Services& services, std::string_view arn)
    -> std::expected<StartPlanPtr, ApiError> {
  constexpr std::size_t kRemembered = 256;
  thread_local std::uint64_t remembered_at = 0;
  thread_local Plans remembered;
  auto const changes = services.catalog.machine_changes();
  if (std::exchange(remembered_at, changes) != changes || remembered.size() >= kRemembered)
    remembered.clear();
  if (auto const at = remembered.find(arn); at != remembered.end()) return at->second;
  auto target = TRY(find_target(services, arn, Routing::kDrawn));
  bool const is_drawn = target.alias.has_value();
  auto plan = TRY(make_plan(services, std::move(target)));
  if (!is_drawn) remembered.emplace(arn, plan);
  return plan;
}

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

}  // namespace treadle::api
