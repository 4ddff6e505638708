// StartExecution. Idempotent by name while the execution runs with the same input.

#include <fmt/format.h>

#include "treadle/api/actions/actions.h"
#include "treadle/api/actions/machine_common.h"
#include "treadle/api/actions/payload_check.h"
#include "treadle/api/arns.h"
#include "treadle/api/object_writer.h"
#include "treadle/api/parameters.h"

namespace treadle::api {
namespace {

auto started_body(runtime::Started const& started) -> std::string {
  return ObjectWriter()
      .text("executionArn", started.execution_arn)
      .time("startDate", started.started_at)
      .take();
}

auto uses_distributed_map(asl::Definition const& definition) -> bool {
  for (auto const& state : definition.states)
    if (auto const* map = std::get_if<asl::Map>(&state.details))
      if (map->mode == asl::MapMode::kDistributed) return true;
  return false;
}

// What the engine can't run yet is refused here, not half run.
auto runnable(runtime::Machine const& machine, asl::Definition const& definition)
    -> std::optional<ApiError> {
  auto const refuse = [](std::string_view what) {
    return ApiError{"ValidationException",
                    fmt::format("This release of treadle does not run {}.", what)};
  };
  if (machine.type == asl::MachineType::kExpress) return refuse("Express workflows");
  if (uses_distributed_map(definition)) return refuse("Distributed Map states");
  return std::nullopt;
}

auto make_request(ActionCall& call) -> std::expected<runtime::StartRequest, ApiError> {
  using enum StatesResource;
  auto& services = call.services;
  auto const text = *text_of(call.request, "stateMachineArn");
  auto const arn = TRY(read_arn(text, {kStateMachine, kQualifiedStateMachine}));
  auto const name = text_of(call.request, "name");
  if (name)
    if (auto const bad = check_name(*name)) return std::unexpected(*bad);
  auto found = TRY(find_machine(services, text));
  auto const machine = TRY(not_deleting(std::move(found)));
  auto const input = text_of(call.request, "input").value_or("{}");
  if (auto const why = why_not_json(input))
    return std::unexpected(ApiError{
        "InvalidExecutionInput", fmt::format("Invalid State Machine Execution Input: '{}'", *why)});
  auto const definition = services.catalog.definitions().find(machine.revision);
  if (!definition)
    return std::unexpected(ApiError{"InternalFailure", "The definition is missing.", 500});
  if (auto const refused = runnable(machine, *definition)) return std::unexpected(*refused);
  runtime::StartRequest request;
  request.machine = {.id = machine.id,
                     .arn = machine.arn,
                     .name = machine.name,
                     .revision = machine.revision,
                     .role_arn = machine.role_arn,
                     .definition = definition};
  request.named_by_caller = name.has_value();
  request.name = name ? std::string(*name) : new_uuid(services);
  request.execution_arn =
      execution_arn(arn.scope, {.machine = machine.name, .execution = request.name});
  request.input = input;
  request.trace_header = text_of(call.request, "traceHeader").value_or("");
  return request;
}

}  // namespace

void start_execution(ActionCall& call, OnResult done) {
  auto request = make_request(call);
  if (!request) return done(std::unexpected(request.error()));
  auto const arn = request->execution_arn;
  call.services.router.start_execution(
      std::move(*request),
      [&router = call.services.router, arn, wait = call.wait,
       done = std::move(done)](runtime::Answer<runtime::Started> started) mutable {
        if (!started) return done(std::unexpected(to_api_error(started.error())));
        auto body = started_body(*started);
        if (wait == Milliseconds{0}) return done(std::move(body));
        router.wait_for_end(arn, wait,
                            [body = std::move(body), done = std::move(done)](
                                runtime::Answer<bool>) mutable { done(std::move(body)); });
      });
}

}  // namespace treadle::api
