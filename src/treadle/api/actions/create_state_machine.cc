// CreateStateMachine. Idempotent: the same name, definition, type and settings give
// the machine that is there.

#include <fmt/format.h>

#include "treadle/api/actions/actions.h"
#include "treadle/api/actions/machine_common.h"
#include "treadle/api/arns.h"
#include "treadle/api/object_writer.h"
#include "treadle/api/parameters.h"

namespace treadle::api {
namespace {

auto created(runtime::Machine const& machine) -> std::string {
  return ObjectWriter()
      .text("stateMachineArn", machine.arn)
      .time("creationDate", machine.created_at)
      .take();
}

// The definition is compared byte by byte; role and tags are not compared. Source: API reference.
auto repeats(runtime::Machine const& there, runtime::Machine const& wanted) -> bool {
  return there.revision == wanted.revision && there.type == wanted.type &&
         there.logging_configuration == wanted.logging_configuration &&
         there.tracing_configuration == wanted.tracing_configuration &&
         there.encryption_configuration == wanted.encryption_configuration;
}

auto answer_existing(runtime::Machine const& there, runtime::Machine const& wanted)
    -> ActionResult {
  if (repeats(there, wanted)) return created(there);
  return std::unexpected(ApiError{"StateMachineAlreadyExists",
                                  fmt::format("State Machine Already Exists: '{}'", there.arn)});
}

auto read_machine(ActionCall& call, asl::DefinitionPtr& definition)
    -> std::expected<runtime::Machine, ApiError> {
  auto& services = call.services;
  auto const request = call.request;
  auto const name = *text_of(request, "name");
  if (auto const bad = check_name(name)) return std::unexpected(*bad);
  if (auto const bad = check_publish(request)) return std::unexpected(*bad);
  if (!text_of(request, "roleArn")->starts_with("arn:"))
    return std::unexpected(ApiError{
        "InvalidArn",
        fmt::format("Invalid Role Arn: '{}'", text_of(request, "roleArn")->substr(0, 256))});
  auto const settings = TRY(read_settings(request));
  runtime::Machine m;
  m.type = text_of(request, "type") == "EXPRESS" ? asl::MachineType::kExpress
                                                 : asl::MachineType::kStandard;
  definition = TRY(compile(*text_of(request, "definition"), m.type));
  m.id = services.random.next_entity_id();
  m.name = name;
  m.arn = state_machine_arn({.region = services.region, .account = services.account}, name);
  m.revision = runtime::revision_of(definition->text, m.type);
  m.role_arn = *text_of(request, "roleArn");
  m.created_at = m.updated_at = services.clock.now();
  m.logging_configuration = settings.logging;
  m.tracing_configuration = settings.tracing;
  m.encryption_configuration = settings.encryption;
  m.tags = TRY(read_tags(member_of(request, "tags"), {}));
  return m;
}

}  // namespace

void create_state_machine(ActionCall& call, OnResult done) {
  asl::DefinitionPtr definition;
  auto machine = read_machine(call, definition);
  if (!machine) return done(std::unexpected(machine.error()));
  auto const there = call.services.catalog.find_machine(machine->arn);
  if (!there) return done(std::unexpected(to_api_error(there.error())));
  if (*there && !(*there)->is_deleting) return done(answer_existing(**there, *machine));
  if (*there && has_running_executions(call.services, **there))
    return done(std::unexpected(not_deleting(**there).error()));
  auto const answer = created(*machine);
  call.services.catalog.change_machine(
      *there, *machine, definition,
      [&catalog = call.services.catalog, machine = *machine, answer,
       done = std::move(done)](runtime::Answer<bool> changed) mutable {
        if (!changed) return done(std::unexpected(to_api_error(changed.error())));
        if (*changed) return done(answer);
        auto const other = catalog.find_machine(machine.arn);  // somebody else was first
        if (!other || !*other)
          return done(std::unexpected(
              ApiError{"ConflictException", "The state machine is being changed. Try again."}));
        done(answer_existing(**other, machine));
      });
}

}  // namespace treadle::api
