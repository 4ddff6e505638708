// treadle stop: ends an execution.

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "apps/treadle/client_command.h"
#include "apps/treadle/command.h"
#include "apps/treadle/files.h"

namespace treadle::app {

auto run_stop(std::span<std::string const> arguments) -> int {
  CLI::App app("Stops an execution.", "treadle stop");
  ClientOptions options;
  std::string arn;
  std::string error;
  std::string cause;
  options.add_to(app);
  app.add_option("ARN", arn, "of an execution")->required();
  app.add_option("--error", error, "a name for the reason");
  app.add_option("--cause", cause, "the reason");
  if (auto const status = parse_arguments(app, {arguments.begin(), arguments.end()}))
    return *status;
  ApiClient client(options.endpoint);
  api::ObjectWriter request;
  request.text("executionArn", arn);
  if (!error.empty()) request.text("error", error);
  if (!cause.empty()) request.text("cause", cause);
  auto const body = client.call("StopExecution", request.take());
  if (!body) return report("stop", client, body.error());
  if (options.is_json())
    fmt::print("{}\n", *body);
  else
    fmt::print("stopped {}\n", arn);
  return kOk;
}

}  // namespace treadle::app
