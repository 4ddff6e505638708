#include "treadle/scenario/machine_source.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "treadle/asl/parser.h"
#include "treadle/base/limits.h"
#include "treadle/import/files.h"
#include "treadle/import/project.h"
#include "treadle/import/terraform/importer.h"
#include "treadle/import/terraform/input_files.h"
#include "treadle/scenario/nearest_name.h"

namespace treadle::scenario {
namespace {

namespace terraform = import::terraform;

using Loaded = Result<std::shared_ptr<Machine const>, std::string>;

auto refuse(MachineSource const& source, std::string_view why) -> std::unexpected<std::string> {
  return std::unexpected(fmt::format("{}: {}", source.path.string(), why));
}

auto make(MachineSource const& source, std::string name, asl::MachineType type,
          std::string_view text) -> Loaded {
  auto const parsed = asl::parse_definition(text, {.type = type});
  if (!parsed.definition) return refuse(source, asl::invalid_definition_text(parsed.diagnostics));
  for (auto const& state : parsed.definition->states) {
    auto const* const map = std::get_if<asl::Map>(&state.details);
    if (map != nullptr && map->mode == asl::MapMode::kDistributed)
      return refuse(
          source, fmt::format("state '{}' is a distributed Map, which can't run yet", state.name));
  }
  return std::make_shared<Machine const>(Machine{std::move(name), type, parsed.definition});
}

auto pick(MachineSource const& source, std::vector<import::StateMachine> const& machines)
    -> Loaded {
  auto const names = names_in(machines);
  if (machines.empty()) return refuse(source, "there is no state machine");
  if (source.name.empty() && machines.size() > 1)
    return refuse(source, fmt::format("there are several state machines: name one of {}",
                                      fmt::join(names, ", ")));
  auto const at = source.name.empty()
                      ? machines.begin()
                      : std::ranges::find(machines, source.name, &import::StateMachine::name);
  if (at == machines.end())
    return refuse(source, fmt::format("there is no state machine '{}'{}", source.name,
                                      did_you_mean(source.name, names)));
  return make(source, at->name, at->type, at->definition);
}

auto load_definition(MachineSource const& source) -> Loaded {
  auto const text = TRY(import::read_file(source.path, limits::kDefinitionBytes));
  auto const file = source.path.filename().string();
  return make(source, source.name.empty() ? file.substr(0, file.find('.')) : source.name,
              source.type, text);
}

auto load_terraform(MachineSource const& source) -> Loaded {
  auto inputs = TRY(terraform::read_input_files(source.path));
  inputs.flags = source.variables;
  auto const folder = terraform::folder_of(source.path);
  terraform::Sources sources;
  auto const outcome = terraform::import_terraform(sources, std::move(inputs),
                                                   terraform::read_below(folder), folder);
  if (outcome.verdict == terraform::Verdict::kOk)
    return pick(source, outcome.project.state_machines);
  std::string problems;
  for (auto const& problem : outcome.problems)
    if (problem.severity == terraform::Severity::kError) problems += sources.render(problem);
  if (problems.ends_with('\n')) problems.pop_back();
  return std::unexpected(problems);
}

}  // namespace

auto load_machine(MachineSource const& source) -> Loaded {
  switch (source.kind) {
    case MachineSource::Kind::kDefinition: return load_definition(source);
    case MachineSource::Kind::kTerraform: return load_terraform(source);
    case MachineSource::Kind::kProject: {
      auto const project = TRY(import::load_project(source.path));
      return pick(source, project.state_machines);
    }
  }
  return refuse(source, "there is no state machine");
}

}  // namespace treadle::scenario
