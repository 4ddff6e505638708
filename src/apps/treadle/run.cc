// treadle run FILE: one execution in memory.

#include <future>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "apps/treadle/command.h"
#include "apps/treadle/files.h"
#include "apps/treadle/node.h"
#include "apps/treadle/project_setup.h"
#include "apps/treadle/timeline.h"
#include "treadle/asl/parser.h"

namespace treadle::app {
namespace {

struct RunOptions {
  std::string file;
  std::string input = "{}";
  double time_scale = 1.0;
  bool quiet = false;
  std::string project;
};

auto print_diagnostics(std::string const& file, std::vector<asl::Diagnostic> const& diagnostics) {
  for (auto const& d : diagnostics)
    fmt::print(stderr, "{}:{}: {} {}: {}\n", file, d.location,
               d.severity == asl::Severity::kError ? "error" : "warning", d.code, d.message);
}

// Starts the execution and waits for its end.
auto run_to_end(Node& node, asl::DefinitionPtr definition, std::string const& input)
    -> runtime::Answer<runtime::ExecutionDescription> {
  auto const revision = runtime::revision_of(definition->text, asl::MachineType::kStandard);
  std::promise<runtime::Answer<bool>> ended;
  auto const& options = node.engine().options();
  auto const prefix = fmt::format("arn:aws:states:{}:{}:", options.region, options.account);
  runtime::StartRequest request{
      .machine = {.id = {1, 1},
                  .arn = prefix + "stateMachine:run",
                  .name = "run",
                  .revision = revision,
                  .role_arn = fmt::format("arn:aws:iam::{}:role/run", options.account),
                  .definition = definition},
      .execution_arn = prefix + "execution:run:run",
      .name = "run",
      .named_by_caller = true,
      .input = input,
      .trace_header = {}};
  store::Batch batch;
  node.engine().definitions().add(batch, revision, asl::MachineType::kStandard, definition);
  node.store().submit(std::move(batch), [](store::CommitOutcome) {});
  node.engine().start_execution(request, [&](runtime::Answer<runtime::Started> started) {
    if (!started) return ended.set_value(std::unexpected(started.error()));
    node.engine().wait_for_end(
        request.execution_arn, std::chrono::hours(24 * 366),
        [&](runtime::Answer<bool> answer) { ended.set_value(std::move(answer)); });
  });
  auto const outcome = ended.get_future().get();
  if (!outcome) return std::unexpected(outcome.error());
  return node.engine().describe_execution(request.execution_arn);
}

auto field(record::HistoryEvent const& event, std::string_view name) -> std::string {
  for (auto const& f : event.details)
    if (f.name == name)
      if (auto const* text = std::get_if<std::string_view>(&f.value)) return std::string(*text);
  return {};
}

auto timeline_of(Node& node, std::string const& arn) -> std::vector<TimelineEvent> {
  std::vector<TimelineEvent> events;
  for (runtime::HistoryRequest request{.execution_arn = arn, .limit = 1'000};;) {
    auto const page = node.engine().history(request);
    if (!page || page->events.empty()) return events;
    for (auto const& e : page->events)
      events.push_back({.type = std::string(e.type),
                        .at = e.timestamp,
                        .name = field(e, "name"),
                        .error = field(e, "error"),
                        .cause = field(e, "cause"),
                        .id = e.id,
                        .previous_id = e.previous_id});
    if (!page->more) return events;
    request.after = page->events.back().id;
  }
}

auto run(RunOptions const& options) -> int {
  auto const text = read_file(options.file);
  if (!text) {
    fmt::print(stderr, "treadle run: can't read {}\n", options.file);
    return kUsage;
  }
  auto const parsed = asl::parse_definition(*text);
  print_diagnostics(options.file, parsed.diagnostics);
  if (!parsed.definition) return kUsage;
  auto const input = read_input(options.input);
  if (!input.json) {
    fmt::print(stderr, "treadle run: {}\n", input.error);
    return kUsage;
  }
  import::Project project;
  if (!options.project.empty()) {
    auto loaded = import::load_project(options.project);
    if (!loaded) {
      fmt::print(stderr, "treadle run: {}\n", loaded.error());
      return kUsage;
    }
    project = std::move(*loaded);
  }
  auto node = Node::open({.data = {},
                          .functions = local_functions(project),
                          .function_environment = {},
                          .engine = {.time_scale = options.time_scale},
                          .loops = 1,
                          .fail_stop = [](std::string const& why) {
                            fmt::print(stderr, "treadle run: {}\n", why);
                            std::_Exit(kDataError);
                          }});
  if (!node) {
    fmt::print(stderr, "treadle run: {}\n", node.error());
    return kFailed;
  }
  (*node)->start();
  auto const ended = run_to_end(**node, parsed.definition, *input.json);
  if (!ended) {
    fmt::print(stderr, "treadle run: {}: {}\n", ended.error().code, ended.error().message);
    return kFailed;
  }
  if (!options.quiet)
    fmt::print(stderr, "{}",
               print_timeline(timeline_of(**node, ended->summary.execution_arn), colour_for(2)));
  if (ended->output) fmt::print("{}\n", *ended->output);
  return ended->summary.status == runtime::ExecutionStatus::kSucceeded ? kOk : kFailed;
}

}  // namespace

auto run_run(std::span<std::string const> arguments) -> int {
  CLI::App app(
      "Runs one execution of a definition in memory. Its output goes to standard output, its "
      "timeline to standard error.",
      "treadle run");
  RunOptions options;
  app.add_option("FILE", options.file, "the definition; - reads standard input")->required();
  app.add_option("--input", options.input, "JSON, or @FILE")->capture_default_str();
  app.add_option("--time-scale", options.time_scale, "multiplies waits, back-off and time-outs")
      ->check(CLI::PositiveNumber);
  app.add_option("--project", options.project,
                 "folder whose treadle.yaml lists functions to run here");
  app.add_flag("--quiet", options.quiet, "no timeline");
  app.footer(
      "Functions are invoked at AWS_ENDPOINT_URL_LAMBDA, else AWS_ENDPOINT_URL, else AWS.\n"
      "Exit status: 0 it succeeded, 1 it did not, 2 the definition or the command line is wrong.");
  if (auto const status = parse_arguments(app, {arguments.begin(), arguments.end()}))
    return *status;
  return run(options);
}

}  // namespace treadle::app
