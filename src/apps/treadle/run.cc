// treadle run FILE: one execution in memory, or one for each line of input.

#include <future>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "apps/treadle/command.h"
#include "apps/treadle/files.h"
#include "apps/treadle/node.h"
#include "apps/treadle/project_setup.h"
#include "apps/treadle/run_stream.h"
#include "apps/treadle/target_setup.h"
#include "apps/treadle/timeline.h"
#include "treadle/asl/parser.h"
#include "treadle/base/random.h"
#include "treadle/interpreter/project.h"

namespace treadle::app {
namespace {

struct RunOptions {
  std::string file;
  std::string input;  // empty: {}, or of a stream standard input
  double time_scale = 1.0;
  bool quiet = false;
  bool stream = false;
  bool unordered = false;
  std::size_t parallel = 0;
  std::string project;
  std::string type = "STANDARD";
  std::string service_models = kServiceModels;
  std::string log_level = "OFF";
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

// What is logged on standard error.
auto log_settings(RunOptions const& options) -> runtime::LogSettings {
  using enum runtime::HistoryLevel;
  auto const level = options.log_level == "ALL"     ? kAll
                     : options.log_level == "ERROR" ? kError
                     : options.log_level == "FATAL" ? kFatal
                                                    : kOff;
  return {.level = level, .with_data = true, .group = "run"};
}

// Starts the execution and waits for its end.
auto run_to_end(Node& node, asl::DefinitionPtr const& definition, std::string const& input,
                runtime::LogSettings log) -> runtime::Answer<runtime::ExecutionDescription> {
  std::promise<runtime::Answer<bool>> ended;
  runtime::StartRequest request{
      .machine = machine_of(node, definition, asl::MachineType::kStandard),
      .execution_arn = arn_prefix(node) + "execution:run:run",
      .name = "run",
      .named_by_caller = true,
      .input = input,
      .trace_header = {},
      .log = std::move(log)};
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

auto run_standard(Node& node, asl::DefinitionPtr const& definition, std::string const& input,
                  runtime::LogSettings log) -> runtime::Answer<Ended> {
  auto const ended = TRY(run_to_end(node, definition, input, std::move(log)));
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
                 std::string const& input, runtime::LogSettings log) -> runtime::Answer<Ended> {
  std::promise<runtime::Answer<runtime::ExpressEnd>> ended;
  node.express().start_sync(
      {.id = {1, 1},
       .machine = machine_of(node, definition, asl::MachineType::kExpress),
       .execution_arn = arn_prefix(node) + "express:run:run:" + uuid_v4(1, 1),
       .name = "run",
       .input = input,
       .trace_header = {},
       .log = std::move(log)},
      [&](runtime::Answer<runtime::ExpressEnd> end) { ended.set_value(std::move(end)); });
  auto const end = TRY(ended.get_future().get());
  return Ended{.status = end.status, .output = end.output, .timeline = sink.take()};
}

auto refuse(std::string_view why) -> int {
  fmt::print(stderr, "treadle run: {}\n", why);
  return kUsage;
}

// What executions in a stream can't do, of whichever type: nobody could answer them later.
auto check_streamable(RunOptions const& options, std::string const& text) -> bool {
  auto const parsed = asl::parse_definition(text, {.type = asl::MachineType::kExpress});
  if (parsed.definition) return true;
  print_diagnostics(options.file, parsed.diagnostics);
  refuse("--stream runs executions in memory, which wait for no token, job or activity");
  return false;
}

// Where the lines of a stream come from: a file, or "-". nullopt: --input names neither.
auto stream_source(RunOptions const& options) -> std::optional<std::string> {
  if (options.input.empty() || options.input == "-") return "-";
  if (options.input.starts_with('@')) return options.input.substr(1);
  return std::nullopt;
}

auto run_lines(Node& node, RunOptions const& options, asl::DefinitionPtr const& definition,
               asl::MachineType type) -> int {
  return run_stream(node,
                    {.machine = machine_of(node, definition, type),
                     .type = type,
                     .input = *stream_source(options),
                     .options = {.order = options.unordered ? runtime::ResultOrder::kAsTheyEnd
                                                            : runtime::ResultOrder::kOfInputs,
                                 .parallel = options.parallel},
                     .progress = !options.quiet && isatty(STDERR_FILENO) != 0 ? Progress::kShown
                                                                              : Progress::kHidden});
}

auto run_one(Node& node, RunOptions const& options, TimelineSink& sink,
             asl::DefinitionPtr const& definition, asl::MachineType type, std::string const& input)
    -> int {
  auto ended = type == asl::MachineType::kExpress
                   ? run_express(node, sink, definition, input, log_settings(options))
                   : run_standard(node, definition, input, log_settings(options));
  if (auto* const written = node.logs()) written->flush();
  if (!ended) {
    fmt::print(stderr, "treadle run: {}: {}\n", ended.error().code, ended.error().message);
    return kFailed;
  }
  if (!options.quiet) fmt::print(stderr, "{}", print_timeline(ended->timeline, colour_for(2)));
  if (ended->output) fmt::print("{}\n", *ended->output);
  return ended->status == runtime::ExecutionStatus::kSucceeded ? kOk : kFailed;
}

auto run(RunOptions const& options) -> int {
  auto const text = read_file(options.file);
  if (!text) return refuse("can't read " + options.file);
  auto const type =
      options.type == "EXPRESS" ? asl::MachineType::kExpress : asl::MachineType::kStandard;
  auto const parsed = asl::parse_definition(*text, {.type = type});
  print_diagnostics(options.file, parsed.diagnostics);
  if (!parsed.definition) return kUsage;
  Input input;
  if (options.stream) {
    auto const source = stream_source(options);
    if (!source) return refuse("with --stream, --input is @FILE or -");
    if (*source == "-" && options.file == "-")
      return refuse("definition and input can't both be standard input");
    if (!check_streamable(options, *text)) return kUsage;
  } else {
    input = read_input(options.input.empty() ? "{}" : options.input);
    if (!input.json) return refuse(input.error);
  }
  import::Project project;
  if (!options.project.empty()) {
    auto loaded = import::load_project(options.project);
    if (!loaded) return refuse(loaded.error());
    project = std::move(*loaded);
  }
  auto http_task = http_task_settings(project);
  if (!http_task) return refuse(http_task.error());
  std::optional<LogsOptions> logs;
  if (options.log_level != "OFF") logs = LogsOptions{.place = LogsPlace::kStandardError};
  TimelineSink sink;
  auto node = Node::open({.data = {},
                          .functions = local_functions(project),
                          .function_environment = {},
                          .services = service_settings(project),
                          .http_task = std::move(*http_task),
                          .service_models = options.service_models,
                          .engine = {.time_scale = options.time_scale},
                          .express_sink = options.stream ? nullptr : &sink,
                          .logs = std::move(logs),
                          .express_limits = type,
                          .targets = target_setup(project.local_services),
                          .loops = options.stream ? std::size_t{0} : std::size_t{1},
                          .fail_stop = [](std::string const& why) {
                            fmt::print(stderr, "treadle run: {}\n", why);
                            std::_Exit(kDataError);
                          }});
  if (!node) {
    fmt::print(stderr, "treadle run: {}\n", node.error());
    return kFailed;
  }
  (*node)->start();
  if (options.stream) return run_lines(**node, options, parsed.definition, type);
  return run_one(**node, options, sink, parsed.definition, type, *input.json);
}

}  // namespace

auto run_run(std::span<std::string const> arguments) -> int {
  CLI::App app(
      "Runs one execution of a definition in memory. Its output goes to standard output, its "
      "timeline to standard error. With --stream one for each line of input: docs/streaming.md.",
      "treadle run");
  RunOptions options;
  app.add_option("FILE", options.file, "the definition; - reads standard input")->required();
  app.add_option("--input", options.input,
                 "JSON, @FILE or -; {} without. With --stream @FILE or -, which it is without");
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
  app.add_option("--log-level", options.log_level,
                 "of the log records on standard error, as CloudWatch Logs would have them")
      ->check(CLI::IsMember({"OFF", "FATAL", "ERROR", "ALL"}))
      ->capture_default_str();
  app.add_flag("--quiet", options.quiet, "no timeline, no progress");
  auto* const stream =
      app.add_flag("--stream", options.stream,
                   "an execution for each line of input, JSON; a line of result for each");
  app.add_option("--parallel", options.parallel,
                 "lines whose results are not written yet; 128 a core without, but 256 at least")
      ->check(CLI::Range(1, 100'000))
      ->needs(stream);
  auto* const unordered = app.add_flag("--unordered", options.unordered,
                                       "results as executions end, not in the order of the lines");
  unordered->needs(stream);
  app.add_flag("--ordered")
      ->description("results in the order of the lines, as without")
      ->needs(stream)
      ->excludes(unordered);
  app.footer(
      "A service is called where treadle.yaml says, else at AWS_ENDPOINT_URL_<SERVICE>, else at\n"
      "AWS_ENDPOINT_URL, else at AWS where credentials are configured.\n"
      "Exit status: 0 it succeeded, 1 it did not, 2 the definition or the command line is wrong.\n"
      "With --stream: 0 all succeeded, 1 one did not, or nobody reads the output any more, 2 as\n"
      "before, or the input can't be read, 74 the output can't be written.");
  if (auto const status = parse_arguments(app, {arguments.begin(), arguments.end()}))
    return *status;
  return run(options);
}

}  // namespace treadle::app
