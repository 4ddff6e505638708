// DescribeStateMachineAlias.

#include "treadle/api/actions/actions.h"
#include "treadle/api/actions/alias_routes.h"
#include "treadle/api/object_writer.h"
#include "treadle/api/parameters.h"

namespace treadle::api {

void describe_state_machine_alias(ActionCall& call, OnResult done) {
  auto const found = find_alias(call.services, *text_of(call.request, "stateMachineAliasArn"));
  if (!found) return done(std::unexpected(found.error()));
  auto const& [machine, alias] = *found;
  ObjectWriter out;
  out.text("stateMachineAliasArn", qualified_arn(machine.arn, alias.name)).text("name", alias.name);
  if (!alias.description.empty()) out.text("description", alias.description);
  done(out.raw("routingConfiguration", routes_json(machine, alias.routes))
           .time("creationDate", alias.created_at)
           .time("updateDate", alias.updated_at)
           .take());
}

}  // namespace treadle::api
