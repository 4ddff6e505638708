// StopExecution, DescribeExecution, ListExecutions, GetExecutionHistory.

#include <charconv>

#include <fmt/format.h>

#include "treadle/api/actions/actions.h"
#include "treadle/api/arns.h"
#include "treadle/api/history_json.h"
#include "treadle/api/object_writer.h"
#include "treadle/api/page_token.h"
#include "treadle/api/parameters.h"

namespace treadle::api {
namespace {

using runtime::ExecutionStatus;

constexpr std::string_view kStatusNames[] = {"RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT",
                                             "ABORTED"};
constexpr std::size_t kPage = 100;

auto name_of(ExecutionStatus status) -> std::string_view {
  return kStatusNames[static_cast<std::size_t>(status)];
}

auto limit_of(json::Value request) -> std::size_t {
  auto const wanted = number_of(request, "maxResults").value_or(0);
  return wanted == 0 ? kPage : static_cast<std::size_t>(wanted);
}

auto optional_text(json::Value request, std::string_view name) -> std::optional<std::string> {
  auto const text = text_of(request, name);
  return text ? std::optional(std::string(*text)) : std::nullopt;
}

void add_redrive(ObjectWriter& out, runtime::ExecutionSummary const& s) {
  out.number("redriveCount", s.redrive_count);
  bool const redrivable =
      s.status != ExecutionStatus::kRunning && s.status != ExecutionStatus::kSucceeded;
  out.text("redriveStatus", redrivable ? "REDRIVABLE" : "NOT_REDRIVABLE");
  if (!redrivable)
    out.text("redriveStatusReason",
             fmt::format("Execution is {} and cannot be redriven", name_of(s.status)));
}

auto describe_body(runtime::ExecutionDescription const& d, bool with_data) -> std::string {
  constexpr std::string_view kIncluded = R"({"included":true})";
  auto const& s = d.summary;
  ObjectWriter out;
  out.text("executionArn", s.execution_arn)
      .text("stateMachineArn", s.state_machine_arn)
      .text("name", s.name);
  out.text("status", name_of(s.status)).time("startDate", s.started_at);
  if (s.stopped_at) out.time("stopDate", *s.stopped_at);
  if (with_data) out.text("input", d.input).raw("inputDetails", kIncluded);
  if (with_data && d.output) out.text("output", d.output).raw("outputDetails", kIncluded);
  if (!s.trace_header.empty()) out.text("traceHeader", s.trace_header);
  out.text("error", d.error).text("cause", d.cause);
  add_redrive(out, s);
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
      });
}

void describe_execution(ActionCall& call, OnResult done) {
  std::string const text(*text_of(call.request, "executionArn"));
  if (auto const arn = read_arn(text, {StatesResource::kExecution}); !arn)
    return done(std::unexpected(arn.error()));
  bool const with_data = text_of(call.request, "includedData") != "METADATA_ONLY";
  auto& router = call.services.router;
  auto answer = [&router, text, with_data, done = std::move(done)](runtime::Answer<bool>) mutable {
    auto const description = router.describe_execution(text);
    if (!description) return done(std::unexpected(to_api_error(description.error())));
    done(describe_body(*description, with_data));
  };
  if (call.wait == Milliseconds{0}) return answer(true);
  router.wait_for_end(text, call.wait, std::move(answer));
}

namespace {

auto list_request(ActionCall& call, std::string& purpose)
    -> std::expected<runtime::ListRequest, ApiError> {
  using enum StatesResource;
  auto const request = call.request;
  auto const text = text_of(request, "stateMachineArn");
  if (text.has_value() == text_of(request, "mapRunArn").has_value())
    return std::unexpected(
        ApiError{"ValidationException", "Must provide either stateMachineArn or mapRunArn"});
  if (!text) {
    TRY(read_arn(*text_of(request, "mapRunArn"), {kMapRun}));
    return std::unexpected(
        ApiError{"ResourceNotFound", "Request references a resource that does not exist."});
  }
  TRY(read_arn(*text, {kStateMachine, kQualifiedStateMachine}));
  auto const machine = TRY(find_machine(call.services, *text));
  if (machine.type == asl::MachineType::kExpress) return std::unexpected(type_not_supported());
  runtime::ListRequest out{
      .machine = machine.id, .status = {}, .limit = limit_of(request), .after = {}};
  auto const filter = text_of(request, "statusFilter").value_or("");
  for (std::size_t i = 0; i < std::size(kStatusNames); ++i)
    if (filter == kStatusNames[i]) out.status = static_cast<ExecutionStatus>(i);
  purpose = fmt::format("ListExecutions/{}/{}", *text, filter);
  if (auto const token = text_of(request, "nextToken"))
    out.after = TRY(read_page_token(call.services, purpose, *token));
  return out;
}

}  // namespace

void list_executions(ActionCall& call, OnResult done) {
  std::string purpose;
  auto const request = list_request(call, purpose);
  if (!request) return done(std::unexpected(request.error()));
  bool const none = text_of(call.request, "statusFilter") == "PENDING_REDRIVE";  // of map runs only
  auto const page = none ? runtime::ListPage{} : call.services.router.list_executions(*request);
  if (!page) return done(std::unexpected(to_api_error(page.error())));
  std::string list = "[";
  for (auto const& s : page->executions) {
    ObjectWriter one;
    one.text("executionArn", s.execution_arn)
        .text("stateMachineArn", s.state_machine_arn)
        .text("name", s.name);
    one.text("status", name_of(s.status)).time("startDate", s.started_at);
    if (s.stopped_at) one.time("stopDate", *s.stopped_at);
    one.number("redriveCount", s.redrive_count);
    if (list.size() > 1) list += ',';
    list += one.take();
  }
  ObjectWriter out;
  out.raw("executions", list + "]");
  if (!page->next.empty())
    out.text("nextToken", make_page_token(call.services, purpose, page->next));
  done(out.take());
}

void get_execution_history(ActionCall& call, OnResult done) {
  auto const text = *text_of(call.request, "executionArn");
  if (auto const arn = read_arn(text, {StatesResource::kExecution}); !arn)
    return done(std::unexpected(arn.error()));
  auto const purpose = fmt::format("GetExecutionHistory/{}", text);
  runtime::HistoryRequest request{.execution_arn = std::string(text),
                                  .limit = limit_of(call.request),
                                  .reverse = flag_of(call.request, "reverseOrder", false),
                                  .after = 0};
  if (auto const token = text_of(call.request, "nextToken")) {
    auto const position = read_page_token(call.services, purpose, *token);
    if (!position) return done(std::unexpected(position.error()));
    std::from_chars(position->data(), position->data() + position->size(), request.after);
  }
  auto const page = call.services.router.history(request);
  if (!page) return done(std::unexpected(to_api_error(page.error())));
  auto const data = flag_of(call.request, "includeExecutionData", true) ? ExecutionData::kIncluded
                                                                        : ExecutionData::kLeftOut;
  std::string list = "[";
  for (auto const& event : page->events) {
    if (list.size() > 1) list += ',';
    list += history_event_json(event, *page, data);
  }
  ObjectWriter out;
  out.raw("events", list + "]");
  if (page->more)
    out.text("nextToken",
             make_page_token(call.services, purpose, std::to_string(page->events.back().id)));
  done(out.take());
}

}  // namespace treadle::api
