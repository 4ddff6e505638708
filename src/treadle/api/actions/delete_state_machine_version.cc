// DeleteStateMachineVersion: refused while an alias leads to it. Executions of it go on. Deleting
// what is not there succeeds: the model names no error for it.

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "treadle/api/actions/actions.h"
#include "treadle/api/actions/machine_versions.h"
#include "treadle/api/arns.h"
#include "treadle/api/errors.h"
#include "treadle/api/parameters.h"
#include "treadle/base/limits.h"

namespace treadle::api {
namespace {

auto aliases_of(Services& services, runtime::Machine const& machine, std::uint64_t version)
    -> std::expected<std::vector<std::string>, ApiError> {
  auto const aliases = services.catalog.list_aliases(machine, {}, limits::kAliases);
  if (!aliases) return std::unexpected(to_api_error(aliases.error()));
  std::vector<std::string> names;
  for (auto const& alias : *aliases)
    if (std::ranges::find(alias.routes, version, &runtime::AliasRoute::version) !=
        alias.routes.end())
      names.push_back(alias.name);
  return names;
}

auto decide(Services& services, json::Value request) -> std::expected<Decision, ApiError> {
  auto const nothing = [] { return Decision{"{}", std::nullopt}; };
  auto const arn = TRY(read_arn(*text_of(request, "stateMachineVersionArn"),
                                {StatesResource::kQualifiedStateMachine}));
  auto const number = version_number(arn.qualifier);
  if (!number)
    return std::unexpected(
        ApiError{"ValidationException",
                 fmt::format("The ARN must be that of a state machine version. Received: {}",
                             to_string(arn))});
  auto const machine = find_machine(services, machine_arn_of(arn));
  if (!machine && machine.error().code == "StateMachineDoesNotExist") return nothing();
  if (!machine) return std::unexpected(machine.error());
  auto const there = services.catalog.find_version(*machine, *number);
  if (!there) return std::unexpected(to_api_error(there.error()));
  if (!*there) return nothing();
  auto const aliases = TRY(aliases_of(services, *machine, *number));
  if (!aliases.empty())
    return std::unexpected(
        conflict(fmt::format("Version to be deleted must not be referenced by an alias. Current "
                             "list of aliases referencing this version: [{}]",
                             fmt::join(aliases, ", "))));
  auto change = begin_change(*machine);
  change.qualifiers.erased_versions.push_back(*number);
  --change.now->version_count;
  if (change.now->published_version == *number) change.now->published_version = 0;
  return Decision{"{}", std::move(change)};
}

}  // namespace

void delete_state_machine_version(ActionCall& call, OnResult done) {
  change_machine(
      call.services,
      [&services = call.services, request = call.request] { return decide(services, request); },
      std::move(done));
}

}  // namespace treadle::api
