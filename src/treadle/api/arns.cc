#include "treadle/api/arns.h"

#include <algorithm>

#include <fmt/format.h>

#include "treadle/api/errors.h"

namespace treadle::api {
namespace {

auto invalid_arn(std::string_view why) -> std::unexpected<ApiError> {
  return std::unexpected(ApiError{"InvalidArn", fmt::format("Invalid Arn: '{}'", why)});
}

constexpr std::size_t kShown = 300;

}  // namespace

auto read_arn(std::string_view text, std::initializer_list<StatesResource> wanted)
    -> std::expected<StatesArn, ApiError> {
  if (!text.starts_with("arn:"))
    return invalid_arn(fmt::format("Invalid ARN prefix: {}", text.substr(0, kShown)));
  auto const arn = parse_states_arn(text);
  if (!arn || !is_valid_states_arn(text, limits::kArnChars)) {
    auto const general = parse_arn(text);
    auto const type =
        general ? general->resource.substr(0, general->resource.find(':')) : std::string_view();
    if (general && general->service == "states" && !type.empty())
      return invalid_arn(
          fmt::format("Resource type not valid in this context: {}", type.substr(0, kShown)));
    return invalid_arn(fmt::format("Invalid ARN: {}", text.substr(0, kShown)));
  }
  auto const wants = [&](StatesResource kind) {
    return std::ranges::find(wanted, kind) != wanted.end();
  };
  if (wants(arn->kind)) return *arn;
  if (arn->kind == StatesResource::kMapStateMachine && wants(StatesResource::kStateMachine))
    return std::unexpected(
        invalid_because("API_DOES_NOT_SUPPORT_LABELED_ARNS",
                        "This API does not support labeled state machine ARNs."));
  auto const resource = parse_arn(text)->resource;
  return invalid_arn(fmt::format("Resource type not valid in this context: {}",
                                 resource.substr(0, resource.find(':'))));
}

auto to_api_error(runtime::Refusal const& refusal) -> ApiError {
  if (refusal.code == "InternalFailure")
    return {.code = refusal.code, .message = refusal.message, .status = 500};
  if (refusal.code == "ServiceUnavailable")
    return {.code = refusal.code, .message = refusal.message, .status = 503};
  return {.code = refusal.code, .message = refusal.message};
}

auto find_machine(Services const& services, std::string_view arn)
    -> std::expected<runtime::Machine, ApiError> {
  auto found = services.catalog.find_machine(arn);
  if (!found) return std::unexpected(to_api_error(found.error()));
  if (!*found || ((*found)->is_deleting && !has_running_executions(services, **found)))
    return std::unexpected(ApiError{"StateMachineDoesNotExist",
                                    fmt::format("State Machine Does Not Exist: '{}'", arn)});
  return std::move(**found);
}

auto has_running_executions(Services const& services, runtime::Machine const& machine) -> bool {
  auto const running =
      services.router.list_executions({.machine = machine.id,
                                       .status = runtime::ExecutionStatus::kRunning,
                                       .limit = 1,
                                       .after = {}});
  return running && !running->executions.empty();
}

auto not_deleting(runtime::Machine machine) -> std::expected<runtime::Machine, ApiError> {
  if (!machine.is_deleting) return machine;
  return std::unexpected(
      ApiError{"StateMachineDeleting", fmt::format("State Machine Deleting: '{}'", machine.arn)});
}

auto type_not_supported() -> ApiError {
  return {"StateMachineTypeNotSupported",
          "This operation is not supported by this type of state machine"};
}

auto find_active_machine(Services const& services, std::string_view arn)
    -> std::expected<runtime::Machine, ApiError> {
  auto machine = TRY(find_machine(services, arn));
  return not_deleting(std::move(machine));
}

auto check_name(std::string_view name) -> std::optional<ApiError> {
  if (is_valid_resource_name(name)) return std::nullopt;
  return ApiError{"InvalidName", fmt::format("Invalid Name: '{}'", name.substr(0, kShown))};
}

}  // namespace treadle::api
