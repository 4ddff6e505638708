// CreateStateMachineAlias. Idempotent: the same description and routes give the alias that is
// there.

#include <algorithm>

#include <fmt/format.h>

#include "treadle/api/actions/actions.h"
#include "treadle/api/actions/alias_routes.h"
#include "treadle/api/actions/machine_change.h"
#include "treadle/api/arns.h"
#include "treadle/api/errors.h"
#include "treadle/api/object_writer.h"
#include "treadle/api/parameters.h"
#include "treadle/base/limits.h"

namespace treadle::api {
namespace {

constexpr std::string_view kPattern = R"(^(?=.*[a-zA-Z_\-\.])[a-zA-Z0-9_\-\.]+$)";

auto is_letter(char c) -> bool { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
auto is_digit(char c) -> bool { return c >= '0' && c <= '9'; }
auto is_mark(char c) -> bool { return c == '_' || c == '-' || c == '.'; }

// Whether it matches the pattern: a name of digits alone would be a version's.
auto check_alias_name(std::string_view name) -> std::optional<ApiError> {
  bool const known =
      std::ranges::all_of(name, [](char c) { return is_letter(c) || is_digit(c) || is_mark(c); });
  if (known && !std::ranges::all_of(name, is_digit)) return std::nullopt;
  return ApiError{"ValidationException",
                  fmt::format("1 validation error detected: Value '{}' at 'name' failed to satisfy "
                              "constraint: Member must satisfy regular expression pattern: {}",
                              name, kPattern)};
}

auto body(runtime::Machine const& machine, runtime::MachineAlias const& alias) -> std::string {
  return ObjectWriter()
      .text("stateMachineAliasArn", qualified_arn(machine.arn, alias.name))
      .time("creationDate", alias.created_at)
      .take();
}

auto decide(Services& services, runtime::MachineAlias const& wanted, std::string const& machine_arn)
    -> std::expected<Decision, ApiError> {
  auto found = find_machine(services, machine_arn);
  if (!found && found.error().code == "StateMachineDoesNotExist")
    return std::unexpected(resource_not_found(machine_arn));
  if (!found) return std::unexpected(found.error());
  auto const machine = TRY(not_deleting(std::move(*found)));
  if (auto const missing = check_versions(services, machine, wanted.routes))
    return std::unexpected(*missing);
  auto const there = services.catalog.find_alias(machine, wanted.name);
  if (!there) return std::unexpected(to_api_error(there.error()));
  if (*there && (*there)->routes == wanted.routes && (*there)->description == wanted.description)
    return Decision{body(machine, **there), std::nullopt};
  if (*there)
    return std::unexpected(conflict(
        "Failed to create alias because an alias with the same name and a different routing "
        "configuration already exists."));
  if (machine.alias_count >= limits::kAliases)
    return std::unexpected(
        quota_exceeded(fmt::format("A state machine can have {} aliases. Delete aliases of {} that "
                                   "are no longer used.",
                                   limits::kAliases, machine.arn)));
  auto change = begin_change(machine);
  ++change.now->alias_count;
  change.qualifiers.put_alias = wanted;
  return Decision{body(machine, wanted), std::move(change)};
}

}  // namespace

void create_state_machine_alias(ActionCall& call, OnResult done) {
  auto const name = *text_of(call.request, "name");
  if (auto const bad = check_alias_name(name)) return done(std::unexpected(*bad));
  auto const routes = read_routes(*member_of(call.request, "routingConfiguration"));
  if (!routes) return done(std::unexpected(routes.error()));
  auto const now = call.services.clock.now();
  runtime::MachineAlias const wanted{
      .name = std::string(name),
      .description = std::string(text_of(call.request, "description").value_or("")),
      .created_at = now,
      .updated_at = now,
      .routes = routes->routes};
  change_machine(
      call.services,
      [&services = call.services, wanted, machine = routes->machine_arn] {
        return decide(services, wanted, machine);
      },
      std::move(done));
}

}  // namespace treadle::api
