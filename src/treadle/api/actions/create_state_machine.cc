// CreateStateMachine. Idempotent: the same name, definition, type, settings and first version give
// the machine that is there.

#include <fmt/format.h>

#include "treadle/api/actions/actions.h"
#include "treadle/api/actions/machine_common.h"
#include "treadle/api/actions/machine_versions.h"
#include "treadle/api/arns.h"
#include "treadle/api/object_writer.h"
#include "treadle/api/parameters.h"
#include "treadle/api/saga_verdict.h"

namespace treadle::api {
namespace {

auto created(runtime::Machine const& machine) -> std::string {
  ObjectWriter out;
  out.text("stateMachineArn", machine.arn).time("creationDate", machine.created_at);
  if (machine.was_published_at_creation)
    out.text("stateMachineVersionArn", version_arn(machine, 1));
  return out.take();
}

// The definition is compared byte by byte; role and tags are not compared. Source: API reference.
auto repeats(runtime::Machine const& there, runtime::Machine const& wanted) -> bool {
  return there.revision == wanted.revision && there.type == wanted.type &&
         same_settings(there, wanted) &&
         there.was_published_at_creation == wanted.was_published_at_creation &&
         there.first_version_description == wanted.first_version_description;
}

struct Wanted {
  runtime::Machine machine;
  asl::DefinitionPtr definition;
  std::optional<runtime::SagaVerdict> verdict;
};

auto read_machine(ActionCall& call) -> std::expected<Wanted, ApiError> {
  auto& services = call.services;
  auto const request = call.request;
  auto const name = *text_of(request, "name");
  auto const role = *text_of(request, "roleArn");
  if (auto const bad = check_name(name)) return std::unexpected(*bad);
  if (auto const bad = check_publish(request)) return std::unexpected(*bad);
  if (auto const bad = check_role(role)) return std::unexpected(*bad);
  auto const settings = TRY(read_settings(request));
  Wanted out;
  auto& m = out.machine;
  m.type = text_of(request, "type") == "EXPRESS" ? asl::MachineType::kExpress
                                                 : asl::MachineType::kStandard;
  out.definition = TRY(compile(*text_of(request, "definition"), m.type));
  m.id = services.random.next_entity_id();
  m.name = name;
  m.arn = state_machine_arn({.region = services.region, .account = services.account}, name);
  m.revision = runtime::revision_of(out.definition->text, m.type);
  m.role_arn = role;
  m.created_at = m.updated_at = services.clock.now();
  m.logging_configuration = settings.logging;
  m.tracing_configuration = settings.tracing;
  m.encryption_configuration = settings.encryption;
  m.tags = TRY(read_tags(member_of(request, "tags"), {}));
  out.verdict = TRY(judge_saga(out.definition, m, m.created_at));
  m.was_published_at_creation = flag_of(request, "publish", false);
  m.first_version_description = text_of(request, "versionDescription").value_or("");
  return out;
}

auto decide(Services& services, Wanted const& wanted) -> std::expected<Decision, ApiError> {
  auto const there = services.catalog.find_machine(wanted.machine.arn);
  if (!there) return std::unexpected(to_api_error(there.error()));
  if (*there && !(*there)->is_deleting) {
    if (repeats(**there, wanted.machine)) return Decision{created(**there), std::nullopt};
    return std::unexpected(
        ApiError{"StateMachineAlreadyExists",
                 fmt::format("State Machine Already Exists: '{}'", wanted.machine.arn)});
  }
  if (*there && has_running_executions(services, **there))
    return std::unexpected(not_deleting(**there).error());
  MachineChange change{
      .before = *there, .now = wanted.machine, .definition = wanted.definition, .qualifiers = {}};
  change.qualifiers.put_verdict = wanted.verdict;
  if (wanted.machine.was_published_at_creation)
    TRY(publish(change, wanted.machine.first_version_description, wanted.machine.created_at));
  return Decision{created(wanted.machine), std::move(change)};
}

}  // namespace

void create_state_machine(ActionCall& call, OnResult done) {
  auto wanted = read_machine(call);
  if (!wanted) return done(std::unexpected(wanted.error()));
  change_machine(
      call.services,
      [&services = call.services, wanted = std::move(*wanted)] { return decide(services, wanted); },
      std::move(done));
}

}  // namespace treadle::api
