// treadle lint: what definitions in files are likely to get wrong.
#include "treadle/lint/lint.h"

#include <algorithm>
#include <cstdio>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "apps/treadle/command.h"
#include "apps/treadle/files.h"
#include "treadle/lint/print.h"

namespace treadle::app {
namespace {

struct Settings {
  std::string format = "text";
  lint::Level least = lint::Level::kNote;  // findings below are left out
  lint::Options options;
  std::vector<std::string> files;
};

auto rule_codes() -> std::vector<std::string> {
  std::vector<std::string> codes;
  for (auto const& rule : lint::all_rules()) codes.emplace_back(rule.code);
  return codes;
}

// The exit status when there is nothing to look at: --help, or a mistake.
auto read_arguments(std::span<std::string const> arguments, Settings& settings)
    -> std::optional<int> {
  CLI::App app(
      "Finds what state machine definitions are likely to get wrong.\n"
      "Exits with 0 if there are no warnings and no errors, 1 if there are (notes do not count), 2 "
      "if a file can't be read.",
      "treadle lint");
  std::string type = "STANDARD";
  std::string level = "note";
  std::vector<std::string> disabled;
  app.add_option("--format", settings.format, "How to print the findings")
      ->check(CLI::IsMember({"text", "json", "sarif"}))
      ->capture_default_str();
  app.add_option("--level", level, "The least that is printed")
      ->check(CLI::IsMember({"note", "warning", "error"}))
      ->capture_default_str();
  app.add_option("--type", type, "Of the state machine")
      ->check(CLI::IsMember({"STANDARD", "EXPRESS"}))
      ->capture_default_str();
  app.add_option("--disable", disabled, "Rules that say nothing, with commas between")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("CODE")
      ->check(CLI::IsMember(rule_codes()));
  app.add_flag("--strict-aws", settings.options.strict_aws, "Count what AWS refuses as an error");
  app.add_option("FILE", settings.files, "A definition; - is standard input")->required();
  if (auto const status =
          parse_arguments(app, std::vector<std::string>(arguments.begin(), arguments.end()));
      status)
    return status;
  for (auto const& code : disabled)
    if (auto const rule = lint::find_rule(code); rule) settings.options.disabled.insert(*rule);
  if (type == "EXPRESS") settings.options.type = asl::MachineType::kExpress;
  if (level == "warning") settings.least = lint::Level::kWarning;
  if (level == "error") settings.least = lint::Level::kError;
  return std::nullopt;
}

void print(std::string_view format, std::span<lint::FileFindings const> files) {
  auto const text = format == "json"    ? lint::to_json(files)
                    : format == "sarif" ? lint::to_sarif(files)
                                        : lint::to_text(files);
  std::fwrite(text.data(), 1, text.size(), stdout);
}

}  // namespace

auto run_lint(std::span<std::string const> arguments) -> int {
  Settings settings;
  if (auto const status = read_arguments(arguments, settings); status) return *status;
  std::vector<lint::FileFindings> files;
  auto status = kOk;
  for (auto const& file : settings.files) {
    auto const text = read_file(file);
    if (!text) {
      fmt::print(stderr, "treadle lint: can't read {}\n", file);
      return kUsage;
    }
    auto findings = lint::lint(*text, settings.options);
    if (std::ranges::any_of(findings, [](lint::Finding const& finding) {
          return finding.level != lint::Level::kNote;
        }))
      status = kFailed;
    std::erase_if(findings,
                  [&](lint::Finding const& finding) { return finding.level < settings.least; });
    files.push_back({file == "-" ? "<stdin>" : file, std::move(findings)});
  }
  print(settings.format, files);
  return status;
}

}  // namespace treadle::app
