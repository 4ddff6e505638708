// The state of one execution: a tree of scopes. Written by apply() alone.
//
// A scope is a running region: the execution itself, a branch of a Parallel, an iteration
// of a Map. Payloads are held by number, so a state is small and is rebuilt from its
// journal without reading any of them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "treadle/asl/model.h"
#include "treadle/base/time.h"
#include "treadle/record/ids.h"
#include "treadle/record/journal_event.h"

namespace treadle::interpreter {

using record::HistoryId;
using record::PayloadId;
using record::ScopeId;
using record::Timer;

enum class Status : std::uint8_t {
  kNotStarted,
  kRunning,
  kSucceeded,
  kFailed,
  kAborted,
  kTimedOut
};

enum class Phase : std::uint8_t {
  kReady,     // `state` is to be entered with `input`
  kEntered,   // `state` was entered; what it waits for, if anything, is not yet decided
  kWaiting,   // a Wait state, until `timer`
  kTask,      // `task` is open
  kBackoff,   // a retry is due at `timer`
  kRetry,     // the back-off is over; the attempt is to be made
  kChildren,  // a Parallel or Map whose `container` runs
  kEnded,     // the region ran to its end with `output`
};

struct OpenTask {
  HistoryId scheduled = 0;
  asl::ResourceKind kind = asl::ResourceKind::kService;
  asl::Pattern pattern = asl::Pattern::kRequestResponse;
  bool started = false;   // an activity's worker took it
  bool call_open = true;  // the call has not returned; false at once for an activity
  std::optional<Timer> timeout;
  std::optional<Timer> heartbeat;
  std::uint64_t heartbeat_seconds = 0;
  PayloadId submission = {};  // of a job that was started: what its call returned
  bool is_asked = false;      // the execution that it waits for: to compensate

  [[nodiscard]] auto is_job() const -> bool {
    return pattern == asl::Pattern::kSync || pattern == asl::Pattern::kSync2;
  }
  [[nodiscard]] auto has_open_job() const -> bool { return submission != PayloadId{}; }
};

// A job that nobody waits for any longer and that is to be stopped.
struct AbandonedJob {
  HistoryId scheduled = 0;
  PayloadId submission;  // 0: its call had not returned
};

struct Container {
  PayloadId input;  // what branches get, or what ItemSelector reads
  PayloadId items;  // of a Map
  std::uint32_t length = 0;
  std::uint32_t started = 0;
  std::uint32_t ended = 0;
  std::uint32_t concurrency_max = 0;
  std::vector<PayloadId> results;  // by index; 0 while not ended
};

struct Variable {
  std::string name;
  PayloadId value;
};

struct Scope {
  ScopeId id;
  ScopeId parent;           // 0 for the root
  std::uint32_t index = 0;  // of the branch or iteration
  asl::RegionIndex region;
  asl::StateIndex state;
  Phase phase = Phase::kReady;
  HistoryId entered_id = 0;
  HistoryId entered_after = 0;  // what StateEntered shows as previousEventId
  HistoryId last_id = 0;        // what the scope's next event shows as previousEventId
  Timestamp entered_at;
  PayloadId input;
  PayloadId output;
  std::uint32_t retry_count = 0;            // attempts made before this one, over all retriers
  std::vector<std::uint32_t> retries_done;  // by retrier; empty until the first retry
  std::optional<Timer> timer;               // of kWaiting and kBackoff
  std::optional<OpenTask> task;
  std::optional<Container> container;
  std::vector<Variable> variables;
};

// A redrive that was asked for under a client's token.
struct RedriveToken {
  std::string token;
  Timestamp used_at;
};

// What ExecutionStarted says once and for all.
struct Identity {
  std::string execution_arn;
  std::string name;
  std::string state_machine_arn;
  std::string state_machine_name;
  std::string revision;
  std::string role_arn;
  std::string trace_header;
  std::string version_arn;  // that runs; empty where the start named neither it nor an alias
  std::string alias_arn;    // that the start named; may be empty
  std::string revision_id;  // of the machine, as the API shows it; may be empty
  Timestamp revised_at;
  PayloadId input;
  Timestamp started_at;
};

enum class CompensationStage : std::uint8_t {
  kNone,
  kRequested,  // not followed yet: nested executions are to end first, or no way has led back so far
  kBegan
};

// A request to compensate. Of an execution that goes back without one, all of it is empty.
struct Compensation {
  CompensationStage stage = CompensationStage::kNone;
  std::string cause;
  Timestamp requested_at;
};

// What changes on the way. A copy of it, made before a command is decided, takes that back.
struct Progress {
  Status status = Status::kNotStarted;
  PayloadId output;
  std::string
      error;  // of an execution that failed, was aborted or timed out; empty if it gave none
  std::string cause;
  Timestamp ended_at;
  Timestamp last_event_at;
  std::uint32_t redrive_count = 0;
  Timestamp redriven_at;                     // of the last redrive
  std::vector<RedriveToken> redrive_tokens;  // the last limits::kRedriveTokens, oldest first
  HistoryId last_history_id = 0;
  std::uint32_t last_scope_id = 0;
  bool yielded = false;
  std::optional<Timer> timeout;
  std::optional<Timer> deadline;  // of the saga
  Compensation compensation;
  std::vector<Scope> scopes;  // by ascending id; children come after their parents
  std::vector<AbandonedJob> stopping;
  // The scopes that failed or were aborted below a state that has not gone on since, and, once the
  // execution has ended badly, all that were open: what a redrive reopens. By ascending id.
  std::vector<Scope> frontier;
};

struct ExecutionState : Identity, Progress {
  [[nodiscard]] auto find(ScopeId id) -> Scope*;
  [[nodiscard]] auto find(ScopeId id) const -> Scope const*;
  // The scope that must be there.
  [[nodiscard]] auto scope(ScopeId id) -> Scope&;
  [[nodiscard]] auto scope(ScopeId id) const -> Scope const&;
  // The scope whose open task was scheduled by that event, or nullptr.
  [[nodiscard]] auto find_task(HistoryId scheduled) const -> Scope const*;
  [[nodiscard]] auto is_stopping(HistoryId scheduled) const -> bool;
  [[nodiscard]] auto is_over() const -> bool { return status > Status::kRunning; }
};

}  // namespace treadle::interpreter
