// Reads the lines of a group's files as the log events that CloudWatch Logs would have of them.
//
// Two kinds of lines stand in a file: records of executions as they are (record.h), whose time, and whose
// stream, are read from themselves; and what clients put:
//   {"logStreamName":"s","timestamp":1700000000000,"ingestionTime":1700000000001,"message":"text"}
// A line of a stream without "message" says that the stream was made ("creationTime").
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "treadle/logs/log_files.h"

namespace treadle::logs {

// Where a line begins: a file of the group, and bytes from its beginning.
struct Position {
  std::uint64_t segment = 0;
  std::uint64_t offset = 0;
  friend auto operator<=>(Position const&, Position const&) = default;
};

// "7.1024"
[[nodiscard]] auto print_position(Position position) -> std::string;
[[nodiscard]] auto parse_position(std::string_view text) -> std::optional<Position>;

struct StoredEvent {
  Position at;
  Position next;               // of the line behind it
  std::int64_t timestamp = 0;  // milliseconds since 1970
  std::int64_t ingested = 0;
  std::string_view message = {};  // good until the visitor returns
  std::string stream = {};
  bool is_marker = false;  // the stream was made; `timestamp` says when
};

enum class Visit : std::uint8_t { kGoOn, kEnough };

// Visits events from `from` on and before `to` (nullopt: to the end), in the order in which they were
// written, until the visitor has enough or about `bytes_max` were read. Where it stopped; nullopt: there
// is no more. A `from` that lies in no line's beginning is moved to the next. Lines that are neither
// kind are passed over.
[[nodiscard]] auto visit_events(LogFiles const& files, std::string_view group, Position from,
                                std::optional<Position> to, std::uint64_t bytes_max,
                                std::function<Visit(StoredEvent const&)> const& visit)
    -> std::optional<Position>;

// The two kinds of lines that clients write, each with its line feed.
struct PutEvent {
  std::string_view stream;
  std::int64_t timestamp = 0;
  std::int64_t ingested = 0;
  std::string_view message;
};
void append_put(std::string& out, PutEvent const& event);
[[nodiscard]] auto marker_line(std::string_view stream, std::int64_t created) -> std::string;

}  // namespace treadle::logs
