// treadle redrive: lets an execution that ended badly go on from where it failed.

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "apps/treadle/client_command.h"
#include "apps/treadle/command.h"
#include "apps/treadle/files.h"

namespace treadle::app {

auto run_redrive(std::span<std::string const> arguments) -> int {
  CLI::App app(
      "Lets an execution that failed, timed out or was stopped go on from where it ended, with the "
      "results that it had.",
      "treadle redrive");
  ClientOptions options;
  std::string arn;
  options.add_to(app);
  app.add_option("ARN", arn, "of an execution")->required();
  if (auto const status = parse_arguments(app, {arguments.begin(), arguments.end()}))
    return *status;
  ApiClient client(options.endpoint);
  auto const body =
      client.call("RedriveExecution", api::ObjectWriter().text("executionArn", arn).take());
  if (!body) return report("redrive", client, body.error());
  if (options.is_json())
    fmt::print("{}\n", *body);
  else
    fmt::print("redriven {}\n", arn);
  return kOk;
}

}  // namespace treadle::app
