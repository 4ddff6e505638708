#include "treadle/logs/log_reader.h"

#include <algorithm>
#include <charconv>
#include <unistd.h>

#include <fmt/format.h>

#include "treadle/json/arena.h"
#include "treadle/json/parse.h"
#include "treadle/json/print.h"
#include "treadle/logs/log_batch.h"

namespace treadle::logs {
namespace {

constexpr std::size_t kPieceBytes = std::size_t{1} << 20;

auto number_of(std::string_view text) -> std::optional<std::uint64_t> {
  std::uint64_t number = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

auto text_of(json::Value object, std::string_view key) -> std::optional<std::string_view> {
  auto const* const value = object.find(key);
  if (value == nullptr) return std::nullopt;
  if (value->is_string()) return value->as_string();
  if (value->is_number()) return value->number_text();
  return std::nullopt;
}

auto time_of(json::Value object, std::string_view key) -> std::optional<std::int64_t> {
  auto const text = text_of(object, key);
  auto const number = text ? number_of(*text) : std::nullopt;
  return number ? std::optional(static_cast<std::int64_t>(*number)) : std::nullopt;
}

// "orders" of "arn:aws:states:REGION:ACCOUNT:execution:orders:NAME".
auto machine_of(std::string_view execution_arn) -> std::string_view {
  for (int part = 0; part < 6; ++part) {
    auto const colon = execution_arn.find(':');
    if (colon == std::string_view::npos) return {};
    execution_arn.remove_prefix(colon + 1);
  }
  return execution_arn.substr(0, execution_arn.find(':'));
}

// Fills in all but the places; false for a line of neither kind. `arena` keeps the message.
auto read_line(std::string_view line, json::Arena& arena, StoredEvent& out) -> bool {
  auto const parsed = json::parse(arena, line);
  if (!parsed || !parsed->is_object()) return false;
  if (auto const arn = text_of(*parsed, "execution_arn")) {
    auto const time = time_of(*parsed, "event_timestamp");
    if (!time) return false;
    out.timestamp = out.ingested = *time;
    out.stream = stream_name(machine_of(*arn), Timestamp(Milliseconds(*time)));
    out.message = line;
    return true;
  }
  auto const stream = text_of(*parsed, "logStreamName");
  if (!stream) return false;
  out.stream = *stream;
  if (auto const created = time_of(*parsed, "creationTime")) {
    out.is_marker = true;
    out.timestamp = out.ingested = *created;
    return true;
  }
  auto const time = time_of(*parsed, "timestamp");
  auto const message = text_of(*parsed, "message");
  if (!time || !message) return false;
  out.timestamp = *time;
  out.ingested = time_of(*parsed, "ingestionTime").value_or(*time);
  out.message = *message;
  return true;
}

// The lines of one file, from a place on.
class LineReader {
 public:
  LineReader(Segment const& segment, std::uint64_t from) : segment_(segment), offset_(from) {
    if (from == 0) return;
    --offset_;  // so that a line that begins at `from` is seen to begin there
    std::string_view rest;
    (void)next(rest);
  }

  // Without its line feed; good until the next call.
  [[nodiscard]] auto next(std::string_view& line) -> bool {
    auto end = buffer_.find('\n', at_);
    while (end == std::string::npos) {
      if (!read_more()) return false;
      end = buffer_.find('\n', at_);
    }
    line = std::string_view(buffer_).substr(at_, end - at_);
    begin_ = offset_;
    offset_ += end + 1 - at_;
    at_ = end + 1;
    return true;
  }
  [[nodiscard]] auto begin() const -> std::uint64_t { return begin_; }  // of the line given last
  [[nodiscard]] auto offset() const -> std::uint64_t { return offset_; }

 private:
  auto read_more() -> bool {
    buffer_.erase(0, at_);
    at_ = 0;
    auto const from = offset_ + buffer_.size();
    if (from >= segment_.size) return false;
    auto const old = buffer_.size();
    auto const wanted = std::min<std::uint64_t>(kPieceBytes, segment_.size - from);
    buffer_.resize(old + wanted);
    auto const got =
        ::pread(segment_.file.descriptor(), buffer_.data() + old, wanted, static_cast<off_t>(from));
    buffer_.resize(old + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    return got > 0;
  }

  Segment const& segment_;
  std::string buffer_;
  std::size_t at_ = 0;        // in the buffer
  std::uint64_t offset_ = 0;  // of buffer_[at_] in the file
  std::uint64_t begin_ = 0;
};

}  // namespace

auto print_position(Position position) -> std::string {
  return fmt::format("{}.{}", position.segment, position.offset);
}

auto parse_position(std::string_view text) -> std::optional<Position> {
  auto const dot = text.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  auto const segment = number_of(text.substr(0, dot));
  auto const offset = number_of(text.substr(dot + 1));
  if (!segment || !offset) return std::nullopt;
  return Position{*segment, *offset};
}

auto visit_events(LogFiles const& files, std::string_view group, Position from,
                  std::optional<Position> to, std::uint64_t bytes_max,
                  std::function<Visit(StoredEvent const&)> const& visit)
    -> std::optional<Position> {
  std::uint64_t read = 0;
  json::Arena arena;
  for (auto const& segment : files.segments(group)) {
    if (segment.number < from.segment) continue;
    LineReader lines(segment,
                     segment.number == from.segment ? std::min(from.offset, segment.size) : 0);
    for (std::string_view line; lines.next(line);) {
      StoredEvent event{.at = {segment.number, lines.begin()},
                        .next = {segment.number, lines.offset()}};
      if (to && event.at >= *to) return std::nullopt;
      arena.reset();
      if (read_line(line, arena, event) && visit(event) == Visit::kEnough) return event.next;
      read += line.size() + 1;
      if (read >= bytes_max) return event.next;
    }
  }
  return std::nullopt;
}

void append_put(std::string& out, PutEvent const& event) {
  fmt::format_to(std::back_inserter(out),
                 R"({{"logStreamName":{},"timestamp":{},"ingestionTime":{},"message":)",
                 json::print_string(event.stream), event.timestamp, event.ingested);
  json::append_string(out, event.message);
  out += "}\n";
}

auto marker_line(std::string_view stream, std::int64_t created) -> std::string {
  return fmt::format("{{\"logStreamName\":{},\"creationTime\":{}}}\n", json::print_string(stream),
                     created);
}

}  // namespace treadle::logs
