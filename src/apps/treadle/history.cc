// treadle history: what an execution did, as a timeline or as the API's events.

#include <cmath>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "apps/treadle/client_command.h"
#include "apps/treadle/command.h"
#include "apps/treadle/files.h"
#include "apps/treadle/timeline.h"

namespace treadle::app {
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
  auto const seconds = at == nullptr || !at->is_number() ? 0.0 : at->as_double();
  return {.type = member(event, "type"),
          .at = Timestamp{Milliseconds{std::llround(seconds * 1000.0)}},
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
  ClientOptions options;
  std::string arn;
  options.add_to(app);
  app.add_option("ARN", arn, "of an execution")->required();
  app.footer(
      "Of Express executions the server keeps the recent ones (`treadle list MACHINE` shows "
      "which).\n"
      "--format json prints the history events as the API gives them.");
  if (auto const status = parse_arguments(app, {arguments.begin(), arguments.end()}))
    return *status;
  ApiClient client(options.endpoint);
  json::Arena arena;
  auto const request = [&] {
    return std::move(api::ObjectWriter().text("executionArn", arn).number("maxResults", 1'000));
  };
  auto const express = express_address(arn, "/history");
  auto const events = express.empty()
                          ? all_pages(client, "GetExecutionHistory", request, "events", arena)
                          : all_pages_at(client, express, "events", arena);
  if (!events) return report("history", client, events.error());
  if (options.is_json()) return print_list("events", *events), kOk;
  std::vector<TimelineEvent> timeline;
  for (auto const& event : *events) timeline.push_back(timeline_event(event));
  fmt::print("{}", print_timeline(timeline, colour_for(1)));
  return kOk;
}

}  // namespace treadle::app
