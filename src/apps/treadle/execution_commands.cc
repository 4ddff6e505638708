// treadle start, list, describe, history, stop: executions on a server.

#include <cmath>
#include <functional>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "apps/treadle/api_client.h"
#include "apps/treadle/command.h"
#include "apps/treadle/files.h"
#include "apps/treadle/timeline.h"
#include "treadle/api/object_writer.h"
#include "treadle/json/parse.h"
#include "treadle/json/print.h"

namespace treadle::app {
namespace {

using api::ObjectWriter;

// What all of these commands take.
struct Common {
  std::string endpoint;
  std::string format = "text";
  std::string subject;

  void add_to(CLI::App& app) {
    app.add_option("--endpoint", endpoint,
                   "the server; else AWS_ENDPOINT_URL_SFN, else http://127.0.0.1:8083");
    app.add_option("--format", format)
        ->check(CLI::IsMember({"text", "json"}))
        ->capture_default_str();
  }
  [[nodiscard]] auto json() const -> bool { return format == "json"; }
};

auto is_execution(std::string const& arn) -> bool {
  return arn.find(":execution:") != std::string::npos;
}

// Every page of a list, as one array's elements in `arena`.
auto all_pages(ApiClient& client, std::string_view operation,
               std::function<ObjectWriter()> const& request, std::string_view list,
               json::Arena& arena) -> Result<std::vector<json::Value>, CallFailure> {
  std::vector<json::Value> out;
  for (std::string token;;) {
    auto parameters = request();
    if (!token.empty()) parameters.text("nextToken", token);
    auto const body = TRY(client.call(operation, parameters.take()));
    auto const page = json::parse_copy(arena, body);
    if (!page) return std::unexpected(CallFailure{.code = {}, .message = "the answer is not JSON"});
    if (auto const* elements = page->find(list))
      out.insert(out.end(), elements->elements().begin(), elements->elements().end());
    token = member(*page, "nextToken");
    if (token.empty()) return out;
  }
}

void print_array(std::string_view name, std::vector<json::Value> const& values) {
  std::string out = "[";
  for (auto const& value : values) {
    if (out.size() > 1) out += ',';
    json::append(out, value);
  }
  fmt::print("{}\n", ObjectWriter().raw(name, out + "]").take());
}

auto describe(ApiClient& client, std::string const& arn, int wait_seconds = 0)
    -> Result<std::string, CallFailure> {
  return client.call("DescribeExecution", ObjectWriter().text("executionArn", arn).take(),
                     wait_seconds);
}

}  // namespace

// ---- start ----

namespace {

struct StartOptions {
  Common common;
  std::string name;
  std::string input = "{}";
  bool wait = false;
};

// Waits for the end and prints the output. Exit 0 only for SUCCEEDED.
auto wait_for_end(ApiClient& client, StartOptions const& options, std::string const& arn) -> int {
  constexpr int kWaitSeconds = 30;
  for (;;) {
    auto const body = describe(client, arn, kWaitSeconds);
    if (!body) return report("start", client, body.error());
    json::Arena arena;
    auto const execution = json::parse(arena, *body);
    if (!execution)
      return report("start", client, {.code = {}, .message = "the answer is not JSON"});
    auto const status = member(*execution, "status");
    if (status == "RUNNING") continue;
    if (options.common.json()) {
      fmt::print("{}\n", *body);
    } else {
      fmt::print(stderr, "{} {} {} {}\n", arn, status, member(*execution, "error"),
                 member(*execution, "cause"));
      if (auto const output = member(*execution, "output"); !output.empty())
        fmt::print("{}\n", output);
    }
    return status == "SUCCEEDED" ? kOk : kFailed;
  }
}

auto start(StartOptions const& options) -> int {
  auto const input = read_input(options.input);
  if (!input.json) {
    fmt::print(stderr, "treadle start: {}\n", input.error);
    return kUsage;
  }
  ApiClient client(options.common.endpoint);
  auto const machine = machine_arn_of(client, options.common.subject);
  if (!machine) return report("start", client, machine.error());
  ObjectWriter request;
  request.text("stateMachineArn", *machine).text("input", *input.json);
  if (!options.name.empty()) request.text("name", options.name);
  auto const body = client.call("StartExecution", request.take());
  if (!body) return report("start", client, body.error());
  json::Arena arena;
  auto const started = json::parse(arena, *body);
  auto const arn = started ? member(*started, "executionArn") : std::string();
  if (options.wait) return wait_for_end(client, options, arn);
  fmt::print("{}\n", options.common.json() ? *body : arn);
  return kOk;
}

}  // namespace

auto run_start(std::span<std::string const> arguments) -> int {
  CLI::App app("Starts an execution and prints its ARN.", "treadle start");
  StartOptions options;
  options.common.add_to(app);
  app.add_option("MACHINE", options.common.subject, "name or ARN of a state machine")->required();
  app.add_option("--name", options.name, "of the execution; else a fresh one");
  app.add_option("--input", options.input, "JSON, @FILE, or - for standard input")
      ->capture_default_str();
  app.add_flag("--wait", options.wait, "wait for the end and print the output");
  app.footer(
      "Exit status: 0 done (with --wait: it succeeded), 1 refused or failed, 2 the command line is "
      "wrong.");
  if (auto const status = parse_arguments(app, {arguments.begin(), arguments.end()}))
    return *status;
  return start(options);
}

// ---- list ----

namespace {

auto list_machines(ApiClient& client, Common const& common) -> int {
  json::Arena arena;
  auto const machines =
      all_pages(client, "ListStateMachines", [] { return ObjectWriter(); }, "stateMachines", arena);
  if (!machines) return report("list", client, machines.error());
  if (common.json()) return print_array("stateMachines", *machines), kOk;
  for (auto const& m : *machines)
    fmt::print("{:<40} {:<9} {}\n", member(m, "name"), member(m, "type"),
               time_member(m, "creationDate"));
  return kOk;
}

auto list_executions(ApiClient& client, Common const& common, std::string const& status) -> int {
  auto const machine = machine_arn_of(client, common.subject);
  if (!machine) return report("list", client, machine.error());
  json::Arena arena;
  auto const request = [&] {
    ObjectWriter out;
    out.text("stateMachineArn", *machine).number("maxResults", 1'000);
    if (!status.empty()) out.text("statusFilter", status);
    return out;
  };
  auto const executions = all_pages(client, "ListExecutions", request, "executions", arena);
  if (!executions) return report("list", client, executions.error());
  if (common.json()) return print_array("executions", *executions), kOk;
  for (auto const& e : *executions)
    fmt::print("{:<10} {} {:<24} {}\n", member(e, "status"), time_member(e, "startDate"),
               time_member(e, "stopDate"), member(e, "executionArn"));
  return kOk;
}

}  // namespace

auto run_list(std::span<std::string const> arguments) -> int {
  CLI::App app("Lists state machines, or the executions of one, newest first.", "treadle list");
  Common common;
  std::string status;
  common.add_to(app);
  app.add_option("MACHINE", common.subject, "name or ARN of a state machine");
  app.add_option("--status", status, "only executions in this status")
      ->check(CLI::IsMember({"RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"}));
  if (auto const exit = parse_arguments(app, {arguments.begin(), arguments.end()})) return *exit;
  ApiClient client(common.endpoint);
  return common.subject.empty() ? list_machines(client, common)
                                : list_executions(client, common, status);
}

// ---- describe ----

namespace {

void print_members(json::Value object) {
  for (auto const& m : object.members()) {
    if (m.value.is_object()) continue;
    auto const time = m.key.ends_with("Date") ? time_member(object, m.key) : std::string();
    fmt::print("{:<20} {}\n", m.key, time.empty() ? member(object, m.key) : time);
  }
}

}  // namespace

auto run_describe(std::span<std::string const> arguments) -> int {
  CLI::App app("Describes an execution or a state machine.", "treadle describe");
  Common common;
  common.add_to(app);
  app.add_option("ARN", common.subject, "of an execution, or name or ARN of a state machine")
      ->required();
  if (auto const exit = parse_arguments(app, {arguments.begin(), arguments.end()})) return *exit;
  ApiClient client(common.endpoint);
  auto body = Result<std::string, CallFailure>();
  if (is_execution(common.subject)) {
    body = describe(client, common.subject);
  } else {
    auto const machine = machine_arn_of(client, common.subject);
    if (!machine) return report("describe", client, machine.error());
    body = client.call("DescribeStateMachine",
                       ObjectWriter().text("stateMachineArn", *machine).take());
  }
  if (!body) return report("describe", client, body.error());
  json::Arena arena;
  auto const described = json::parse(arena, *body);
  if (common.json() || !described)
    fmt::print("{}\n", *body);
  else
    print_members(*described);
  return kOk;
}

// ---- history ----

namespace {

auto details_of(json::Value event) -> json::Value {
  for (auto const& m : event.members())
    if (m.key.ends_with("EventDetails")) return m.value;
  return {};
}

auto timeline_event(json::Value event) -> TimelineEvent {
  auto const details = details_of(event);
  auto const number = [&](std::string_view name) -> std::uint32_t {
    auto const* const value = event.find(name);
    return value == nullptr || !value->is_number()
               ? 0
               : static_cast<std::uint32_t>(value->as_int64().value_or(0));
  };
  auto const* const at = event.find("timestamp");
  return {.type = member(event, "type"),
          .at = Timestamp{Milliseconds{at == nullptr ? 0 : std::llround(at->as_double() * 1000.0)}},
          .name = member(details, "name"),
          .error = member(details, "error"),
          .cause = member(details, "cause"),
          .id = number("id"),
          .previous_id = number("previousEventId")};
}

}  // namespace

auto run_history(std::span<std::string const> arguments) -> int {
  CLI::App app("Prints what an execution did: a line a state, with duration, attempts and error.",
               "treadle history");
  Common common;
  common.add_to(app);
  app.add_option("ARN", common.subject, "of an execution")->required();
  app.footer("--format json prints the history events as the API gives them.");
  if (auto const exit = parse_arguments(app, {arguments.begin(), arguments.end()})) return *exit;
  ApiClient client(common.endpoint);
  json::Arena arena;
  auto const request = [&] {
    ObjectWriter out;
    out.text("executionArn", common.subject).number("maxResults", 1'000);
    return out;
  };
  auto const events = all_pages(client, "GetExecutionHistory", request, "events", arena);
  if (!events) return report("history", client, events.error());
  if (common.json()) return print_array("events", *events), kOk;
  std::vector<TimelineEvent> timeline;
  for (auto const& event : *events) timeline.push_back(timeline_event(event));
  fmt::print("{}", print_timeline(timeline, colour_for(1)));
  return kOk;
}

// ---- stop ----

auto run_stop(std::span<std::string const> arguments) -> int {
  CLI::App app("Stops an execution.", "treadle stop");
  Common common;
  std::string error;
  std::string cause;
  common.add_to(app);
  app.add_option("ARN", common.subject, "of an execution")->required();
  app.add_option("--error", error, "a name for the reason");
  app.add_option("--cause", cause, "the reason");
  if (auto const exit = parse_arguments(app, {arguments.begin(), arguments.end()})) return *exit;
  ApiClient client(common.endpoint);
  ObjectWriter request;
  request.text("executionArn", common.subject);
  if (!error.empty()) request.text("error", error);
  if (!cause.empty()) request.text("cause", cause);
  auto const body = client.call("StopExecution", request.take());
  if (!body) return report("stop", client, body.error());
  if (common.json())
    fmt::print("{}\n", *body);
  else
    fmt::print("stopped {}\n", common.subject);
  return kOk;
}

}  // namespace treadle::app
