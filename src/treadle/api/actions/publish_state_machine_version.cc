// PublishStateMachineVersion. Idempotent: a revision has one version.

#include <fmt/format.h>

#include "treadle/api/actions/actions.h"
#include "treadle/api/actions/machine_versions.h"
#include "treadle/api/arns.h"
#include "treadle/api/errors.h"
#include "treadle/api/object_writer.h"
#include "treadle/api/parameters.h"

namespace treadle::api {
namespace {

auto is_current(runtime::Machine const& machine, std::string_view revision_id) -> bool {
  return revision_id == (machine.revision_id.empty() ? "INITIAL" : machine.revision_id);
}

auto body(runtime::Machine const& machine, runtime::MachineVersion const& version) -> std::string {
  return ObjectWriter()
      .text("stateMachineVersionArn", version_arn(machine, version.number))
      .time("creationDate", version.created_at)
      .take();
}

auto decide(Services& services, json::Value request) -> std::expected<Decision, ApiError> {
  auto const text = *text_of(request, "stateMachineArn");
  TRY(read_arn(text, {StatesResource::kStateMachine}));
  auto const machine = TRY(find_active_machine(services, text));
  auto const revision = text_of(request, "revisionId");
  if (revision && !is_current(machine, *revision))
    return std::unexpected(conflict(
        fmt::format("The revision ID '{}' is not the current one of the state machine: '{}'",
                    revision->substr(0, 256), text)));
  auto change = begin_change(machine);
  auto const number =
      TRY(publish(change, text_of(request, "description").value_or(""), services.clock.now()));
  if (auto const& made = change.qualifiers.put_version)
    return Decision{body(machine, *made), std::move(change)};
  auto const there = services.catalog.find_version(machine, number);
  if (!there) return std::unexpected(to_api_error(there.error()));
  if (!*there) return std::unexpected(conflict("The version is being deleted. Try again."));
  return Decision{body(machine, **there), std::nullopt};
}

}  // namespace

void publish_state_machine_version(ActionCall& call, OnResult done) {
  change_machine(
      call.services,
      [&services = call.services, request = call.request] { return decide(services, request); },
      std::move(done));
}

}  // namespace treadle::api
