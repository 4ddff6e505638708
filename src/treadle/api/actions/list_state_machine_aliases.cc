// ListStateMachineAliases: of a machine, or those that lead to a version. In the order of their
// names, as recorded.

#include <algorithm>

#include <fmt/format.h>

#include "treadle/api/actions/actions.h"
#include "treadle/api/actions/machine_versions.h"
#include "treadle/api/actions/paging.h"
#include "treadle/api/arns.h"
#include "treadle/api/errors.h"
#include "treadle/api/object_writer.h"
#include "treadle/api/page_token.h"
#include "treadle/api/parameters.h"
#include "treadle/base/limits.h"

namespace treadle::api {
namespace {

using runtime::AliasRoute;
using runtime::MachineAlias;

// The version that an ARN names must be there; 0 for a machine's ARN.
auto version_of(Services const& services, runtime::Machine const& machine, StatesArn const& arn)
    -> std::expected<std::uint64_t, ApiError> {
  if (arn.kind == StatesResource::kStateMachine) return 0;
  auto const missing = resource_not_found(to_string(arn));
  auto const number = version_number(arn.qualifier);
  if (!number) return std::unexpected(missing);
  auto const there = services.catalog.find_version(machine, *number);
  if (!there) return std::unexpected(to_api_error(there.error()));
  if (!*there) return std::unexpected(missing);
  return *number;
}

auto list(ActionCall const& call) -> ActionResult {
  using enum StatesResource;
  auto const text = *text_of(call.request, "stateMachineArn");
  auto const arn = TRY(read_arn(text, {kStateMachine, kQualifiedStateMachine}));
  auto const purpose = fmt::format("ListStateMachineAliases/{}", text);
  auto const page = TRY(read_page(call, purpose));
  auto const machine = TRY(find_active_machine(call.services, machine_arn_of(arn)));
  auto const version = TRY(version_of(call.services, machine, arn));
  auto aliases = call.services.catalog.list_aliases(machine, page.after, limits::kAliases);
  if (!aliases) return std::unexpected(to_api_error(aliases.error()));
  if (version != 0)
    std::erase_if(*aliases, [&](MachineAlias const& alias) {
      return std::ranges::find(alias.routes, version, &AliasRoute::version) == alias.routes.end();
    });
  bool const more = aliases->size() > page.limit;
  if (more) aliases->resize(page.limit);
  ListWriter items;
  for (auto const& alias : *aliases)
    items.add(ObjectWriter()
                  .text("stateMachineAliasArn", qualified_arn(machine.arn, alias.name))
                  .time("creationDate", alias.created_at));
  ObjectWriter out;
  out.raw("stateMachineAliases", items.take());
  if (more)
    out.text("nextToken", make_page_token(seal_of(call.services), purpose, aliases->back().name));
  return out.take();
}

}  // namespace

void list_state_machine_aliases(ActionCall& call, OnResult done) { done(list(call)); }

}  // namespace treadle::api
