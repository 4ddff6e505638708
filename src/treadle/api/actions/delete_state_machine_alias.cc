// DeleteStateMachineAlias: its versions stay, and its executions go on.

#include "treadle/api/actions/actions.h"
#include "treadle/api/actions/alias_routes.h"
#include "treadle/api/actions/machine_change.h"
#include "treadle/api/parameters.h"

namespace treadle::api {
namespace {

auto decide(Services& services, json::Value request) -> std::expected<Decision, ApiError> {
  auto const [machine, alias] =
      TRY(find_alias(services, *text_of(request, "stateMachineAliasArn")));
  auto change = begin_change(machine);
  --change.now->alias_count;
  change.qualifiers.erased_aliases.push_back(alias.name);
  return Decision{"{}", std::move(change)};
}

}  // namespace

void delete_state_machine_alias(ActionCall& call, OnResult done) {
  change_machine(
      call.services,
      [&services = call.services, request = call.request] { return decide(services, request); },
      std::move(done));
}

}  // namespace treadle::api
