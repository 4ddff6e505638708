// treadle stop: ends an execution, or has it compensate.

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "apps/treadle/client_command.h"
#include "apps/treadle/command.h"
#include "apps/treadle/files.h"
#include "treadle/json/parse.h"
#include "treadle/net/uri.h"

namespace treadle::app {

namespace {

struct Stop {
  std::string arn;
  std::string error;
  std::string cause;
  bool compensate = false;
};

auto stop_at_once(ApiClient& client, Stop const& stop) -> Result<std::string, CallFailure> {
  api::ObjectWriter request;
  request.text("executionArn", stop.arn);
  if (!stop.error.empty()) request.text("error", stop.error);
  if (!stop.cause.empty()) request.text("cause", stop.cause);
  return client.call("StopExecution", request.take());
}

auto compensate(ApiClient& client, Stop const& stop) -> Result<std::string, CallFailure> {
  api::ObjectWriter request;
  if (!stop.cause.empty()) request.text("cause", stop.cause);
  return client.post(fmt::format("/v1/executions/{}/compensate", net::percent_encode(stop.arn)),
                     request.take());
}

auto said(Stop const& stop, std::string const& body) -> std::string_view {
  if (!stop.compensate) return "stopped";
  json::Arena arena;
  auto const answer = json::parse(arena, body);
  bool const waits = answer && member(*answer, "compensation") == "REQUESTED";
  return waits ? "asked to compensate, as soon as that can be:" : "compensating";
}

}  // namespace

auto run_stop(std::span<std::string const> arguments) -> int {
  CLI::App app("Stops an execution, or has a saga undo what it has done.", "treadle stop");
  ClientOptions options;
  Stop stop;
  options.add_to(app);
  app.add_option("ARN", stop.arn, "of an execution")->required();
  auto* const error = app.add_option("--error", stop.error, "a name for the reason");
  app.add_option("--cause", stop.cause, "the reason");
  app.add_flag("--compensate", stop.compensate,
               "of a saga: end the state that runs, and undo what was done before it; nested "
               "executions first")
      ->excludes(error);
  if (auto const status = parse_arguments(app, {arguments.begin(), arguments.end()}))
    return *status;
  ApiClient client(options.endpoint);
  auto const body = stop.compensate ? compensate(client, stop) : stop_at_once(client, stop);
  if (!body) return report("stop", client, body.error());
  if (options.is_json())
    fmt::print("{}\n", *body);
  else
    fmt::print("{} {}\n", said(stop, *body), stop.arn);
  return kOk;
}

}  // namespace treadle::app
