// treadle saga: sagas to state machines, and whether every execution ends complete or compensated.
#include <array>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "apps/treadle/command.h"
#include "apps/treadle/files.h"
#include "apps/treadle/saga_input.h"
#include "apps/treadle/timeline.h"
#include "treadle/json/print.h"
#include "treadle/saga/check.h"
#include "treadle/saga/print.h"

namespace treadle::app {
namespace {

constexpr int kUnknown = 3;

struct Settings {
  SagaOptions input;
  std::string out;
  std::string format;
};

auto say_why(std::string_view command, std::string_view why) -> int {
  fmt::print(stderr, "treadle saga {}: {}\n", command, why);
  return kUsage;
}

// To --out, or to standard output.
auto put(std::string_view command, Settings const& settings, std::string const& text) -> int {
  if (settings.out.empty()) {
    std::fwrite(text.data(), 1, text.size(), stdout);
    return kOk;
  }
  std::ofstream out(settings.out, std::ios::binary);
  out << text;
  if (!out.flush()) return say_why(command, fmt::format("can't write {}", settings.out));
  return kOk;
}

auto run_compile(std::vector<std::string> const& arguments) -> int {
  CLI::App app(
      "Compiles a saga (YAML, JSON or a JavaScript listing) to Amazon States Language.\n"
      "Exits with 0, or 2 if the saga is wrong.",
      "treadle saga compile");
  Settings settings{.input = {}, .out = {}, .format = "text"};
  app.add_option("FILE", settings.input.file, "The saga; - is standard input")->required();
  app.add_option("--out", settings.out, "A file to write to instead of standard output");
  app.add_option("--format", settings.format,
                 "json: {\"definition\": the text} instead of the definition itself")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  settings.input.add_account_to(app);
  if (auto const status = parse_arguments(app, arguments)) return *status;
  auto const text = compile_saga(settings.input);
  if (!text) return say_why("compile", text.error());
  return put("compile", settings,
             settings.format == "json"
                 ? fmt::format("{{\"definition\":{}}}\n", json::print_string(*text))
                 : *text);
}

void add_input(CLI::App& app, Settings& settings) {
  app.add_option("FILE", settings.input.file,
                 "A saga, or a definition in Amazon States Language; - is standard input");
  app.add_option("--out", settings.out, "A file to write to instead of standard output");
  settings.input.add_roles_to(app);
}

auto status_of(saga::Verdict verdict) -> int {
  switch (verdict) {
    case saga::Verdict::kVerified: return kOk;
    case saga::Verdict::kCounterexample: return kFailed;
    case saga::Verdict::kUnknown: break;
  }
  return kUnknown;
}

auto run_check_saga(std::vector<std::string> const& arguments) -> int {
  CLI::App app(
      "Checks that every execution of a saga or a state machine ends complete or fully "
      "compensated.\n"
      "Exits with 0 if that is verified, 1 if there is a counterexample, 2 if the input is wrong, "
      "3 "
      "if a limit was hit.",
      "treadle saga check");
  Settings settings{.input = {}, .out = {}, .format = "text"};
  add_input(app, settings);
  saga::CheckLimits limits;
  app.add_option("--states-max", limits.states, "The most states of the product to explore")
      ->capture_default_str();
  app.add_option("--format", settings.format, "How to print the answer")
      ->check(CLI::IsMember({"text", "json", "dot", "mermaid"}))
      ->capture_default_str();
  if (auto const status = parse_arguments(app, arguments)) return *status;
  auto const input = read_saga_input(settings.input);
  if (!input) return say_why("check", input.error());
  auto const began = std::chrono::steady_clock::now();
  auto const report = saga::check(input->definition, input->roles, limits);
  if (!report) return say_why("check", report.error());
  auto const ms = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - began);
  auto const& format = settings.format;
  auto const colour = settings.out.empty() && colour_for(1) == Colour::kOn ? saga::Colour::kAnsi
                                                                           : saga::Colour::kNone;
  auto const text = format == "json"   ? to_json(*report, static_cast<std::uint64_t>(ms.count()))
                    : format == "text" ? to_text(*report, colour)
                                       : to_graph(*input->definition, input->roles, *report,
                                                  format == "dot" ? saga::GraphFormat::kDot
                                                                  : saga::GraphFormat::kMermaid);
  auto const status = put("check", settings, text);
  return status != kOk ? status : status_of(report->verdict);
}

auto run_graph(std::vector<std::string> const& arguments) -> int {
  CLI::App app(
      "Draws a saga or a state machine, its steps and compensations marked.\n"
      "Exits with 0, or 2 if the input is wrong.",
      "treadle saga graph");
  Settings settings{.input = {}, .out = {}, .format = "dot"};
  add_input(app, settings);
  app.add_option("--format", settings.format,
                 "How to write the graph; json: {\"dot\": the graph, \"mermaid\": likewise}")
      ->check(CLI::IsMember({"dot", "mermaid", "json"}))
      ->capture_default_str();
  if (auto const status = parse_arguments(app, arguments)) return *status;
  auto const input = read_saga_input(settings.input);
  if (!input) return say_why("graph", input.error());
  auto const drawn = [&](saga::GraphFormat format) {
    return to_graph(*input->definition, input->roles, {}, format);
  };
  using enum saga::GraphFormat;
  return put("graph", settings,
             settings.format == "dot" ? drawn(kDot)
             : settings.format == "mermaid"
                 ? drawn(kMermaid)
                 : fmt::format("{{\"dot\":{},\"mermaid\":{}}}\n", json::print_string(drawn(kDot)),
                               json::print_string(drawn(kMermaid))));
}

struct SubCommand {
  std::string_view name;
  std::string_view summary;
  auto (*run)(std::vector<std::string> const& arguments) -> int;
};

constexpr std::array<SubCommand, 3> kSubCommands = {
    {{"compile", "a saga to Amazon States Language", run_compile},
     {"check", "whether every execution ends complete or compensated", run_check_saga},
     {"graph", "a saga or a state machine as a graph", run_graph}}};

void print_usage(std::FILE* out) {
  fmt::print(out, "usage: treadle saga COMMAND [ARGUMENT...]\n\n");
  for (auto const& command : kSubCommands)
    fmt::print(out, "  {:<10} {}\n", command.name, command.summary);
  fmt::print(
      out,
      "\n`treadle saga COMMAND --help` tells more. The exit status is 2 if the command or its "
      "input is wrong.\n");
}

}  // namespace

auto run_saga(std::span<std::string const> arguments) -> int {
  if (!arguments.empty() && (arguments[0] == "--help" || arguments[0] == "-h")) {
    print_usage(stdout);
    return kOk;
  }
  for (auto const& command : kSubCommands)
    if (!arguments.empty() && command.name == arguments[0])
      return command.run({arguments.begin() + 1, arguments.end()});
  if (!arguments.empty())
    fmt::print(stderr, "treadle saga: there is no command '{}'\n\n", arguments[0]);
  print_usage(stderr);
  return kUsage;
}

}  // namespace treadle::app
