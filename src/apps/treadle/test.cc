// treadle test: cases with scripted tasks, in virtual time.
#include <cstdlib>
#include <fstream>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "apps/treadle/command.h"
#include "apps/treadle/files.h"
#include "apps/treadle/timeline.h"
#include "treadle/scenario/duration.h"
#include "treadle/scenario/read_suite.h"
#include "treadle/scenario/report.h"
#include "treadle/scenario/run_suites.h"

namespace treadle::app {
namespace {

struct Settings {
  std::vector<std::string> files;
  std::string mock_config;
  std::vector<std::string> machines;  // NAME=FILE
  std::string type = "STANDARD";      // of those
  std::string input = "{}";
  std::string format = "text";
  std::string junit;
  bool coverage = false;
  std::optional<std::uint32_t> min_coverage;
  scenario::RunOptions run;
};

auto say_why(std::string_view why) -> int {
  fmt::print(stderr, "treadle test: {}\n", why);
  return kUsage;
}

// The exit status when there is nothing to run: --help, or a mistake.
auto read_arguments(std::span<std::string const> arguments, Settings& settings)
    -> std::optional<int> {
  CLI::App app(
      "Runs the cases of YAML files (docs/testing.md) with scripted tasks, in virtual time.\n"
      "Exits with 0 if all pass, 1 if one fails or coverage is too low, 2 if a file or the command "
      "line is wrong.",
      "treadle test");
  app.add_option("FILE", settings.files, "Cases of a state machine");
  app.add_option("--mock-config", settings.mock_config,
                 "A MockConfigFile.json of Step Functions Local; SFN_MOCK_CONFIG where no file is "
                 "named");
  app.add_option("--machine", settings.machines,
                 "NAME=FILE: a state machine of the mock config; NAME.asl.json beside it without")
      ->allow_extra_args(false)
      ->check([](std::string const& text) {
        return text.find('=') == std::string::npos ? "expected NAME=FILE" : "";
      });
  app.add_option("--type", settings.type, "Of these state machines")
      ->check(CLI::IsMember({"STANDARD", "EXPRESS"}))
      ->capture_default_str();
  app.add_option("--input", settings.input, "Of the mock config's cases: JSON, or @FILE")
      ->capture_default_str();
  app.add_option("--filter", settings.run.filter, "Only cases with this in their name");
  app.add_option("--jobs", settings.run.jobs, "Threads; one a core without");
  app.add_option("--seed", settings.run.seed, "Of jitter, UUIDs and random numbers")
      ->capture_default_str();
  app.add_option("--format", settings.format, "How to print the results")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  app.add_option("--junit", settings.junit, "A file to write JUnit's XML to");
  app.add_flag("--coverage", settings.coverage, "Tell what no case went through");
  app.add_option("--min-coverage", settings.min_coverage, "Fail below so many percent")
      ->check(CLI::Range(0, 100));
  if (auto const status =
          parse_arguments(app, std::vector<std::string>(arguments.begin(), arguments.end())))
    return status;
  auto const* const config = std::getenv("SFN_MOCK_CONFIG");
  if (settings.files.empty() && settings.mock_config.empty() && config != nullptr)
    settings.mock_config = config;
  if (settings.files.empty() && settings.mock_config.empty())
    return say_why("name a file of cases, or --mock-config");
  return std::nullopt;
}

auto read_suites(Settings const& settings) -> Result<std::vector<scenario::Suite>, std::string> {
  std::vector<scenario::Suite> suites;
  suites.reserve(settings.files.size());
  for (auto const& file : settings.files) suites.push_back(TRY(scenario::read_suite(file)));
  if (settings.mock_config.empty()) return suites;
  auto const input = read_input(settings.input);
  if (!input.json) return std::unexpected(input.error);
  scenario::MockConfigOptions options{.machines = {}, .input = *input.json};
  for (auto const& text : settings.machines) {
    auto const equals = text.find('=');
    options.machines.push_back({.path = text.substr(equals + 1),
                                .name = text.substr(0, equals),
                                .type = settings.type == "EXPRESS" ? asl::MachineType::kExpress
                                                                   : asl::MachineType::kStandard});
  }
  for (auto& suite : TRY(scenario::read_mock_config_suites(settings.mock_config, options)))
    suites.push_back(std::move(suite));
  return suites;
}

auto timeline_of(scenario::Outcome const& outcome) -> std::vector<TimelineEvent> {
  std::vector<TimelineEvent> out;
  out.reserve(outcome.history.size());
  for (auto const& line : outcome.history)
    out.push_back({.type = line.type,
                   .at = line.at,
                   .name = line.name,
                   .error = line.error,
                   .cause = line.cause,
                   .id = line.id,
                   .previous_id = line.previous_id});
  return out;
}

void print_case(scenario::CaseResult const& result) {
  auto const& outcome = result.outcome;
  fmt::print("  {} {}  ({} after {})\n", result.passed() ? "ok  " : "FAIL", result.scenario->name,
             scenario::name_of(outcome.ending), scenario::print_duration(outcome.duration));
  if (result.passed()) return;
  constexpr std::size_t kShown = 20;
  for (std::size_t i = 0; i < result.differences.size() && i < kShown; ++i)
    fmt::print("       {}\n", scenario::to_text(result.differences[i]));
  if (result.differences.size() > kShown)
    fmt::print("       and {} more\n", result.differences.size() - kShown);
  fmt::print("{}", print_timeline(timeline_of(outcome), colour_for(1)));
}

void print_coverage(scenario::MachineCoverage const& machine) {
  fmt::print("coverage of {}: {} %\n", machine.machine, machine.coverage.percent());
  for (auto const part : scenario::kParts)
    if (auto const count = machine.coverage.count(part); count.total != 0)
      fmt::print("  {:<12} {} of {}\n", scenario::name_of(part), count.covered, count.total);
  for (auto const& missing : machine.coverage.missing()) fmt::print("  never: {}\n", missing);
}

void print_text(std::vector<scenario::CaseResult> const& results,
                std::vector<scenario::MachineCoverage> const& coverage) {
  std::string_view file;
  std::size_t failed = 0;
  for (auto const& result : results) {
    if (result.suite->file != file) fmt::print("{}\n", file = result.suite->file);
    print_case(result);
    failed += result.passed() ? 0 : 1;
  }
  for (auto const& machine : coverage) print_coverage(machine);
  fmt::print("{} passed, {} failed\n", results.size() - failed, failed);
}

auto write_text(std::string const& path, std::string const& text) -> bool {
  std::ofstream out(path, std::ios::binary);
  out << text;
  return static_cast<bool>(out.flush());
}

auto run(Settings const& settings) -> int {
  auto const suites = read_suites(settings);
  if (!suites) return say_why(suites.error());
  auto const results = scenario::run_suites(*suites, settings.run);
  if (results.empty())
    return say_why(fmt::format("no case has '{}' in its name", settings.run.filter));
  bool const asks_coverage = settings.coverage || settings.min_coverage;
  auto const coverage =
      asks_coverage ? scenario::coverage_of(results) : std::vector<scenario::MachineCoverage>();
  if (settings.format == "json")
    fmt::print("{}", scenario::to_json(results, coverage));
  else
    print_text(results, coverage);
  if (!settings.junit.empty() && !write_text(settings.junit, scenario::to_junit(results)))
    return say_why(fmt::format("can't write {}", settings.junit));
  auto status = kOk;
  for (auto const& result : results)
    if (!result.passed()) status = kFailed;
  for (auto const& machine : coverage)
    if (settings.min_coverage && machine.coverage.percent() < *settings.min_coverage) {
      fmt::print(stderr, "treadle test: coverage of {} is {} %, below {} %\n", machine.machine,
                 machine.coverage.percent(), *settings.min_coverage);
      status = kFailed;
    }
  return status;
}

}  // namespace

auto run_test(std::span<std::string const> arguments) -> int {
  Settings settings;
  if (auto const status = read_arguments(arguments, settings)) return *status;
  return run(settings);
}

}  // namespace treadle::app
