// treadle describe: an execution, or a state machine.

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "apps/treadle/client_command.h"
#include "apps/treadle/command.h"
#include "apps/treadle/files.h"
#include "treadle/json/parse.h"
#include "treadle/json/print.h"

namespace treadle::app {
namespace {

// A line a member; times readable, structures as JSON.
void print_members(json::Value object) {
  for (auto const& m : object.members()) {
    auto const time = m.key.ends_with("Date") ? time_member(object, m.key) : std::string();
    fmt::print("{:<20} {}\n", m.key, time.empty() ? member(object, m.key) : time);
  }
}

auto described(ApiClient& client, std::string const& subject) -> Result<std::string, CallFailure> {
  if (auto const express = express_address(subject); !express.empty()) return client.get(express);
  if (subject.find(":execution:") != std::string::npos)
    return client.call("DescribeExecution",
                       api::ObjectWriter().text("executionArn", subject).take());
  auto const machine = TRY(machine_arn_of(client, subject));
  return client.call("DescribeStateMachine",
                     api::ObjectWriter().text("stateMachineArn", machine).take());
}

}  // namespace

auto run_describe(std::span<std::string const> arguments) -> int {
  CLI::App app("Describes an execution or a state machine.", "treadle describe");
  ClientOptions options;
  std::string subject;
  options.add_to(app);
  app.add_option("ARN", subject, "of an execution, or name or ARN of a state machine")->required();
  if (auto const status = parse_arguments(app, {arguments.begin(), arguments.end()}))
    return *status;
  ApiClient client(options.endpoint);
  auto const body = described(client, subject);
  if (!body) return report("describe", client, body.error());
  json::Arena arena;
  auto const object = json::parse(arena, *body);
  if (!object) return report("describe", client, not_json());
  if (options.is_json())
    fmt::print("{}\n", *body);
  else
    print_members(*object);
  return kOk;
}

}  // namespace treadle::app
