// DescribeStateMachine, DescribeStateMachineForExecution, DeleteStateMachine, ListStateMachines.

#include "treadle/api/actions/actions.h"
#include "treadle/api/actions/machine_common.h"
#include "treadle/api/actions/machine_versions.h"
#include "treadle/api/actions/paging.h"
#include "treadle/api/arns.h"
#include "treadle/api/object_writer.h"
#include "treadle/api/page_token.h"
#include "treadle/api/parameters.h"

namespace treadle::api {
namespace {

auto missing_definition() -> std::unexpected<ApiError> {
  return std::unexpected(ApiError{"InternalFailure", "The definition is missing.", 500});
}

auto describe(ActionCall const& call) -> ActionResult {
  auto const text = *text_of(call.request, "stateMachineArn");
  auto const target = TRY(find_target(call.services, text, Routing::kHeaviest));
  auto const& m = target.machine;
  auto const definition = call.services.catalog.definitions().find(m.revision);
  if (!definition) return missing_definition();
  ObjectWriter out;
  out.text("stateMachineArn", target.version ? target.version_arn() : m.arn)
      .text("name", m.name)
      .text("status", m.is_deleting ? "DELETING" : "ACTIVE");
  add_definition(out, *definition, included_data(call.request));
  out.text("roleArn", m.role_arn)
      .text("type", type_name(m.type))
      .time("creationDate", m.created_at);
  add_settings(out, m);
  if (!m.description.empty()) out.text("description", m.description);
  return out.take();
}

// Definition, role and revision are those that the execution runs with.
auto describe_for_execution(ActionCall const& call) -> ActionResult {
  auto const text = *text_of(call.request, "executionArn");
  TRY(read_arn(text, {StatesResource::kExecution}));
  auto const execution = call.services.router.describe_execution(text);
  if (!execution) return std::unexpected(to_api_error(execution.error()));
  auto const& summary = execution->summary;
  auto const definition = call.services.catalog.definitions().find(summary.revision);
  auto const machine = call.services.catalog.find_machine(summary.state_machine_arn);
  if (!machine) return std::unexpected(to_api_error(machine.error()));
  if (!definition) return missing_definition();
  runtime::Machine shown = *machine ? **machine : runtime::Machine{};
  shown.revision_id = summary.revision_id;
  ObjectWriter out;
  out.text("stateMachineArn", summary.state_machine_arn)
      .text("name", summary.state_machine_arn.substr(summary.state_machine_arn.rfind(':') + 1));
  add_definition(out, *definition, included_data(call.request));
  out.text("roleArn", summary.role_arn).time("updateDate", summary.revised_at);
  add_settings(out, shown);
  return out.take();
}

}  // namespace

void describe_state_machine(ActionCall& call, OnResult done) { done(describe(call)); }

void describe_state_machine_for_execution(ActionCall& call, OnResult done) {
  done(describe_for_execution(call));
}

namespace {

auto decide_delete(Services& services, std::string_view text) -> std::expected<Decision, ApiError> {
  auto const machine = services.catalog.find_machine(text);
  if (!machine) return std::unexpected(to_api_error(machine.error()));
  if (!*machine) return Decision{"{}", std::nullopt};
  auto change = begin_change(**machine);
  if (!has_running_executions(services, **machine)) {
    change.now = std::nullopt;
    return Decision{"{}", std::move(change)};
  }
  auto all = services.catalog.all_qualifiers(**machine);
  if (!all) return std::unexpected(to_api_error(all.error()));
  change.qualifiers = std::move(*all);
  change.now->is_deleting = true;
  change.now->version_count = change.now->alias_count = change.now->published_version = 0;
  return Decision{"{}", std::move(change)};
}

}  // namespace

// Deleting what is not there succeeds. Source: API reference; recorded.
// DIFFERS: running executions go on to their end; AWS ends them at their next transition.
void delete_state_machine(ActionCall& call, OnResult done) {
  using enum StatesResource;
  auto const text = *text_of(call.request, "stateMachineArn");
  if (auto const arn = read_arn(text, {kStateMachine}); !arn)
    return done(std::unexpected(arn.error()));
  change_machine(
      call.services,
      [&services = call.services, text = std::string(text)] {
        return decide_delete(services, text);
      },
      std::move(done));
}

void list_state_machines(ActionCall& call, OnResult done) {
  constexpr std::string_view kPurpose = "ListStateMachines";
  auto const page = read_page(call, kPurpose);
  if (!page) return done(std::unexpected(page.error()));
  auto machines = call.services.catalog.list_machines(page->after, page->limit + 1);
  if (!machines) return done(std::unexpected(to_api_error(machines.error())));
  bool const more = machines->size() > page->limit;
  if (more) machines->pop_back();
  ListWriter items;
  for (auto const& m : *machines)
    items.add(ObjectWriter()
                  .text("stateMachineArn", m.arn)
                  .text("name", m.name)
                  .text("type", type_name(m.type))
                  .time("creationDate", m.created_at));
  ObjectWriter out;
  out.raw("stateMachines", items.take());
  if (more)
    out.text("nextToken", make_page_token(seal_of(call.services), kPurpose, machines->back().arn));
  done(out.take());
}

}  // namespace treadle::api
