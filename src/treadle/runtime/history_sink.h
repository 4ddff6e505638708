// Who reads the history of executions while they run: logs, a timeline, a ring of recent ones.
//
// Histories are projected from journal events where somebody reads them, and nowhere else: an
// execution that nobody reads costs nothing here.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "treadle/interpreter/execution_state.h"
#include "treadle/record/journal_event.h"
#include "treadle/record/payload_table.h"

namespace treadle::runtime {

// Source: API reference, LoggingConfiguration.
enum class HistoryLevel : std::uint8_t { kOff, kFatal, kError, kAll };

struct LogSettings {
  HistoryLevel level = HistoryLevel::kOff;
  bool with_data = false;  // includeExecutionData
  std::string group;       // name of the log group; empty: none
  friend auto operator==(LogSettings const&, LogSettings const&) -> bool = default;
};

// What one command led to. Everything is good until add() returns.
struct HistoryBatch {
  interpreter::ExecutionState const& state;  // after the events
  LogSettings const& settings;
  std::span<record::JournalEvent const> events;
  record::PayloadTable& payloads;
};

class HistorySink {
 public:
  virtual ~HistorySink() = default;
  // Whether it reads executions with these settings. Asked once an execution; any thread.
  [[nodiscard]] virtual auto reads(LogSettings const& settings) const -> bool = 0;
  // Batches of one execution come in order, from one thread at a time.
  virtual void add(HistoryBatch const& batch) = 0;
};

}  // namespace treadle::runtime
