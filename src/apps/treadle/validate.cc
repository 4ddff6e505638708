// treadle validate: what ValidateStateMachineDefinition would say of definitions in files.
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
#include "treadle/asl/parser.h"
#include "treadle/json/print.h"
#include "treadle/lint/text_position.h"

namespace treadle::app {
namespace {

enum class Format : std::uint8_t { kText, kJson };

struct Settings {
  Format format = Format::kText;
  asl::ParseOptions options;
  std::vector<std::string> files;
};

struct Placed {
  asl::Diagnostic diagnostic;
  lint::TextPosition position;
};

struct Verdict {
  std::string file;
  std::vector<Placed> diagnostics;
  bool is_ok = false;
};

auto severity_name(asl::Severity severity) -> std::string_view {
  return severity == asl::Severity::kError ? "ERROR" : "WARNING";
}

void append_member(std::string& out, std::string_view key, std::string_view value) {
  if (out.back() != '{') out += ',';
  json::append_string(out, key);
  out += ':';
  json::append_string(out, value);
}

auto to_json(Placed const& placed) -> std::string {
  auto const& [diagnostic, position] = placed;
  std::string out = "{";
  append_member(out, "severity", severity_name(diagnostic.severity));
  append_member(out, "code", diagnostic.code);
  append_member(out, "message", diagnostic.message);
  if (!diagnostic.location.empty()) append_member(out, "location", diagnostic.location);
  return out + fmt::format(",\"line\":{},\"column\":{}}}", position.line, position.column);
}

enum class FileName : std::uint8_t { kLeftOut, kShown };

auto to_json(Verdict const& verdict, FileName file_name) -> std::string {
  std::string out = "{";
  if (file_name == FileName::kShown) append_member(out, "file", verdict.file);
  append_member(out, "result", verdict.is_ok ? "OK" : "FAIL");
  std::vector<std::string> diagnostics;
  diagnostics.reserve(verdict.diagnostics.size());
  for (auto const& diagnostic : verdict.diagnostics) diagnostics.push_back(to_json(diagnostic));
  return out + fmt::format(",\"diagnostics\":[{}]}}", fmt::join(diagnostics, ","));
}

// One object for one file, an array for several.
void print_json(std::span<Verdict const> verdicts) {
  if (verdicts.size() == 1) {
    fmt::print("{}\n", to_json(verdicts.front(), FileName::kLeftOut));
    return;
  }
  std::vector<std::string> objects;
  objects.reserve(verdicts.size());
  for (auto const& verdict : verdicts) objects.push_back(to_json(verdict, FileName::kShown));
  fmt::print("[{}]\n", fmt::join(objects, ",\n "));
}

// "file:line:column: ERROR CODE: message at /States/S", without the place in the tree where there
// is none.
void print_text(std::span<Verdict const> verdicts) {
  for (auto const& verdict : verdicts) {
    for (auto const& [diagnostic, position] : verdict.diagnostics)
      fmt::print("{}:{}:{}: {} {}: {}{}{}\n", verdict.file, position.line, position.column,
                 severity_name(diagnostic.severity), diagnostic.code, diagnostic.message,
                 diagnostic.location.starts_with('/') ? " at " : "",
                 diagnostic.location.starts_with('/') ? diagnostic.location : "");
    if (verdict.is_ok) fmt::print("{}: OK\n", verdict.file);
  }
}

// The exit status when there is nothing to validate: --help, or a mistake.
auto parse_arguments(std::span<std::string const> arguments, Settings& settings)
    -> std::optional<int> {
  CLI::App app(
      "Checks state machine definitions as AWS Step Functions would.\n"
      "Exits with 0 if all are valid, 1 if one is not, 2 if a file can't be read.",
      "treadle validate");
  std::string format = "text";
  std::string type = "STANDARD";
  app.add_option("--format", format, "How to print the result")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  app.add_option("--type", type, "Of the state machine")
      ->check(CLI::IsMember({"STANDARD", "EXPRESS"}))
      ->capture_default_str();
  app.add_flag("--strict-aws", settings.options.strict_aws,
               "Refuse what treadle runs but AWS refuses");
  app.add_option("FILE", settings.files, "A definition; - is standard input")->required();
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (CLI::ParseError const& error) {
    return app.exit(error) == 0 ? kOk : kUsage;
  }
  settings.format = format == "json" ? Format::kJson : Format::kText;
  if (type == "EXPRESS") settings.options.type = asl::MachineType::kExpress;
  return std::nullopt;
}

}  // namespace

auto run_validate(std::span<std::string const> arguments) -> int {
  Settings settings;
  if (auto const status = parse_arguments(arguments, settings); status) return *status;
  std::vector<Verdict> verdicts;
  auto status = kOk;
  for (auto const& file : settings.files) {
    auto const text = read_file(file);
    if (!text) {
      fmt::print(stderr, "treadle validate: can't read {}\n", file);
      return kUsage;
    }
    auto outcome = asl::parse_definition(*text, settings.options);
    auto const is_ok = outcome.definition != nullptr;
    if (!is_ok) status = kFailed;
    Verdict verdict{file == "-" ? "<stdin>" : file, {}, is_ok};
    for (auto& diagnostic : outcome.diagnostics) {
      auto const position = lint::position_of(*text, diagnostic);
      verdict.diagnostics.push_back({std::move(diagnostic), position});
    }
    verdicts.push_back(std::move(verdict));
  }
  if (settings.format == Format::kJson)
    print_json(verdicts);
  else
    print_text(verdicts);
  return status;
}

}  // namespace treadle::app
