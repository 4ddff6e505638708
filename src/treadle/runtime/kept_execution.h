// An Express execution that is kept for a while: its journal and its payloads in one piece of bytes.
//
// In memory only, so the form may change with every release: what is looked at often (KeptHead),
// then a row a command: its journal events as the store has them, and the payloads that they made.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "treadle/json/arena.h"
#include "treadle/record/journal_event.h"
#include "treadle/runtime/history_sink.h"
#include "treadle/runtime/router.h"

namespace treadle::runtime {

// What lists show.
struct KeptHead {
  std::string_view execution_arn;
  std::string_view name;
  std::string_view state_machine_arn;
  std::string_view version_arn;  // empty, like the next one, where the start did not name it
  std::string_view alias_arn;
  std::string_view trace_header;
  std::string_view revision;  // of the definition that it ran
  ExecutionStatus status = ExecutionStatus::kSucceeded;
  Timestamp started_at;
  Timestamp stopped_at;
  bool is_cut = false;  // its history was too large: what is missing lies before the last event
};

// Takes down an execution while it runs.
class ExecutionRecording {
 public:
  // Batches of one execution, in their order. Beyond `bytes_max` only the last event is taken.
  void add(HistoryBatch const& batch, std::size_t bytes_max);
  [[nodiscard]] auto bytes() const -> std::size_t { return rows_.size(); }
  // Once the execution is over: all of it, exactly as large as need be. The recording begins anew.
  [[nodiscard]] auto finish(interpreter::ExecutionState const& state) -> std::string;

 private:
  void add_row(HistoryBatch const& batch, std::span<record::JournalEvent const> events,
               record::PayloadId end);
  void add_what_fits(HistoryBatch const& batch, std::size_t bytes_max);

  std::string rows_;
  record::PayloadId next_{1};  // the first payload that is not in rows_
  bool is_cut_ = false;
};

// Views the bytes. They must be what finish() gave.
[[nodiscard]] auto kept_head(std::string_view bytes) -> KeptHead;
[[nodiscard]] auto summary_of(KeptHead const& head) -> ExecutionSummary;

// An execution taken out and read. Good for a history, and for whoever wants to replay it: the
// events are those of its journal.
class KeptExecution {
 public:
  explicit KeptExecution(std::string bytes);
  KeptExecution(KeptExecution const&) = delete;
  auto operator=(KeptExecution const&) -> KeptExecution& = delete;

  [[nodiscard]] auto head() const -> KeptHead const& { return head_; }
  [[nodiscard]] auto events() const -> std::vector<record::JournalEvent> const& { return events_; }
  // The text of a payload that an event names; empty for one that was cut.
  [[nodiscard]] auto payload(record::PayloadId id) const -> std::string_view;
  // As DescribeExecution and GetExecutionHistory have them. The page keeps `execution` alive.
  [[nodiscard]] auto describe() const -> ExecutionDescription;
  [[nodiscard]] static auto history(std::shared_ptr<KeptExecution const> const& execution,
                                    HistoryRequest const& request) -> HistoryPage;

 private:
  std::string const bytes_;
  json::Arena arena_;
  KeptHead head_;
  std::vector<record::JournalEvent> events_;
  std::vector<std::pair<record::PayloadId, std::string_view>> payloads_;  // by ascending id
};

}  // namespace treadle::runtime
