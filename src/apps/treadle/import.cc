// treadle import: state machines and functions out of infrastructure code.
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "apps/treadle/command.h"
#include "treadle/import/project_writer.h"
#include "treadle/import/terraform/importer.h"
#include "treadle/import/terraform/input_files.h"

namespace treadle::app {
namespace {

namespace terraform = import::terraform;

struct Settings {
  std::string path;
  std::string out;
  std::vector<std::string> variables;  // NAME=VALUE
  terraform::Place place;
};

void set_from_environment(std::string& setting, std::initializer_list<char const*> names) {
  for (auto const* name : names) {
    auto const* value = std::getenv(name);
    if (value == nullptr || *value == '\0') continue;
    setting = value;
    return;
  }
}

// The exit status when there is nothing to import: --help, or a mistake.
auto parse_arguments(std::span<std::string const> arguments, Settings& settings)
    -> std::optional<int> {
  set_from_environment(settings.place.region, {"AWS_REGION", "AWS_DEFAULT_REGION"});
  set_from_environment(settings.place.account, {"AWS_ACCOUNT_ID"});
  CLI::App app(
      "Writes the state machines of infrastructure code as NAME.asl.json, and a treadle.yaml that\n"
      "`treadle server --project` runs. Function settings that treadle.yaml has already are kept.\n"
      "Exits with 0 if all is written, 1 if a definition is invalid, 2 if something can't be read\n"
      "or written; nothing is written then.",
      "treadle import");
  app.require_subcommand(1);
  auto* command = app.add_subcommand(
      "terraform", "aws_sfn_state_machine and aws_lambda_function from .tf files");
  command->add_option("PATH", settings.path, "A folder of .tf files, or one; - is standard input")
      ->required();
  command->add_option("--out", settings.out, "The folder to write to; made if missing")->required();
  command->add_option("--var", settings.variables, "NAME=VALUE of a variable; may be repeated")
      ->allow_extra_args(false)
      ->check([](std::string const& text) {
        return text.find('=') == std::string::npos ? "expected NAME=VALUE" : "";
      });
  command->add_option("--region", settings.place.region, "Of the ARNs that are made up")
      ->capture_default_str();
  command->add_option("--account", settings.place.account, "Of the ARNs that are made up")
      ->capture_default_str();
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (CLI::ParseError const& error) {
    return app.exit(error) == 0 ? kOk : kUsage;
  }
  return std::nullopt;
}

auto split_assignment(std::string_view text) -> terraform::Assignment {
  auto const equals = text.find('=');
  return {std::string(text.substr(0, equals)), std::string(text.substr(equals + 1))};
}

auto variables_of_environment() -> std::vector<terraform::Assignment> {
  constexpr std::string_view kPrefix = "TF_VAR_";
  std::vector<terraform::Assignment> out;
  for (char** entry = environ; *entry != nullptr; ++entry)
    if (std::string_view const text = *entry; text.starts_with(kPrefix) && text.contains('='))
      out.push_back(split_assignment(text.substr(kPrefix.size())));
  return out;
}

auto read_inputs(Settings const& settings) -> Result<terraform::Inputs, std::string> {
  if (settings.path != "-") return terraform::read_input_files(settings.path);
  terraform::Inputs inputs;
  inputs.configurations.push_back({"<stdin>", {std::istreambuf_iterator<char>(std::cin), {}}});
  return inputs;
}

auto say_why(std::string_view why) -> int {
  fmt::print(stderr, "treadle import: {}\n", why);
  return kUsage;
}

void print_result(std::span<std::filesystem::path const> written,
                  import::ImportedProject const& project) {
  for (auto const& file : written) fmt::print("wrote {}\n", file.string());
  for (auto const& [function, remark] : project.functions)
    if (!function.runtime) fmt::print("function {}: {}\n", function.name, remark);
}

}  // namespace

auto run_import(std::span<std::string const> arguments) -> int {
  Settings settings;
  if (auto const status = parse_arguments(arguments, settings); status) return *status;
  auto inputs = read_inputs(settings);
  if (!inputs) return say_why(inputs.error());
  inputs->environment = variables_of_environment();
  inputs->place = settings.place;
  for (auto const& text : settings.variables) inputs->flags.push_back(split_assignment(text));

  auto const folder =
      settings.path == "-" ? terraform::folder_of(".") : terraform::folder_of(settings.path);
  terraform::Sources sources;
  auto const outcome = terraform::import_terraform(sources, std::move(*inputs),
                                                   terraform::read_below(folder), folder);
  for (auto const& problem : outcome.problems) fmt::print(stderr, "{}", sources.render(problem));
  if (outcome.verdict == terraform::Verdict::kUnreadable) return kUsage;
  if (outcome.verdict == terraform::Verdict::kInvalidDefinition) return kFailed;
  if (outcome.project.state_machines.empty())
    fmt::print(stderr, "treadle import: warning: there is no aws_sfn_state_machine in {}\n",
               settings.path);
  auto const written = import::write_project(settings.out, outcome.project);
  if (!written) return say_why(written.error());
  print_result(*written, outcome.project);
  return kOk;
}

}  // namespace treadle::app
