#include "treadle/logs/service.h"

#include <algorithm>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "treadle/json/arena.h"
#include "treadle/json/parse.h"
#include "treadle/logs/log_reader.h"
#include "treadle/logs/service_parts.h"

namespace treadle::logs {

using targets::Answer;
using targets::member_int;
using targets::member_text;
using targets::Object;
using targets::refuse;

namespace {

constexpr std::string_view kTarget = "Logs_20140328.";
constexpr std::string_view kContentType = "application/x-amz-json-1.1";
constexpr std::size_t kNameMax = 512;
constexpr std::int64_t kDescribeMax = 50;
constexpr std::size_t kStreamsMax = 100'000;

// Source: API reference, CreateLogGroup.
auto is_group_name(std::string_view name) -> bool {
  auto const is_allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_-/.#").contains(c);
  };
  return name.size() <= kNameMax && std::ranges::all_of(name, is_allowed) &&
         LogFiles::is_name(name);
}

auto is_stream_name(std::string_view name) -> bool {
  return !name.empty() && name.size() <= kNameMax && name.find_first_of(":*") == name.npos;
}

auto limit_of(json::Value request) -> std::size_t {
  auto const limit = member_int(request, "limit").value_or(kDescribeMax);
  return static_cast<std::size_t>(std::clamp<std::int64_t>(limit, 1, kDescribeMax));
}

}  // namespace

LogsService::LogsService(LogFiles& files, Clock const& clock, LogsServiceOptions options)
    : files_(files), clock_(clock), options_(std::move(options)), thread_(options_.requests_max) {}

void LogsService::handle(net::Request&& request, net::Responder responder) {
  auto const held = std::make_shared<std::pair<net::Request, net::Responder>>(std::move(request),
                                                                              std::move(responder));
  bool const is_taken = thread_.post([this, held] {
    auto const& http = held->first;
    auto operation = http.headers.find("x-amz-target").value_or("");
    if (operation.starts_with(kTarget)) operation.remove_prefix(kTarget.size());
    json::Arena arena;
    auto const body = json::parse(arena, http.body.empty() ? std::string_view("{}") : http.body);
    held->second.send(targets::json_response(
        body && body->is_object()
            ? dispatch(operation, *body)
            : refuse("SerializationException", "The request is no JSON object."),
        kContentType));
  });
  if (!is_taken) held->second.send(logs_refusal(400, "ThrottlingException", "Rate exceeded"));
}

auto LogsService::dispatch(std::string_view op, json::Value request) -> Answer {
  if (op == "PutLogEvents") return put_events(request);
  if (op == "FilterLogEvents") return filter_events(request);
  if (op == "GetLogEvents") return get_events(request);
  if (op == "DescribeLogGroups") return describe_groups(request);
  if (op == "DescribeLogStreams") return describe_streams(request);
  if (op == "CreateLogGroup") return create_group(request);
  if (op == "CreateLogStream") return create_stream(request);
  if (op == "DeleteLogGroup") return delete_group(request);
  return refuse("UnknownOperationException", fmt::format("{} is not served here.", op));
}

auto LogsService::group_arn(std::string_view group) const -> std::string {
  return fmt::format("arn:aws:logs:{}:{}:log-group:{}", options_.region, options_.account, group);
}

auto LogsService::group_of(json::Value request) const
    -> std::expected<std::string, targets::Problem> {
  auto name = member_text(request, "logGroupName");
  if (name.empty()) {
    constexpr std::string_view kMark = ":log-group:";
    name = member_text(request, "logGroupIdentifier");
    if (auto const at = name.find(kMark); at != name.npos) name.remove_prefix(at + kMark.size());
    if (name.ends_with(":*")) name.remove_suffix(2);
  }
  if (name.empty() || !is_group_name(name))
    return refuse("InvalidParameterException",
                  "The request names no log group, or none that "
                  "could be one: logGroupName");
  if (!files_.has(name))
    return refuse("ResourceNotFoundException", "The specified log group does not exist.");
  return std::string(name);
}

auto LogsService::create_group(json::Value request) -> Answer {
  auto const name = member_text(request, "logGroupName");
  if (name.empty() || !is_group_name(name))
    return refuse("InvalidParameterException",
                  "A log group's name has letters, digits and any of _-/.#, and here at most 220 "
                  "characters, each of /.# counting three.");
  if (files_.has(name))
    return refuse("ResourceAlreadyExistsException", "The specified log group already exists");
  if (!files_.append(name, {}))
    return refuse("ServiceUnavailableException", "The log group can't be written.", 500);
  return "{}";
}

auto LogsService::delete_group(json::Value request) -> Answer {
  auto const name = TRY(group_of(request));
  files_.erase(name);
  streams_.erase(name);
  return "{}";
}

auto LogsService::describe_groups(json::Value request) const -> Answer {
  auto const prefix = member_text(request, "logGroupNamePrefix");
  auto const part = member_text(request, "logGroupNamePattern");
  auto const after = member_text(request, "nextToken");
  std::string list = "[", token, last;
  std::size_t count = 0;
  for (auto const& group : files_.groups()) {
    if (!group.name.starts_with(prefix) || !group.name.contains(part) || group.name <= after)
      continue;
    if (count++ == limit_of(request)) {
      token = last;
      break;
    }
    last = group.name;
    auto const arn = group_arn(group.name);
    targets::append_element(list,
                            Object()
                                .text("logGroupName", group.name)
                                .number("creationTime", group.created.time_since_epoch().count())
                                .number("metricFilterCount", 0)
                                .text("arn", arn + ":*")
                                .text("logGroupArn", arn)
                                .number("storedBytes", static_cast<std::int64_t>(group.bytes))
                                .text("logGroupClass", "STANDARD")
                                .str());
  }
  Object answer;
  answer.raw("logGroups", list + "]");
  if (!token.empty()) answer.text("nextToken", token);
  return answer.str();
}

auto LogsService::streams_of(std::string const& group) -> std::set<std::string, std::less<>>& {
  auto const [at, is_new] = streams_.try_emplace(group);
  if (is_new)
    (void)visit_events(files_, group, {}, std::nullopt, ~0ULL, [&](StoredEvent const& event) {
      at->second.insert(event.stream);
      return Visit::kGoOn;
    });
  return at->second;
}

auto LogsService::create_stream(json::Value request) -> Answer {
  auto const group = TRY(group_of(request));
  auto const stream = member_text(request, "logStreamName");
  if (!is_stream_name(stream))
    return refuse("InvalidParameterException",
                  "A log stream's name has 1 to 512 characters without ':' and '*'.");
  auto& streams = streams_of(group);
  if (streams.contains(stream))
    return refuse("ResourceAlreadyExistsException", "The specified log stream already exists");
  if (streams.size() >= kStreamsMax)
    return refuse("LimitExceededException",
                  fmt::format("A log group has at most {} log streams here.", kStreamsMax));
  if (!files_.append(group, marker_line(stream, now())))
    return refuse("ServiceUnavailableException", "The log stream can't be written.", 500);
  streams.emplace(stream);
  return "{}";
}

auto LogsService::describe_streams(json::Value request) const -> Answer {
  auto const group = TRY(group_of(request));
  auto const prefix = member_text(request, "logStreamNamePrefix");
  bool const by_time = member_text(request, "orderBy") == "LastEventTime";
  bool const is_descending = member_text(request, "descending") == "true";
  if (by_time && !prefix.empty())
    return refuse("InvalidParameterException",
                  "Cannot order by LastEventTime with a logStreamNamePrefix.");
  auto streams = read_streams(files_, group, prefix);
  std::ranges::sort(streams, [by_time](StreamSummary const& a, StreamSummary const& b) {
    return by_time ? std::tie(a.last, a.name) < std::tie(b.last, b.name) : a.name < b.name;
  });
  if (is_descending) std::ranges::reverse(streams);
  auto const from = static_cast<std::size_t>(
      std::max<std::int64_t>(0, member_int(request, "nextToken").value_or(0)));
  auto const to = std::min(streams.size(), std::min(from, streams.size()) + limit_of(request));
  std::string list = "[";
  for (auto i = from; i < to; ++i)
    targets::append_element(list, stream_json(streams[i], group_arn(group)));
  Object answer;
  answer.raw("logStreams", list + "]");
  if (to < streams.size()) answer.text("nextToken", std::to_string(to));
  return answer.str();
}

auto LogsService::put_events(json::Value request) -> Answer {
  auto const group = TRY(group_of(request));
  auto const stream = member_text(request, "logStreamName");
  auto& streams = streams_of(group);
  if (!streams.contains(stream))
    return refuse("ResourceNotFoundException", "The specified log stream does not exist.");
  auto const put = TRY(read_put(request, stream, now()));
  if (!put.lines.empty() && !files_.append(group, put.lines))
    return refuse("ServiceUnavailableException", "The log events can't be written.", 500);
  Object answer;
  answer.text("nextSequenceToken", "1");
  if (!put.rejected.empty()) answer.raw("rejectedLogEventsInfo", put.rejected);
  return answer.str();
}

auto LogsService::get_events(json::Value request) const -> Answer {
  auto const group = TRY(group_of(request));
  return read_stream_page(files_, group, request);
}

auto LogsService::filter_events(json::Value request) const -> Answer {
  auto const group = TRY(group_of(request));
  return read_filtered_page(files_, group, request, options_.scan_bytes_max);
}

auto is_logs_request(net::Request const& request) -> bool {
  return request.headers.find("x-amz-target").value_or("").starts_with(kTarget);
}

auto logs_refusal(int status, std::string code, std::string message) -> net::Response {
  return targets::json_response(refuse(std::move(code), std::move(message), status), kContentType);
}

}  // namespace treadle::logs
