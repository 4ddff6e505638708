// DescribeStateMachine, DescribeStateMachineForExecution, DeleteStateMachine, ListStateMachines.

#include "treadle/api/actions/actions.h"
#include "treadle/api/actions/machine_common.h"
#include "treadle/api/arns.h"
#include "treadle/api/object_writer.h"
#include "treadle/api/page_token.h"
#include "treadle/api/parameters.h"

namespace treadle::api {
namespace {

constexpr std::size_t kPage = 100;
constexpr std::size_t kPageMax = 1'000;

auto included_data(json::Value request) -> IncludedData {
  return text_of(request, "includedData") == "METADATA_ONLY" ? IncludedData::kMetadata
                                                             : IncludedData::kAll;
}

}  // namespace

void describe_state_machine(ActionCall& call, OnResult done) {
  using enum StatesResource;
  auto const text = *text_of(call.request, "stateMachineArn");
  auto const arn = read_arn(text, {kStateMachine, kQualifiedStateMachine});
  if (!arn) return done(std::unexpected(arn.error()));
  auto const machine = find_machine(call.services, text);
  if (!machine) return done(std::unexpected(machine.error()));
  auto const definition = call.services.catalog.definitions().find(machine->revision);
  if (!definition)
    return done(std::unexpected(ApiError{"InternalFailure", "The definition is missing.", 500}));
  done(describe_machine(*machine, definition->text, included_data(call.request)));
}

void describe_state_machine_for_execution(ActionCall& call, OnResult done) {
  auto const text = *text_of(call.request, "executionArn");
  if (auto const arn = read_arn(text, {StatesResource::kExecution}); !arn)
    return done(std::unexpected(arn.error()));
  auto const execution = call.services.router.describe_execution(text);
  if (!execution) return done(std::unexpected(to_api_error(execution.error())));
  auto const& summary = execution->summary;
  auto const definition = call.services.catalog.definitions().find(summary.revision);
  auto const machine = call.services.catalog.find_machine(summary.state_machine_arn);
  if (!definition || !machine)
    return done(std::unexpected(ApiError{"InternalFailure", "The definition is missing.", 500}));
  runtime::Machine shown = *machine ? **machine : runtime::Machine{};
  shown.arn = summary.state_machine_arn;
  shown.name = summary.state_machine_arn.substr(summary.state_machine_arn.rfind(':') + 1);
  ObjectWriter out;
  out.text("stateMachineArn", shown.arn).text("name", shown.name);
  if (included_data(call.request) == IncludedData::kAll) out.text("definition", definition->text);
  out.text("roleArn", summary.role_arn)
      .time("updateDate", *machine ? shown.updated_at : summary.started_at)
      .raw("loggingConfiguration", shown.logging_configuration.empty()
                                       ? R"({"level":"OFF","includeExecutionData":false})"
                                       : shown.logging_configuration)
      .raw("tracingConfiguration", shown.tracing_configuration.empty()
                                       ? R"({"enabled":false})"
                                       : shown.tracing_configuration);
  if (!shown.revision_id.empty() && shown.revision == summary.revision)
    out.text("revisionId", shown.revision_id);
  done(out.take());
}

// Deleting what is not there succeeds. Source: API reference; recorded.
// DIFFERS: running executions go on to their end; AWS ends them at their next transition.
void delete_state_machine(ActionCall& call, OnResult done) {
  using enum StatesResource;
  auto const text = *text_of(call.request, "stateMachineArn");
  if (auto const arn = read_arn(text, {kStateMachine}); !arn)
    return done(std::unexpected(arn.error()));
  auto const machine = call.services.catalog.find_machine(text);
  if (!machine) return done(std::unexpected(to_api_error(machine.error())));
  if (!*machine) return done("{}");
  auto told = [done = std::move(done)](runtime::Answer<bool> changed) mutable {
    if (!changed) return done(std::unexpected(to_api_error(changed.error())));
    done("{}");
  };
  if (!has_running_executions(call.services, **machine))
    return call.services.catalog.erase_machine(**machine, std::move(told));
  auto deleting = **machine;
  deleting.is_deleting = true;
  call.services.catalog.change_machine(*machine, deleting, nullptr, std::move(told));
}

void list_state_machines(ActionCall& call, OnResult done) {
  auto& services = call.services;
  std::string after;
  if (auto const token = text_of(call.request, "nextToken")) {
    auto position = read_page_token(services, "ListStateMachines", *token);
    if (!position) return done(std::unexpected(position.error()));
    after = std::move(*position);
  }
  auto const wanted = number_of(call.request, "maxResults").value_or(0);
  auto const limit = wanted == 0 ? kPage : std::min(static_cast<std::size_t>(wanted), kPageMax);
  auto const machines = services.catalog.list_machines(after, limit + 1);
  if (!machines) return done(std::unexpected(to_api_error(machines.error())));
  std::string list = "[";
  auto const count = std::min(limit, machines->size());
  for (std::size_t i = 0; i < count; ++i) {
    auto const& m = (*machines)[i];
    if (i != 0) list += ',';
    list += ObjectWriter()
                .text("stateMachineArn", m.arn)
                .text("name", m.name)
                .text("type", type_name(m.type))
                .time("creationDate", m.created_at)
                .take();
  }
  ObjectWriter out;
  out.raw("stateMachines", list + "]");
  if (machines->size() > limit)
    out.text("nextToken",
             make_page_token(services, "ListStateMachines", (*machines)[count - 1].arn));
  done(out.take());
}

}  // namespace treadle::api
