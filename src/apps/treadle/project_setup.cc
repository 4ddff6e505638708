#include "apps/treadle/project_setup.h"

#include <future>

#include <fmt/format.h>

#include "treadle/api/object_writer.h"
#include "treadle/api/saga_verdict.h"
#include "treadle/asl/parser.h"
#include "treadle/base/arn.h"
#include "treadle/base/assert.h"
#include "treadle/base/log.h"
#include "treadle/base/random.h"

namespace treadle::app {
namespace {

using integrations::functions::FunctionRuntime;

auto logging_json(import::LoggingConfiguration const& logging) -> std::string {
  api::ObjectWriter out;
  out.text("level", logging.level).flag("includeExecutionData", logging.include_execution_data);
  if (!logging.log_group_arn.empty()) {
    auto const group = api::ObjectWriter().text("logGroupArn", logging.log_group_arn).take();
    out.raw("destinations",
            "[" + api::ObjectWriter().raw("cloudWatchLogsLogGroup", group).take() + "]");
  }
  return out.take();
}

auto wanted(Node& node, import::StateMachine const& machine, asl::Definition const& definition)
    -> runtime::Machine {
  auto const& options = node.engine().options();
  runtime::Machine m;
  m.id = node.shared_random().next_entity_id();
  m.name = machine.name;
  m.arn = state_machine_arn({.region = options.region, .account = options.account}, machine.name);
  m.type = machine.type;
  m.revision = runtime::revision_of(definition.text, machine.type);
  m.role_arn = machine.role_arn;
  m.created_at = m.updated_at = node.clock().now();
  if (machine.logging) m.logging_configuration = logging_json(*machine.logging);
  if (machine.is_tracing_enabled) m.tracing_configuration = R"({"enabled":true})";
  for (auto const& [key, value] : machine.tags) m.tags.push_back({key, value});
  return m;
}

auto is_same(runtime::Machine const& a, runtime::Machine const& b) -> bool {
  return a.revision == b.revision && a.role_arn == b.role_arn &&
         a.logging_configuration == b.logging_configuration &&
         a.tracing_configuration == b.tracing_configuration && a.tags == b.tags && !a.is_deleting;
}

struct Entry {
  import::StateMachine const* machine;
  asl::DefinitionPtr definition;
};

auto parse(import::StateMachine const& machine) -> Result<Entry, std::string> {
  auto const parsed = asl::parse_definition(machine.definition, {.type = machine.type});
  for (auto const& d : parsed.diagnostics)
    if (d.severity == asl::Severity::kWarning)
      log(LogLevel::kWarning, d.message,
          {{"stateMachine", machine.name}, {"location", d.location}, {"code", d.code}});
  if (parsed.definition) return Entry{&machine, parsed.definition};
  return std::unexpected(
      fmt::format("{}: {}", machine.place, asl::invalid_definition_text(parsed.diagnostics)));
}

auto apply(Node& node, Entry const& entry) -> Result<void, std::string> {
  auto const fail = [&](std::string_view why) {
    return std::unexpected(fmt::format("{}: {}", entry.machine->place, why));
  };
  auto now = wanted(node, *entry.machine, *entry.definition);
  auto const before = node.catalog().find_machine(now.arn);
  if (!before) return fail(before.error().message);
  if (*before && is_same(**before, now)) return {};
  auto verdict = api::judge_saga(entry.definition, now, node.clock().now());
  if (!verdict) return fail(verdict.error().message);
  if (*before && (*before)->type != now.type)
    return fail(
        "the state machine is there with another type, which can't change: delete it first");
  if (*before) {
    now.id = (*before)->id;
    now.created_at = (*before)->created_at;
    auto const high = node.shared_random().next_u64();
    now.revision_id = uuid_v4(high, node.shared_random().next_u64());
  }
  std::promise<runtime::Answer<bool>> changed;
  node.catalog().change_machine(
      *before, now, entry.definition,
      [&changed](runtime::Answer<bool> answer) { changed.set_value(std::move(answer)); },
      api::verdict_change(*before, now, *std::move(verdict)));
  auto const answer = changed.get_future().get();
  if (!answer) return fail(answer.error().message);
  TREADLE_ASSERT(*answer);  // nobody else changes machines before the server listens
  log(LogLevel::kInfo, *before ? "state machine updated" : "state machine created",
      {{"name", now.name}, {"arn", now.arn}});
  return {};
}

}  // namespace

auto local_functions(import::Project const& project)
    -> std::vector<integrations::functions::FunctionSpec> {
  std::vector<integrations::functions::FunctionSpec> out;
  for (auto const& f : project.functions) {
    if (!f.runtime) continue;
    integrations::functions::FunctionSpec spec;
    spec.name = f.name;
    constexpr FunctionRuntime kRuntimes[] = {FunctionRuntime::kNodejs, FunctionRuntime::kPython,
                                             FunctionRuntime::kCommand, FunctionRuntime::kHttp};
    spec.runtime = kRuntimes[static_cast<std::size_t>(*f.runtime)];
    spec.handler = f.handler;
    spec.command = f.command;
    spec.url = f.url;
    spec.code = f.code.string();
    spec.environment = {f.environment.begin(), f.environment.end()};
    if (f.timeout) spec.timeout = *f.timeout;
    if (f.memory_mb) spec.memory_mb = *f.memory_mb;
    out.push_back(std::move(spec));
  }
  return out;
}

auto apply_project(Node& node, import::Project const& project) -> Result<void, std::string> {
  std::vector<Entry> entries;
  for (auto const& machine : project.state_machines) entries.push_back(TRY(parse(machine)));
  for (auto const& entry : entries) TRY(apply(node, entry));
  return {};
}

}  // namespace treadle::app
