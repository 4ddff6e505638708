#include "treadle/logs/service_parts.h"

#include <algorithm>
#include <deque>
#include <limits>
#include <map>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "treadle/logs/filter_pattern.h"
#include "treadle/logs/log_reader.h"

namespace treadle::logs {

using targets::Answer;
using targets::member_int;
using targets::member_text;
using targets::Object;
using targets::refuse;

namespace {

constexpr std::int64_t kEventsMax = 10'000;       // of a page, and of a request that puts
constexpr std::size_t kPageBytesMax = 1U << 20U;  // of the messages of a page
constexpr std::size_t kPutBytesMax = 1U << 20U;   // each event counts kEventBytes more
constexpr std::size_t kEventBytes = 26;
constexpr std::size_t kMessageBytesMax = 256U * 1024U - kEventBytes;
constexpr std::int64_t kHour = 3'600'000;

auto invalid(std::string message) -> std::unexpected<targets::Problem> {
  return refuse("InvalidParameterException", std::move(message));
}

// What a page has collected of an event.
struct Found {
  Position at;
  Position next;
  std::int64_t timestamp = 0;
  std::int64_t ingested = 0;
  std::string message;
  std::string stream;
};

auto found(StoredEvent const& event) -> Found {
  return {event.at,    event.next, event.timestamp, event.ingested, std::string(event.message),
          event.stream};
}

auto limit_of(json::Value request) -> std::size_t {
  return static_cast<std::size_t>(
      std::clamp<std::int64_t>(member_int(request, "limit").value_or(kEventsMax), 1, kEventsMax));
}

// Which events GetLogEvents and FilterLogEvents ask for by time. The end belongs to it in
// FilterLogEvents alone.
struct Times {
  std::int64_t from = std::numeric_limits<std::int64_t>::min();
  std::int64_t to = std::numeric_limits<std::int64_t>::max();  // still in it

  static auto of(json::Value request, bool with_end) -> Times {
    Times times;
    if (auto const from = member_int(request, "startTime")) times.from = *from;
    if (auto const to = member_int(request, "endTime"))
      times.to = with_end || *to == std::numeric_limits<std::int64_t>::min() ? *to : *to - 1;
    return times;
  }
  [[nodiscard]] auto has(std::int64_t time) const -> bool { return time >= from && time <= to; }
};

auto out_event(Found const& event) -> Object {
  Object out;
  out.number("timestamp", event.timestamp).text("message", event.message);
  return out;
}

}  // namespace

auto read_streams(LogFiles const& files, std::string_view group, std::string_view prefix)
    -> std::vector<StreamSummary> {
  std::map<std::string, StreamSummary> streams;
  (void)visit_events(files, group, {}, std::nullopt, ~0ULL, [&](StoredEvent const& event) {
    if (!event.stream.starts_with(prefix)) return Visit::kGoOn;
    auto& stream = streams[event.stream];
    if (stream.created == 0) stream.created = event.ingested;
    if (event.is_marker) return Visit::kGoOn;
    stream.first = stream.first == 0 ? event.timestamp : std::min(stream.first, event.timestamp);
    stream.last = std::max(stream.last, event.timestamp);
    stream.ingested = std::max(stream.ingested, event.ingested);
    return Visit::kGoOn;
  });
  std::vector<StreamSummary> out;
  for (auto& [name, stream] : streams) {
    stream.name = name;
    out.push_back(std::move(stream));
  }
  return out;
}

auto stream_json(StreamSummary const& stream, std::string_view group_arn) -> std::string {
  Object out;
  out.text("logStreamName", stream.name).number("creationTime", stream.created);
  if (stream.last != 0)
    out.number("firstEventTimestamp", stream.first)
        .number("lastEventTimestamp", stream.last)
        .number("lastIngestionTime", stream.ingested);
  return out.text("uploadSequenceToken", "1")
      .text("arn", fmt::format("{}:log-stream:{}", group_arn, stream.name))
      .number("storedBytes", 0)
      .str();
}

// Source: API reference, PutLogEvents.
auto read_put(json::Value request, std::string_view stream, std::int64_t now)
    -> std::expected<PutLines, targets::Problem> {
  auto const* const events = request.find("logEvents");
  if (events == nullptr || !events->is_array() || events->size() == 0)
    return invalid("A request puts at least one log event: logEvents");
  if (events->size() > static_cast<std::size_t>(kEventsMax))
    return invalid(fmt::format("A request puts at most {} log events.", kEventsMax));
  PutLines out;
  std::size_t bytes = 0, index = 0;
  std::optional<std::size_t> too_new, old_end;
  std::int64_t last = 0, first = 0;
  for (auto const& event : events->elements()) {
    auto const time = event.is_object() ? member_int(event, "timestamp") : std::nullopt;
    auto const* const message = event.is_object() ? event.find("message") : nullptr;
    if (!time || *time < 0 || message == nullptr || !message->is_string())
      return invalid(fmt::format("logEvents[{}] has no timestamp or no message.", index));
    auto const text = message->as_string();
    if (text.empty() || text.size() > kMessageBytesMax)
      return invalid(fmt::format("Log event too large or empty: {} bytes exceeds limit of {}",
                                 text.size(), kMessageBytesMax));
    if (index == 0) first = *time;
    if (index != 0 && *time < last)
      return invalid("Log events in a single PutLogEvents request must be in chronological order.");
    last = *time;
    if (last - first > 24 * kHour)
      return invalid(
          "The batch of log events in a single PutLogEvents request cannot span more "
          "than 24 hours.");
    bytes += text.size() + kEventBytes;
    if (*time > now + 2 * kHour) {
      if (!too_new) too_new = index;
    } else if (*time < now - 14 * 24 * kHour) {
      old_end = index + 1;
    } else {
      append_put(out.lines,
                 {.stream = stream, .timestamp = *time, .ingested = now, .message = text});
    }
    ++index;
  }
  if (bytes > kPutBytesMax)
    return invalid(
        fmt::format("Upload too large: {} bytes exceeds limit of {}", bytes, kPutBytesMax));
  if (!too_new && !old_end) return out;
  Object rejected;
  if (too_new) rejected.number("tooNewLogEventStartIndex", static_cast<std::int64_t>(*too_new));
  if (old_end) rejected.number("tooOldLogEventEndIndex", static_cast<std::int64_t>(*old_end));
  out.rejected = rejected.str();
  return out;
}

auto read_stream_page(LogFiles const& files, std::string_view group, json::Value request)
    -> Answer {
  auto const stream = member_text(request, "logStreamName");
  auto const token = member_text(request, "nextToken");
  auto const limit = limit_of(request);
  auto const times = Times::of(request, false);
  auto const place = token.size() > 2 ? parse_position(token.substr(2)) : std::nullopt;
  bool const is_forward =
      token.empty() ? member_text(request, "startFromHead") == "true" : token.starts_with("f/");
  if (!token.empty() && (!place || (!is_forward && !token.starts_with("b/"))))
    return invalid("The specified nextToken is invalid.");
  std::deque<Found> page;
  std::size_t bytes = 0;
  bool is_known = false;
  auto const from = is_forward ? place.value_or(Position{}) : Position{};
  auto const to = is_forward ? std::nullopt : place;
  (void)visit_events(files, group, from, to, ~0ULL, [&](StoredEvent const& event) {
    if (event.stream != stream) return Visit::kGoOn;
    is_known = true;
    if (event.is_marker || !times.has(event.timestamp)) return Visit::kGoOn;
    if (is_forward && (page.size() == limit || bytes + event.message.size() > kPageBytesMax))
      return Visit::kEnough;
    page.push_back(found(event));
    bytes += event.message.size();
    while (page.size() > limit || (bytes > kPageBytesMax && page.size() > 1)) {
      bytes -= page.front().message.size();
      page.pop_front();
    }
    return Visit::kGoOn;
  });
  if (!is_known && token.empty())
    return refuse("ResourceNotFoundException", "The specified log stream does not exist.");
  std::string list = "[";
  for (auto const& event : page)
    targets::append_element(list, out_event(event).number("ingestionTime", event.ingested).str());
  auto const forward = !page.empty() ? page.back().next : place.value_or(from);
  auto const backward = !page.empty() ? page.front().at : place.value_or(from);
  return Object()
      .raw("events", list + "]")
      .text("nextForwardToken", "f/" + print_position(forward))
      .text("nextBackwardToken", "b/" + print_position(backward))
      .str();
}

auto read_filtered_page(LogFiles const& files, std::string_view group, json::Value request,
                        std::uint64_t scan_bytes_max) -> Answer {
  auto const pattern = FilterPattern::parse(member_text(request, "filterPattern"));
  if (!pattern)
    return invalid(
        "Invalid filter pattern: patterns of fields are not known here; terms are, such "
        "as \"ExecutionFailed\"");
  auto const token = member_text(request, "nextToken");
  auto const from = token.empty() ? Position{} : parse_position(token);
  if (!from) return invalid("The specified nextToken is invalid.");
  auto const prefix = member_text(request, "logStreamNamePrefix");
  std::vector<std::string> names;
  if (auto const* const given = request.find("logStreamNames");
      given != nullptr && given->is_array())
    for (auto const& name : given->elements())
      if (name.is_string()) names.emplace_back(name.as_string());
  if (!names.empty() && !prefix.empty())
    return invalid("logStreamNamePrefix and logStreamNames cannot both be given.");
  auto const times = Times::of(request, true);
  auto const limit = limit_of(request);
  std::vector<Found> page;
  std::size_t bytes = 0;
  std::optional<Position> full;
  auto const rest = visit_events(
      files, group, *from, std::nullopt, scan_bytes_max, [&](StoredEvent const& event) {
        bool const is_wanted =
            !event.is_marker && times.has(event.timestamp) && event.stream.starts_with(prefix) &&
            (names.empty() || std::ranges::find(names, event.stream) != names.end()) &&
            pattern->matches(event.message);
        if (!is_wanted) return Visit::kGoOn;
        if (page.size() == limit || (bytes + event.message.size() > kPageBytesMax && bytes != 0)) {
          full = event.at;
          return Visit::kEnough;
        }
        bytes += event.message.size();
        page.push_back(found(event));
        return Visit::kGoOn;
      });
  std::ranges::stable_sort(page, {}, &Found::timestamp);
  std::string list = "[";
  for (auto const& event : page)
    targets::append_element(
        list, out_event(event)
                  .number("ingestionTime", event.ingested)
                  .text("logStreamName", event.stream)
                  .text("eventId", fmt::format("{:028}{:028}", event.at.segment, event.at.offset))
                  .str());
  Object answer;
  answer.raw("events", list + "]").raw("searchedLogStreams", "[]");
  if (full || rest) answer.text("nextToken", print_position(full ? *full : *rest));
  return answer.str();
}

}  // namespace treadle::logs
