// treadle run FILE: one execution in memory.

#include <future>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "apps/treadle/command.h"
#include "apps/treadle/files.h"
#include "apps/treadle/node.h"
#include "apps/treadle/project_setup.h"
#include "apps/treadle/target_setup.h"
#include "apps/treadle/timeline.h"
#include "treadle/asl/parser.h"
#include "treadle/base/random.h"
#include "treadle/interpreter/project.h"

namespace treadle::app {
namespace {

struct RunOptions {
  std::string file;
  std::string input = "{}";
  double time_scale = 1.0;
  bool quiet = false;
  std::string project;
  std::string type = "STANDARD";
  std::string service_models = kServiceModels;
};

// How an execution ended, of either type.
struct Ended {
  runtime::ExecutionStatus status = runtime::ExecutionStatus::kSucceeded;
  std::optional<std::string> output;
  std::vector<TimelineEvent> timeline;
};

auto print_diagnostics(std::string const& file, std::vector<asl::Diagnostic> const& diagnostics) {
  for (auto const& d : diagnostics)
    fmt::print(stderr, "{}:{}: {} {}: {}\n", file, d.location,
               d.severity == asl::Severity::kError ? "error" : "warning", d.code, d.message);
}

auto arn_prefix(Node& node) -> std::string {
  auto const& options = node.engine().options();
  return fmt::format("arn:aws:states:{}:{}:", options.region, options.account);
}

auto machine_of(Node& node, asl::DefinitionPtr const& definition, asl::MachineType type)
    -> runtime::MachineRef {
  return {.id = {1, 1},
          .arn = arn_prefix(node) + "stateMachine:run",
          .name = "run",
          .revision = runtime::revision_of(definition->text, type),
          .role_arn = fmt::format("arn:aws:iam::{}:role/run", node.engine().options().account),
          .definition = definition};
}

// Starts the execution and waits for its end.
auto run_to_end(Node& node, asl::DefinitionPtr const& definition, std::string const& input)
    -> runtime::Answer<runtime::ExecutionDescription> {
  std::promise<runtime::Answer<bool>> ended;
  runtime::StartRequest request{
      .machine = machine_of(node, definition, asl::MachineType::kStandard),
      .execution_arn = arn_prefix(node) + "execution:run:run",
      .name = "run",
      .named_by_caller = true,
      .input = input,
      .trace_header = {}};
  auto const& revision = request.machine.revision;
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

auto timeline_event(record::HistoryEvent const& event) -> TimelineEvent {
  return {.type = std::string(event.type),
          .at = event.timestamp,
          .name = field(event, "name"),
          .error = field(event, "error"),
          .cause = field(event, "cause"),
          .id = event.id,
          .previous_id = event.previous_id};
}

auto timeline_of(Node& node, std::string const& arn) -> std::vector<TimelineEvent> {
  std::vector<TimelineEvent> events;
  for (runtime::HistoryRequest request{.execution_arn = arn, .limit = 1'000};;) {
    auto const page = node.engine().history(request);
    if (!page || page->events.empty()) return events;
    for (auto const& e : page->events) events.push_back(timeline_event(e));
    if (!page->more) return events;
    request.after = page->events.back().id;
  }
}

auto run_standard(Node& node, asl::DefinitionPtr const& definition, std::string const& input)
    -> runtime::Answer<Ended> {
  auto const ended = TRY(run_to_end(node, definition, input));
  return Ended{.status = ended.summary.status,
               .output = ended.output,
               .timeline = timeline_of(node, ended.summary.execution_arn)};
}

// Reads the history of the one Express execution as it is made.
class TimelineSink : public runtime::HistorySink {
 public:
  [[nodiscard]] auto reads(runtime::LogSettings const& /*settings*/) const -> bool override {
    return true;
  }
  void add(runtime::HistoryBatch const& batch) override {
    for (auto const& event : batch.events)
      if (auto const shown = interpreter::project(event)) events_.push_back(timeline_event(*shown));
  }
  [[nodiscard]] auto take() -> std::vector<TimelineEvent> { return std::move(events_); }

 private:
  std::vector<TimelineEvent> events_;
};

auto run_express(Node& node, TimelineSink& sink, asl::DefinitionPtr const& definition,
                 std::string const& input) -> runtime::Answer<Ended> {
  std::promise<runtime::Answer<runtime::ExpressEnd>> ended;
  node.express().start_sync(
      {.id = {1, 1},
       .machine = machine_of(node, definition, asl::MachineType::kExpress),
       .execution_arn = arn_prefix(node) + "express:run:run:" + uuid_v4(1, 1),
       .name = "run",
       .input = input,
       .trace_header = {},
       .log = {}},
      [&](runtime::Answer<runtime::ExpressEnd> end) { ended.set_value(std::move(end)); });
  auto const end = TRY(ended.get_future().get());
  return Ended{.status = end.status, .output = end.output, .timeline = sink.take()};
}

auto run(RunOptions const& options) -> int {
  auto const text = read_file(options.file);
  if (!text) {
    fmt::print(stderr, "treadle run: can't read {}\n", options.file);
    return kUsage;
  }
  auto const type =
      options.type == "EXPRESS" ? asl::MachineType::kExpress : asl::MachineType::kStandard;
  auto const parsed = asl::parse_definition(*text, {.type = type});
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
  auto http_task = http_task_settings(project);
  if (!http_task) {
    fmt::print(stderr, "treadle run: {}\n", http_task.error());
    return kUsage;
  }
  TimelineSink sink;
  auto node = Node::open({.data = {},
                          .functions = local_functions(project),
                          .function_environment = {},
                          .services = service_settings(project),
                          .http_task = std::move(*http_task),
                          .service_models = options.service_models,
                          .engine = {.time_scale = options.time_scale},
                          .express_sink = &sink,
                          .targets = target_setup(project.local_services),
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
  auto ended = type == asl::MachineType::kExpress
                   ? run_express(**node, sink, parsed.definition, *input.json)
                   : run_standard(**node, parsed.definition, *input.json);
  if (!ended) {
    fmt::print(stderr, "treadle run: {}: {}\n", ended.error().code, ended.error().message);
    return kFailed;
  }
  if (!options.quiet) fmt::print(stderr, "{}", print_timeline(ended->timeline, colour_for(2)));
  if (ended->output) fmt::print("{}\n", *ended->output);
  return ended->status == runtime::ExecutionStatus::kSucceeded ? kOk : kFailed;
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
                 "folder whose treadle.yaml lists functions to run here, and where services are");
  app.add_option("--type", options.type, "of the state machine")
      ->check(CLI::IsMember({"STANDARD", "EXPRESS"}))
      ->capture_default_str();
  app.add_option(
         "--service-models", options.service_models,
         "folder like botocore's data directory: the models of the AWS APIs that tasks call")
      ->capture_default_str();
  app.add_flag("--quiet", options.quiet, "no timeline");
  app.footer(
      "A service is called where treadle.yaml says, else at AWS_ENDPOINT_URL_<SERVICE>, else at\n"
      "AWS_ENDPOINT_URL, else at AWS where credentials are configured.\n"
      "Exit status: 0 it succeeded, 1 it did not, 2 the definition or the command line is wrong.");
  if (auto const status = parse_arguments(app, {arguments.begin(), arguments.end()}))
    return *status;
  return run(options);
}

}  // namespace treadle::app
