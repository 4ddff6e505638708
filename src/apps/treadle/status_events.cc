#include "apps/treadle/status_events.h"

#include <utility>

#include <fmt/format.h>

#include "treadle/api/object_writer.h"
#include "treadle/base/log.h"
#include "treadle/json/print.h"

namespace treadle::app {
namespace {

constexpr std::string_view kDetailType = "Step Functions Execution Status Change";
constexpr std::string_view kSource = "aws.states";
// PutEvents takes no source that begins with "aws." from anybody but AWS.
constexpr std::string_view kSourceOutside = "treadle.states";
constexpr std::size_t kDataBytesMax = 248 * 1'024;
constexpr std::uint64_t kOpenMax = 10'000;
constexpr std::uint64_t kOpenBytesMax = 32 * 1'048'576;

auto status_name(runtime::ExecutionStatus status) -> std::string_view {
  constexpr std::string_view kNames[] = {"RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"};
  return kNames[static_cast<std::size_t>(status)];
}

void time_or_null(api::ObjectWriter& out, std::string_view name, std::optional<Timestamp> at) {
  out.raw(name, at ? std::to_string(at->time_since_epoch().count()) : "null");
}

void text_or_null(api::ObjectWriter& out, std::string_view name,
                  std::optional<std::string> const& text) {
  if (text)
    out.text(name, *text);
  else
    out.raw(name, "null");
}

void arn_or_null(api::ObjectWriter& out, std::string_view name, std::string const& arn) {
  text_or_null(out, name, arn.empty() ? std::nullopt : std::optional(arn));
}

}  // namespace

auto status_event_detail(runtime::StatusChange const& change) -> std::string {
  auto const& s = change.summary;
  bool const fits =
      change.input.size() + change.output.value_or(std::string()).size() <= kDataBytesMax;
  auto const included = fits ? R"({"included":true})" : R"({"included":false})";
  api::ObjectWriter out;
  out.text("executionArn", s.execution_arn)
      .text("stateMachineArn", s.state_machine_arn)
      .text("name", s.name)
      .text("status", status_name(s.status));
  time_or_null(out, "startDate", s.started_at);
  time_or_null(out, "stopDate", s.stopped_at);
  text_or_null(out, "input", fits ? std::optional(change.input) : std::nullopt);
  text_or_null(out, "output", fits ? change.output : std::nullopt);
  arn_or_null(out, "stateMachineVersionArn", s.version_arn);
  arn_or_null(out, "stateMachineAliasArn", s.alias_arn);
  out.number("redriveCount", s.redrive_count);
  time_or_null(out, "redriveDate", s.redriven_at);
  out.raw("inputDetails", included);
  out.raw("outputDetails", change.output ? included : "null");
  text_or_null(out, "error", change.error);
  text_or_null(out, "cause", change.cause);
  return out.take();
}

// Shared with answers that are still to come.
struct StatusEvents::Open {
  std::atomic<std::uint64_t> count = 0;
  std::atomic<std::uint64_t> bytes = 0;
  std::atomic<std::uint64_t> dropped = 0;

  void end(std::uint64_t size) {
    --count;
    bytes -= size;
  }
};

StatusEvents::StatusEvents(StatusEventsOptions options,
                           integrations::aws_sdk::ServiceCaller& caller,
                           integrations::HttpCaller& http, Random& random)
    : options_(std::move(options)),
      caller_(caller),
      http_(http),
      random_(random),
      open_(std::make_shared<Open>()) {}

void StatusEvents::tell(runtime::StatusChange const& change) {
  auto const detail = status_event_detail(change);
  if (options_.to_event_bus) put_event(detail, change);
  if (options_.webhooks.empty()) return;
  auto const& s = change.summary;
  api::ObjectWriter event;
  event.text("version", "0")
      .text("id", uuid_v4(random_.next_u64(), random_.next_u64()))
      .text("detail-type", kDetailType)
      .text("source", kSource)
      .text("account", options_.account)
      .text("time", to_iso8601(s.stopped_at.value_or(s.redriven_at.value_or(s.started_at))))
      .text("region", options_.region)
      .raw("resources", fmt::format("[{}]", json::print_string(s.execution_arn)))
      .raw("detail", detail);
  auto const text = event.take();
  for (auto const& url : options_.webhooks) post(url, text);
}

auto StatusEvents::begin(std::uint64_t size) -> bool {
  bool const is_room = open_->count.fetch_add(1) < kOpenMax;
  if (open_->bytes.fetch_add(size) + size <= kOpenBytesMax && is_room) return true;
  open_->end(size);
  auto const dropped = ++open_->dropped;
  if ((dropped & (dropped - 1)) == 0)  // 1, 2, 4, ... of them
    log(LogLevel::kWarning, "status events are dropped: too many wait", {{"dropped", dropped}});
  return false;
}

auto StatusEvents::next_call() -> integrations::CallId {
  return {.execution = {random_.next_u64(), random_.next_u64()}, .history_id = 0};
}

void StatusEvents::put_event(std::string const& detail, runtime::StatusChange const& change) {
  if (!begin(detail.size())) return;
  auto const source = caller_.is_local("eventbridge") ? kSource : kSourceOutside;
  api::ObjectWriter entry;
  entry.text("Source", source)
      .text("DetailType", kDetailType)
      .text("Detail", detail)
      .raw("Resources", fmt::format("[{}]", json::print_string(change.summary.execution_arn)));
  caller_.call(
      next_call(),
      {.service = "eventbridge",
       .action = "putEvents",
       .parameters = fmt::format(R"({{"Entries":[{}]}})", entry.take()),
       .region = options_.region,
       .role_arn = {},
       .idempotency_token = {},
       .timeout = {}},
      [open = open_, size = detail.size()](integrations::aws_sdk::ServiceResult const& result) {
        open->end(size);
        if (!result)
          log(LogLevel::kWarning, "a status event did not reach the event bus",
              {{"cause", result.error().error.message}});
      });
}

void StatusEvents::post(std::string const& url, std::string const& event) {
  if (!begin(event.size())) return;
  net::ClientRequest request{
      .url = url, .headers = {{"Content-Type", "application/json"}}, .body = event};
  http_.send(next_call(), std::move(request),
             [open = open_, size = event.size()](integrations::HttpOutcome const& outcome) {
               open->end(size);
               if (!outcome) return;
               if (!*outcome)
                 log(LogLevel::kWarning, "a status event did not reach its webhook",
                     {{"cause", outcome->error().message}});
               else if ((*outcome)->status >= 300)
                 log(LogLevel::kWarning, "a webhook refused a status event",
                     {{"status", std::uint64_t((*outcome)->status)}});
             });
}

}  // namespace treadle::app
