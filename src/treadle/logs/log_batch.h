// Log events on their way to where they are kept.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "treadle/base/time.h"

namespace treadle::logs {

// Whose log events: one state machine's, for one log group.
struct Origin {
  std::string_view group;    // "/aws/vendedlogs/states/orders"
  std::string_view machine;  // its name; of it the names of log streams are made
};

// Log events as they are written: each one line of `lines` with its line feed, in order.
struct Lines {
  struct End {
    Timestamp time;      // of the event
    std::size_t at = 0;  // where its line ends, behind the line feed
  };
  std::string lines;
  std::vector<End> ends;

  // The line that was written last is whole: closes it.
  void close_line(Timestamp time) {
    lines += '\n';
    ends.push_back({time, lines.size()});
  }
  void append(Lines const& more);
  void clear() {
    lines.clear();
    ends.clear();
  }
};

struct LogBatch {
  std::string group;
  std::string machine;
  Lines lines;
};

// "states/NAME/2026-11-27-09-08/HEX": of the minute of the event.
// Source: Step Functions Developer Guide, Express workflows' log streams.
[[nodiscard]] auto stream_name(std::string_view machine, Timestamp time) -> std::string;

}  // namespace treadle::logs
