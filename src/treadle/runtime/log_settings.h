// As what an execution logs.
#pragma once

#include <cstdint>
#include <string>

namespace treadle::runtime {

// Source: API reference, LoggingConfiguration.
enum class HistoryLevel : std::uint8_t { kOff, kFatal, kError, kAll };

struct LogSettings {
  HistoryLevel level = HistoryLevel::kOff;
  bool with_data = false;  // includeExecutionData
  std::string group;       // name of the log group; empty: none
  friend auto operator==(LogSettings const&, LogSettings const&) -> bool = default;
};

}  // namespace treadle::runtime
