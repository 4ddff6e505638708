// UpdateStateMachine: executions that run keep their revision.

#include "treadle/api/actions/actions.h"
#include "treadle/api/actions/machine_common.h"
#include "treadle/api/arns.h"
#include "treadle/api/object_writer.h"
#include "treadle/api/parameters.h"

namespace treadle::api {
namespace {

auto changed_machine(ActionCall& call, runtime::Machine now, asl::DefinitionPtr& definition)
    -> std::expected<runtime::Machine, ApiError> {
  auto const request = call.request;
  auto const settings = TRY(read_settings(request));
  if (auto const text = text_of(request, "definition")) {
    definition = TRY(compile(*text, now.type));
    now.revision = runtime::revision_of(*text, now.type);
  }
  if (auto const role = text_of(request, "roleArn")) now.role_arn = *role;
  if (!settings.logging.empty()) now.logging_configuration = settings.logging;
  if (!settings.tracing.empty()) now.tracing_configuration = settings.tracing;
  if (!settings.encryption.empty()) now.encryption_configuration = settings.encryption;
  now.revision_id = new_uuid(call.services);
  now.updated_at = call.services.clock.now();
  return now;
}

auto is_empty_update(json::Value request) -> bool {
  for (auto const* name : {"definition", "roleArn", "loggingConfiguration", "tracingConfiguration",
                           "encryptionConfiguration"})
    if (member_of(request, name) != nullptr) return false;
  return true;
}

}  // namespace

void update_state_machine(ActionCall& call, OnResult done) {
  auto const text = *text_of(call.request, "stateMachineArn");
  if (auto const arn = read_arn(text, {StatesResource::kStateMachine}); !arn)
    return done(std::unexpected(arn.error()));
  auto const found = find_machine(call.services, text);
  if (!found) return done(std::unexpected(found.error()));
  auto const before = not_deleting(*found);
  if (!before) return done(std::unexpected(before.error()));
  if (is_empty_update(call.request))
    return done(std::unexpected(ApiError{"MissingRequiredParameter",
                                         "Either the definition, the role ARN, the "
                                         "LoggingConfiguration, or the TracingConfiguration "
                                         "must be specified"}));
  if (auto const bad = check_publish(call.request)) return done(std::unexpected(*bad));
  asl::DefinitionPtr definition;
  if (text_of(call.request, "versionDescription"))
    return done(std::unexpected(ApiError{
        "ValidationException", "Version description can only be set when publish is true"}));
  auto const now = changed_machine(call, *before, definition);
  if (!now) return done(std::unexpected(now.error()));
  auto answer = ObjectWriter()
                    .time("updateDate", now->updated_at)
                    .text("revisionId", now->revision_id)
                    .take();
  call.services.catalog.change_machine(
      *before, *now, definition,
      [answer = std::move(answer), done = std::move(done)](runtime::Answer<bool> changed) mutable {
        if (!changed) return done(std::unexpected(to_api_error(changed.error())));
        if (!*changed)
          return done(std::unexpected(
              ApiError{"ConflictException", "The state machine is being changed. Try again."}));
        done(std::move(answer));
      });
}

}  // namespace treadle::api
