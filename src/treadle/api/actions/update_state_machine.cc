// UpdateStateMachine: executions that run keep their revision. An update that changes nothing makes
// no revision (recorded).

#include "treadle/api/actions/actions.h"
#include "treadle/api/actions/machine_common.h"
#include "treadle/api/actions/machine_versions.h"
#include "treadle/api/arns.h"
#include "treadle/api/object_writer.h"
#include "treadle/api/parameters.h"
#include "treadle/api/saga_verdict.h"

namespace treadle::api {
namespace {

struct Update {
  std::string machine_arn;
  asl::DefinitionPtr definition;                // null where the request has none
  std::optional<runtime::SagaVerdict> verdict;  // on that, under the tags when it was read
  std::string role_arn;                         // these are empty where it has none
  MachineSettings settings;
  bool publish = false;
  std::string version_description;
};

auto is_empty_update(json::Value request) -> bool {
  for (auto const* name : {"definition", "roleArn", "loggingConfiguration", "tracingConfiguration",
                           "encryptionConfiguration"})
    if (member_of(request, name) != nullptr) return false;
  return true;
}

// The machine to change.
auto find_target_machine(Services const& services, std::string_view arn)
    -> std::expected<runtime::Machine, ApiError> {
  TRY(read_arn(arn, {StatesResource::kStateMachine}));
  return find_active_machine(services, arn);
}

auto revised(runtime::Machine machine, asl::Definition const& definition) -> runtime::Machine {
  machine.revision = runtime::revision_of(definition.text, machine.type);
  return machine;
}

auto read_update(ActionCall& call) -> std::expected<Update, ApiError> {
  auto const request = call.request;
  Update out;
  out.machine_arn = *text_of(request, "stateMachineArn");
  auto const machine = TRY(find_target_machine(call.services, out.machine_arn));
  if (is_empty_update(request))
    return std::unexpected(ApiError{"MissingRequiredParameter",
                                    "Either the definition, the role ARN, the "
                                    "LoggingConfiguration, or the TracingConfiguration "
                                    "must be specified"});
  if (auto const bad = check_publish(request)) return std::unexpected(*bad);
  out.settings = TRY(read_settings(request));
  out.role_arn = text_of(request, "roleArn").value_or("");
  if (text_of(request, "roleArn"))
    if (auto const bad = check_role(out.role_arn)) return std::unexpected(*bad);
  if (auto const text = text_of(request, "definition")) {
    out.definition = TRY(compile(*text, machine.type));
    out.verdict = TRY(
        judge_saga(out.definition, revised(machine, *out.definition), call.services.clock.now()));
  }
  out.publish = flag_of(request, "publish", false);
  out.version_description = text_of(request, "versionDescription").value_or("");
  return out;
}

void take(std::string& setting, std::string const& given) {
  if (!given.empty()) setting = given;
}

auto decide(Services& services, Update const& update) -> std::expected<Decision, ApiError> {
  auto change = begin_change(TRY(find_target_machine(services, update.machine_arn)));
  auto const& before = *change.before;
  auto& now = *change.now;
  if (update.definition) {
    now = revised(std::move(now), *update.definition);
    change.definition = update.definition;
    // Somebody may have changed the tags meanwhile.
    change.qualifiers =
        verdict_change(before, now,
                       is_of_tags(update.verdict, now.tags)
                           ? update.verdict
                           : TRY(judge_saga(update.definition, now, services.clock.now())));
  }
  take(now.role_arn, update.role_arn);
  take(now.logging_configuration, update.settings.logging);
  take(now.tracing_configuration, update.settings.tracing);
  take(now.encryption_configuration, update.settings.encryption);
  bool const is_new = now.revision != before.revision || now.role_arn != before.role_arn ||
                      !same_settings(now, before);
  if (is_new) {
    now.revision_id = new_uuid(services);
    now.updated_at = services.clock.now();
    now.published_version = 0;
  }
  ObjectWriter answer;
  answer.time("updateDate", now.updated_at);
  if (!now.revision_id.empty()) answer.text("revisionId", now.revision_id);
  if (update.publish) {
    auto const number = TRY(publish(change, update.version_description, services.clock.now()));
    answer.text("stateMachineVersionArn", version_arn(now, number));
  }
  if (!is_new && !change.qualifiers.put_version) return Decision{answer.take(), std::nullopt};
  return Decision{answer.take(), std::move(change)};
}

}  // namespace

void update_state_machine(ActionCall& call, OnResult done) {
  auto update = read_update(call);
  if (!update) return done(std::unexpected(update.error()));
  change_machine(
      call.services,
      [&services = call.services, update = std::move(*update)] { return decide(services, update); },
      std::move(done));
}

}  // namespace treadle::api
