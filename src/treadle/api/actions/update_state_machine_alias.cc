// UpdateStateMachineAlias: executions that run keep the version that was drawn for them.

#include <fmt/format.h>

#include "treadle/api/actions/actions.h"
#include "treadle/api/actions/alias_routes.h"
#include "treadle/api/actions/machine_change.h"
#include "treadle/api/actions/machine_versions.h"
#include "treadle/api/arns.h"
#include "treadle/api/errors.h"
#include "treadle/api/object_writer.h"
#include "treadle/api/parameters.h"

namespace treadle::api {
namespace {

auto body(runtime::MachineAlias const& alias) -> std::string {
  return ObjectWriter().time("updateDate", alias.updated_at).take();
}

// A machine that is being deleted has no aliases any more, but says what happens.
auto check_deleting(Services const& services, std::string_view text) -> std::optional<ApiError> {
  auto const arn = read_arn(text, {StatesResource::kQualifiedStateMachine});
  if (!arn) return arn.error();
  auto machine = find_machine(services, machine_arn_of(*arn));
  if (!machine) return std::nullopt;
  auto const ready = not_deleting(std::move(*machine));
  return ready ? std::nullopt : std::optional(ready.error());
}

auto decide(Services& services, json::Value request, std::optional<AliasRoutes> const& routes)
    -> std::expected<Decision, ApiError> {
  auto const text = *text_of(request, "stateMachineAliasArn");
  if (auto const deleting = check_deleting(services, text)) return std::unexpected(*deleting);
  auto const [machine, before] = TRY(find_alias(services, text));
  auto alias = before;
  if (routes) {
    if (routes->machine_arn != machine.arn)
      return std::unexpected(invalid_because(
          "INVALID_ROUTING_CONFIGURATION",
          fmt::format("Routing configuration must contain versions of the state machine '{}'",
                      machine.arn)));
    if (auto const missing = check_versions(services, machine, routes->routes))
      return std::unexpected(*missing);
    alias.routes = routes->routes;
  }
  if (auto const description = text_of(request, "description")) alias.description = *description;
  if (alias.routes == before.routes && alias.description == before.description)
    return Decision{body(alias), std::nullopt};
  alias.updated_at = services.clock.now();
  auto change = begin_change(machine);
  change.qualifiers.put_alias = alias;
  return Decision{body(alias), std::move(change)};
}

}  // namespace

void update_state_machine_alias(ActionCall& call, OnResult done) {
  auto const* const list = member_of(call.request, "routingConfiguration");
  if (list == nullptr && !text_of(call.request, "description"))
    return done(std::unexpected(
        invalid_because("MISSING_REQUIRED_PARAMETER",
                        "Either the description or the routing configuration must be specified")));
  std::optional<AliasRoutes> routes;
  if (list != nullptr) {
    auto read = read_routes(*list);
    if (!read) return done(std::unexpected(read.error()));
    routes = std::move(*read);
  }
  change_machine(
      call.services,
      [&services = call.services, request = call.request, routes] {
        return decide(services, request, routes);
      },
      std::move(done));
}

}  // namespace treadle::api
