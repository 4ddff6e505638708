// treadle start: starts an execution, and waits for its end where asked to.

#include <algorithm>
#include <chrono>
#include <optional>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "apps/treadle/client_command.h"
#include "apps/treadle/command.h"
#include "apps/treadle/files.h"
#include "treadle/json/parse.h"

namespace treadle::app {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kOnePoll = std::chrono::seconds(30);
constexpr std::string_view kNoLimit = "0";

struct StartOptions {
  ClientOptions client;
  std::string machine;
  std::string name;
  std::string input = "{}";
  std::optional<int> wait_seconds;  // 0: however long it takes
};

auto print_end(StartOptions const& options, std::string const& arn, std::string const& body,
               json::Value execution) -> int {
  auto const status = member(execution, "status");
  if (options.client.is_json()) {
    fmt::print("{}\n", body);
  } else {
    auto const error = member(execution, "error");
    auto const cause = member(execution, "cause");
    fmt::print(stderr, "{} {}{}{}{}{}\n", arn, status, error.empty() ? "" : " ", error,
               cause.empty() ? "" : ": ", cause);
    if (auto const output = member(execution, "output"); !output.empty())
      fmt::print("{}\n", output);
  }
  return status == "SUCCEEDED" ? kOk : kFailed;
}

// Asks with a long poll until the execution has ended or the time is over.
auto wait_for_end(ApiClient& client, StartOptions const& options, std::string const& arn) -> int {
  auto const limit = std::chrono::seconds(*options.wait_seconds);
  auto const give_up = Clock::now() + limit;
  for (;;) {
    auto const left = std::chrono::ceil<std::chrono::seconds>(give_up - Clock::now());
    auto const poll = limit.count() == 0 ? kOnePoll : std::clamp(left, {}, kOnePoll);
    auto const body = client.call("DescribeExecution",
                                  api::ObjectWriter().text("executionArn", arn).take(), poll);
    if (!body) return report("start", client, body.error());
    json::Arena arena;
    auto const execution = json::parse(arena, *body);
    if (!execution) return report("start", client, not_json());
    if (member(*execution, "status") != "RUNNING")
      return print_end(options, arn, *body, *execution);
    if (limit.count() > 0 && Clock::now() >= give_up) {
      fmt::print(stderr, "treadle start: after {} s still RUNNING: {}\n", limit.count(), arn);
      return kFailed;
    }
  }
}

// Whether executions of the machine can only be waited for by StartSyncExecution.
auto is_express(ApiClient& client, std::string const& machine_arn) -> Result<bool, CallFailure> {
  auto const body =
      TRY(client.call("DescribeStateMachine", api::ObjectWriter()
                                                  .text("stateMachineArn", machine_arn)
                                                  .text("includedData", "METADATA_ONLY")
                                                  .take()));
  json::Arena arena;
  auto const machine = json::parse(arena, body);
  if (!machine) return std::unexpected(not_json());
  return member(*machine, "type") == "EXPRESS";
}

// An Express execution ends within five minutes and can't be asked for later: its end is the answer.
auto start_and_wait(ApiClient& client, StartOptions const& options, api::ObjectWriter request)
    -> int {
  constexpr auto kLongest = std::chrono::seconds(330);
  std::chrono::seconds const limit(*options.wait_seconds);
  auto const body = client.call("StartSyncExecution", request.take(),
                                limit.count() == 0 ? kLongest : std::min(limit, kLongest));
  if (!body) return report("start", client, body.error());
  json::Arena arena;
  auto const ended = json::parse(arena, *body);
  if (!ended) return report("start", client, not_json());
  return print_end(options, member(*ended, "executionArn"), *body, *ended);
}

auto start(StartOptions const& options) -> int {
  auto const input = read_input(options.input);
  if (!input.json) {
    fmt::print(stderr, "treadle start: {}\n", input.error);
    return kUsage;
  }
  ApiClient client(options.client.endpoint);
  auto const machine = machine_arn_of(client, options.machine);
  if (!machine) return report("start", client, machine.error());
  api::ObjectWriter request;
  request.text("stateMachineArn", *machine).text("input", *input.json);
  if (!options.name.empty()) request.text("name", options.name);
  if (options.wait_seconds) {
    auto const express = is_express(client, *machine);
    if (!express) return report("start", client, express.error());
    if (*express) return start_and_wait(client, options, std::move(request));
  }
  auto const body = client.call("StartExecution", request.take());
  if (!body) return report("start", client, body.error());
  json::Arena arena;
  auto const started = json::parse(arena, *body);
  if (!started) return report("start", client, not_json());
  auto const arn = member(*started, "executionArn");
  if (options.wait_seconds) return wait_for_end(client, options, arn);
  fmt::print("{}\n", options.client.is_json() ? *body : arn);
  return kOk;
}

// "--wait" without a number means no limit; CLI11 alone would take MACHINE for the number.
auto with_explicit_wait(std::span<std::string const> arguments) -> std::vector<std::string> {
  std::vector<std::string> out(arguments.begin(), arguments.end());
  auto const is_number = [](std::string const& text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
  };
  for (std::size_t i = 0; i < out.size(); ++i)
    if (out[i] == "--wait" && (i + 1 == out.size() || !is_number(out[i + 1])))
      out.insert(out.begin() + static_cast<std::ptrdiff_t>(++i), std::string(kNoLimit));
  return out;
}

}  // namespace

auto run_start(std::span<std::string const> arguments) -> int {
  CLI::App app("Starts an execution and prints its ARN.", "treadle start");
  StartOptions options;
  options.client.add_to(app);
  app.add_option("MACHINE", options.machine, "name or ARN of a state machine")->required();
  app.add_option("--name", options.name, "of the execution; else a fresh one");
  app.add_option("--input", options.input, "JSON, @FILE, or - for standard input")
      ->capture_default_str();
  app.add_option("--wait", options.wait_seconds,
                 "wait for the end, at most so many seconds, and print the output")
      ->type_name("[SECONDS]")
      ->check(CLI::NonNegativeNumber);
  app.footer(
      "Exit status: 0 done (with --wait: it succeeded), 1 refused, failed or still running, 2 the "
      "command line is wrong.");
  if (auto const status = parse_arguments(app, with_explicit_wait(arguments))) return *status;
  return start(options);
}

}  // namespace treadle::app
