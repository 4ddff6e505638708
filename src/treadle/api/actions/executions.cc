// StopExecution, RedriveExecution, DescribeExecution, ListExecutions, GetExecutionHistory.

#include <charconv>

#include <fmt/format.h>

#include "treadle/api/actions/actions.h"
#include "treadle/api/actions/machine_versions.h"
#include "treadle/api/actions/map_runs.h"
#include "treadle/api/actions/paging.h"
#include "treadle/api/arns.h"
#include "treadle/api/execution_json.h"
#include "treadle/api/history_json.h"
#include "treadle/api/object_writer.h"
#include "treadle/api/page_token.h"
#include "treadle/api/parameters.h"
#include "treadle/base/limits.h"
#include "treadle/runtime/redrive.h"

namespace treadle::api {
namespace {

auto optional_text(json::Value request, std::string_view name) -> std::optional<std::string> {
  auto const text = text_of(request, name);
  return text ? std::optional(std::string(*text)) : std::nullopt;
}

// What its machine has against a redrive.
auto machine_obstacle(Services const& services, runtime::ExecutionSummary const& s)
    -> std::optional<std::string> {
  auto const machine = services.catalog.find_machine(s.state_machine_arn);
  // A machine of that name which was made later has another id.
  bool const is_there = machine && *machine && (*machine)->id == s.machine;
  if (is_there && !(*machine)->is_deleting) return std::nullopt;
  return "State machine is in DELETING status";
}

void add_redrive(ObjectWriter& out, Services const& services, runtime::ExecutionSummary const& s) {
  out.number("redriveCount", s.redrive_count);
  if (s.redriven_at) out.time("redriveDate", *s.redriven_at);
  auto obstacle =
      runtime::redrive_obstacle(s.status, s.started_at, s.stopped_at.value_or(s.started_at),
                                s.history_events, limits::kHistoryEvents, services.clock.now());
  if (!obstacle) obstacle = machine_obstacle(services, s);
  out.text("redriveStatus", obstacle ? "NOT_REDRIVABLE" : "REDRIVABLE")
      .text("redriveStatusReason", obstacle);
}

auto describe_body(Services const& services, runtime::ExecutionDescription const& d, bool with_data)
    -> std::string {
  ObjectWriter out;
  add_description(out, d, with_data ? ExecutionData::kIncluded : ExecutionData::kLeftOut);
  add_redrive(out, services, d.summary);
  return out.take();
}

}  // namespace

void stop_execution(ActionCall& call, OnResult done) {
  auto const text = *text_of(call.request, "executionArn");
  if (auto const arn = read_arn(text, {StatesResource::kExecution}); !arn)
    return done(std::unexpected(arn.error()));
  call.services.router.stop_execution(
      std::string(text), optional_text(call.request, "error"), optional_text(call.request, "cause"),
      [done = std::move(done)](runtime::Answer<runtime::Stopped> stopped) mutable {
        if (!stopped) return done(std::unexpected(to_api_error(stopped.error())));
        done(ObjectWriter().time("stopDate", stopped->stopped_at).take());
      },
      to_json(call.caller, "StopExecution"));
}

void redrive_execution(ActionCall& call, OnResult done) {
  std::string const text(*text_of(call.request, "executionArn"));
  if (auto const arn = read_arn(text, {StatesResource::kExecution}); !arn)
    return done(std::unexpected(arn.error()));
  auto const description = call.services.router.describe_execution(text);
  if (!description) return done(std::unexpected(to_api_error(description.error())));
  if (auto const gone = machine_obstacle(call.services, description->summary))
    return done(std::unexpected(ApiError{"ExecutionNotRedrivable", *gone}));
  call.services.router.redrive_execution(
      text, optional_text(call.request, "clientToken").value_or(""),
      [done = std::move(done)](runtime::Answer<runtime::Redriven> redriven) mutable {
        if (!redriven) return done(std::unexpected(to_api_error(redriven.error())));
        done(ObjectWriter().time("redriveDate", redriven->redriven_at).take());
      },
      to_json(call.caller, "RedriveExecution"));
}

void describe_execution(ActionCall& call, OnResult done) {
  std::string const text(*text_of(call.request, "executionArn"));
  if (auto const arn = read_arn(text, {StatesResource::kExecution}); !arn)
    return done(std::unexpected(arn.error()));
  bool const with_data = text_of(call.request, "includedData") != "METADATA_ONLY";
  auto& services = call.services;
  auto answer = [&services, text, with_data,
                 done = std::move(done)](runtime::Answer<bool>) mutable {
    auto const description = services.router.describe_execution(text);
    if (!description) return done(std::unexpected(to_api_error(description.error())));
    done(describe_body(services, *description, with_data));
  };
  if (call.wait == Milliseconds{0}) return answer(true);
  services.router.wait_for_end(text, call.wait, std::move(answer));
}

namespace {

// What may stand together. Source: API reference, ListExecutions.
auto check_list_arguments(json::Value request) -> std::optional<ApiError> {
  bool const by_machine = text_of(request, "stateMachineArn").has_value();
  auto const filter = text_of(request, "statusFilter").value_or("");
  if (by_machine == text_of(request, "mapRunArn").has_value())
    return ApiError{"ValidationException", "Must provide either stateMachineArn or mapRunArn"};
  if (by_machine && filter == "PENDING_REDRIVE")
    return ApiError{"ValidationException",
                    "The statusFilter PENDING_REDRIVE can only be used with a mapRunArn"};
  return std::nullopt;
}

// Whether the redriveFilter lets it through. A page may so hold fewer than were asked for.
auto passes(std::string_view redrive_filter, runtime::ExecutionSummary const& s) -> bool {
  if (redrive_filter.empty()) return true;
  return (redrive_filter == "REDRIVEN") == (s.redrive_count > 0);
}

struct List {
  runtime::ListRequest request;
  std::string purpose;  // of its page tokens
};

auto read_list(ActionCall& call) -> std::expected<List, ApiError> {
  auto const request = call.request;
  if (auto const bad = check_list_arguments(request)) return std::unexpected(*bad);
  if (auto const run = text_of(request, "mapRunArn")) return std::unexpected(map_run_error(*run));
  auto const text = *text_of(request, "stateMachineArn");
  auto const target = TRY(find_target(call.services, text, Routing::kHeaviest));
  if (target.machine.type == asl::MachineType::kExpress)
    return std::unexpected(type_not_supported());
  auto const filter = text_of(request, "statusFilter").value_or("");
  List out;
  auto const redrive_filter = text_of(request, "redriveFilter").value_or("");
  out.purpose = fmt::format("ListExecutions/{}/{}/{}", text, filter, redrive_filter);
  auto page = TRY(read_page(call, out.purpose));
  out.request.machine = target.machine.id;
  if (text != target.machine.arn) out.request.qualified_arn = text;
  out.request.status = read_status(filter);
  out.request.limit = page.limit;
  out.request.after = std::move(page.after);
  return out;
}

}  // namespace

void list_executions(ActionCall& call, OnResult done) {
  auto const list = read_list(call);
  if (!list) return done(std::unexpected(list.error()));
  auto const page = call.services.router.list_executions(list->request);
  if (!page) return done(std::unexpected(to_api_error(page.error())));
  auto const redrive_filter = text_of(call.request, "redriveFilter").value_or("");
  ListWriter items;
  for (auto const& s : page->executions) {
    if (!passes(redrive_filter, s)) continue;
    ObjectWriter one;
    add_summary(one, s);
    one.number("redriveCount", s.redrive_count);
    if (s.redriven_at) one.time("redriveDate", *s.redriven_at);
    items.add(one);
  }
  ObjectWriter out;
  out.raw("executions", items.take());
  if (!page->next.empty())
    out.text("nextToken", make_page_token(seal_of(call.services), list->purpose, page->next));
  done(out.take());
}

void get_execution_history(ActionCall& call, OnResult done) {
  auto const text = *text_of(call.request, "executionArn");
  if (auto const arn = read_arn(text, {StatesResource::kExecution}); !arn)
    return done(std::unexpected(arn.error()));
  bool const reverse = flag_of(call.request, "reverseOrder", false);
  bool const with_data = flag_of(call.request, "includeExecutionData", true);
  auto const purpose = fmt::format("GetExecutionHistory/{}/{}/{}", text, reverse, with_data);
  auto const wanted = read_page(call, purpose);
  if (!wanted) return done(std::unexpected(wanted.error()));
  runtime::HistoryRequest request{
      .execution_arn = std::string(text), .limit = wanted->limit, .reverse = reverse, .after = 0};
  auto const& after = wanted->after;
  std::from_chars(after.data(), after.data() + after.size(), request.after);
  auto const page = call.services.router.history(request);
  if (!page) return done(std::unexpected(to_api_error(page.error())));
  auto const data = with_data ? ExecutionData::kIncluded : ExecutionData::kLeftOut;
  done(history_body(*page, data, seal_of(call.services), purpose));
}

}  // namespace treadle::api
