// A history event as Step Functions writes it to CloudWatch Logs:
//
//   {"id":"2","type":"PassStateEntered","details":{"name":"A","input":"{}",
//    "inputDetails":{"truncated":false}},"previous_event_id":"0",
//    "event_timestamp":"1700000000000","execution_arn":"arn:...","redrive_count":"0"}
//
// Numbers are text. Source: recorded log events; Step Functions Developer Guide, "CloudWatch Logs
// payloads".
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "treadle/record/history_event.h"
#include "treadle/record/payload_table.h"

namespace treadle::logs {

// An input or output whose escaped text is longer is cut, and its ...Details say so.
inline constexpr std::size_t kPayloadBytesMax = std::size_t{248} * 1024;
// CloudWatch's own bound of a log event, less what it adds to each.
inline constexpr std::size_t kRecordBytesMax = std::size_t{256} * 1024 - 26;

enum class ExecutionData : std::uint8_t { kLeftOut, kIncluded };

struct RecordSource {
  std::string_view execution_arn;
  std::uint32_t redrive_count = 0;
  ExecutionData data = ExecutionData::kLeftOut;  // inputs, outputs, parameters and variables
};

// Appends the record, without a line feed in or after it, of at most kRecordBytesMax bytes.
void append_record(std::string& out, record::HistoryEvent const& event, RecordSource const& source,
                   record::PayloadTable& payloads);

}  // namespace treadle::logs
