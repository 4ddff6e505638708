// What the CloudWatch Logs service reads and checks; private to the folder.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "treadle/json/value.h"
#include "treadle/logs/log_files.h"
#include "treadle/targets/message.h"

namespace treadle::logs {

struct StreamSummary {
  std::string name;
  std::int64_t created = 0;
  std::int64_t first = 0;  // times of its events; 0: it has none
  std::int64_t last = 0;
  std::int64_t ingested = 0;
};
[[nodiscard]] auto read_streams(LogFiles const& files, std::string_view group,
                                std::string_view prefix) -> std::vector<StreamSummary>;
[[nodiscard]] auto stream_json(StreamSummary const& stream, std::string_view group_arn)
    -> std::string;

struct PutLines {
  std::string lines;     // of the events that are taken
  std::string rejected;  // rejectedLogEventsInfo, JSON; empty: none was
};
// InvalidParameterException as PutLogEvents has it.
[[nodiscard]] auto read_put(json::Value request, std::string_view stream, std::int64_t now)
    -> std::expected<PutLines, targets::Problem>;

// GetLogEvents and FilterLogEvents.
[[nodiscard]] auto read_stream_page(LogFiles const& files, std::string_view group,
                                    json::Value request) -> targets::Answer;
[[nodiscard]] auto read_filtered_page(LogFiles const& files, std::string_view group,
                                      json::Value request, std::uint64_t scan_bytes_max)
    -> targets::Answer;

}  // namespace treadle::logs
