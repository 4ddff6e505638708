// Who reads the history of executions while they run: logs, a timeline, a ring of recent ones.
//
// Histories are projected from journal events where somebody reads them, and nowhere else: an
// execution that nobody reads costs nothing here.
#pragma once

#include <functional>
#include <span>

#include "treadle/interpreter/execution_state.h"
#include "treadle/record/journal_event.h"
#include "treadle/record/payload_table.h"
#include "treadle/runtime/log_settings.h"

namespace treadle::runtime {

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

// The same for Standard executions, whose events are facts only after their commit.
class JournalSink {
 public:
  virtual ~JournalSink() = default;
  // Whether it reads executions with these settings. Asked at every command; any thread.
  [[nodiscard]] virtual auto reads(LogSettings const& settings) const -> bool = 0;
  // Before the commit. What it returns is called after it, in the order of the commits of the
  // execution, on its loop; never, where the commit fails. Empty: there is nothing to do.
  [[nodiscard]] virtual auto prepare(HistoryBatch const& batch)
      -> std::move_only_function<void()> = 0;
};

}  // namespace treadle::runtime
