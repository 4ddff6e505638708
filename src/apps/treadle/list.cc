// treadle list: the state machines of a server, or the executions of one of them.

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "apps/treadle/client_command.h"
#include "apps/treadle/command.h"
#include "apps/treadle/files.h"
#include "treadle/net/uri.h"

namespace treadle::app {
namespace {

using api::ObjectWriter;

auto list_machines(ApiClient& client, ClientOptions const& options) -> int {
  json::Arena arena;
  auto const request = [] { return std::move(ObjectWriter().number("maxResults", 1'000)); };
  auto const machines = all_pages(client, "ListStateMachines", request, "stateMachines", arena);
  if (!machines) return report("list", client, machines.error());
  if (options.is_json()) return print_list("stateMachines", *machines), kOk;
  for (auto const& m : *machines)
    fmt::print("{:<40} {:<9} {}\n", member(m, "name"), member(m, "type"),
               time_member(m, "creationDate"));
  return kOk;
}

struct ExecutionFilter {
  std::string machine;  // name or ARN
  std::string status;   // empty: any
};

auto list_executions(ApiClient& client, ClientOptions const& options, ExecutionFilter const& filter)
    -> int {
  auto const machine = machine_arn_of(client, filter.machine);
  if (!machine) return report("list", client, machine.error());
  json::Arena arena;
  auto const request = [&] {
    ObjectWriter out;
    out.text("stateMachineArn", *machine).number("maxResults", 1'000);
    if (!filter.status.empty()) out.text("statusFilter", filter.status);
    return out;
  };
  auto executions = all_pages(client, "ListExecutions", request, "executions", arena);
  // Of an Express machine the server has the recent ones.
  if (!executions && executions.error().code == "StateMachineTypeNotSupported")
    executions = all_pages_at(
        client,
        fmt::format("/v1/state-machines/{}/executions/recent{}{}", net::percent_encode(*machine),
                    filter.status.empty() ? "" : "?status=", filter.status),
        "executions", arena);
  if (!executions) return report("list", client, executions.error());
  if (options.is_json()) return print_list("executions", *executions), kOk;
  for (auto const& e : *executions)
    fmt::print("{:<10} {} {:<24} {}\n", member(e, "status"), time_member(e, "startDate"),
               time_member(e, "stopDate"), member(e, "executionArn"));
  return kOk;
}

}  // namespace

auto run_list(std::span<std::string const> arguments) -> int {
  CLI::App app("Lists state machines, or the executions of one, newest first.", "treadle list");
  ClientOptions options;
  ExecutionFilter filter;
  options.add_to(app);
  auto* const machine = app.add_option("MACHINE", filter.machine, "name or ARN of a state machine");
  app.add_option("--status", filter.status, "only executions in this status")
      ->check(CLI::IsMember({"RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"}))
      ->needs(machine);
  app.footer("Of an Express machine it lists the recent executions that the server keeps.");
  if (auto const status = parse_arguments(app, {arguments.begin(), arguments.end()}))
    return *status;
  ApiClient client(options.endpoint);
  return filter.machine.empty() ? list_machines(client, options)
                                : list_executions(client, options, filter);
}

}  // namespace treadle::app
