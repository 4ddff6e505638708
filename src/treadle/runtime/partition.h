// A partition: the executions that live on it, decided one command at a time by one
// thread, without locks.
//
// A command is decided on the working state, its batch is handed to the store, and the
// next one may be decided at once. What depends on a batch (effects, answers, wake-ups)
// happens after its commit, in the order of the commits. Everything here runs on the
// partition's event loop; others post to it.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "treadle/base/clock.h"
#include "treadle/integrations/connector.h"
#include "treadle/interpreter/effects.h"
#include "treadle/interpreter/world.h"
#include "treadle/json/arena.h"
#include "treadle/net/event_loop.h"
#include "treadle/record/command.h"
#include "treadle/runtime/activity_board.h"
#include "treadle/runtime/engine_parts.h"
#include "treadle/runtime/live_execution.h"
#include "treadle/runtime/router.h"
#include "treadle/runtime/timer_index.h"

namespace treadle::runtime {

// What partitions on one loop share.
struct LoopScratch {
  json::Arena arena;  // of the command that is being decided
  std::vector<record::JournalEvent> events;
};

class Partition {
 public:
  Partition(PartitionIndex index, net::EventLoop& loop, LoopScratch& scratch, EngineParts& parts,
            Random& random);

  [[nodiscard]] auto loop() -> net::EventLoop& { return loop_; }

  // Sends again what was sent and not known to be done, and starts the timers.
  // Once, before anything else.
  void recover();

  // Looks for due timers at once.
  void clock_moved() { timers_.look(); }

  void start(StartRequest const& request, OnAnswer<Started> done);

  // Refuses as Router::redrive_execution does.
  void redrive(Place const& place, record::RedriveExecution const& command,
               OnAnswer<Redriven> done);

  // Refuses as Router::compensate_execution does.
  void compensate(Place const& place, record::CompensateExecution const& command,
                  OnAnswer<Compensating> done);

  // What became of a command, once that is durable.
  using OnReply = std::move_only_function<void(record::Reply)>;
  // Decides a command on an execution. kNotRunning for one that does not exist.
  // `command` may view the caller's memory.
  void execute(Place const& place, record::Command const& command, OnReply done);

  // Calls `done(true)` once the execution has ended, or `done(false)` after `wait`.
  void wait_for_end(Place const& place, Milliseconds wait,
                    std::move_only_function<void(bool)> done);
  // Tells everybody who waits, now and from now on, that the execution has not ended.
  void release_waiters();

 private:
  // What happens after a commit.
  struct AfterCommit {
    EntityId execution;
    std::uint64_t sequence = 0;
    std::vector<integrations::TaskCall> calls;
    std::vector<integrations::CallId> cancels;
    std::vector<OutboxKey> jobs;              // to wait for, or to stop
    std::vector<record::HistoryId> children;  // to ask to compensate
    std::vector<ActivityOffer> offers;
    std::vector<record::HistoryId> withdrawals;
    std::optional<Timestamp> timer;  // the earliest that was put
    bool goes_on = false;            // it yielded
    bool ended = false;
    std::optional<Timestamp> agenda;  // rows were put there, due then
    std::vector<StatusChange> status_changes;
    std::move_only_function<void()> log;
    std::move_only_function<void()> answer;
  };
  struct Waiter {
    std::uint64_t number = 0;
    net::Timer timer;
    std::move_only_function<void(bool)> done;
  };

  // Why no new work can be taken on just now.
  [[nodiscard]] auto overload() const -> std::optional<Refusal>;
  // What a command that was decided answers after its commit.
  using MakeAnswer =
      std::move_only_function<std::move_only_function<void()>(LiveExecution const&, record::Reply)>;
  struct SlowDecision;

  // Decides a command on an execution that is not away: here, or in the slow lane if it takes long.
  // `command` may view the caller's memory.
  void decide(LiveExecution& live, record::Command const& command, MakeAnswer answer);
  void decide_slowly(LiveExecution& live, record::Command const& command, MakeAnswer answer);
  void take_back(SlowDecision& decision);
  // Commits the events in the scratch, or answers where there are none.
  void conclude(LiveExecution& live, record::PayloadTable& payloads, record::Command const& command,
                record::Reply reply, MakeAnswer answer);
  [[nodiscard]] auto find(Place const& place) -> LiveExecution*;
  void touch(EntityId id);
  void evict_idle();

  // Writes what was decided, and promises `answer` for after its commit.
  void commit(LiveExecution& live, record::PayloadTable& payloads, record::Command const& command,
              std::move_only_function<void()> answer);
  // What is to be done after the commit so that the events are logged.
  [[nodiscard]] auto prepare_log(LiveExecution& live, record::PayloadTable& payloads)
      -> std::move_only_function<void()>;
  void describe_effects(LiveExecution& live, record::PayloadTable& payloads, AfterCommit& after);
  void add_rows(LiveExecution& live, record::Command const& command, store::Batch& batch,
                AfterCommit& after);
  // Waits for tokens begin and end; stops and redrives are put down.
  void add_wait_rows(LiveExecution& live, std::span<interpreter::TokenRow const> changes,
                     record::Command const& command, store::Batch& batch, AfterCommit& after);
  void begin_wait(LiveExecution& live, record::JournalEvent const& event, store::Batch& batch,
                  AfterCommit& after);
  void end_wait(LiveExecution& live, record::HistoryId scheduled, record::Command const& command,
                store::Batch& batch, AfterCommit& after);
  void note_operation(LiveExecution& live, record::Command const& command, store::Batch& batch,
                      AfterCommit& after);
  // What is known of an open wait; nullopt also where the row can't be read, which ends the process.
  [[nodiscard]] auto find_wait(LiveExecution const& live, record::HistoryId scheduled)
      -> std::optional<WaitRow>;
  void submit(store::Batch batch, std::unique_ptr<AfterCommit> after);
  void committed(AfterCommit& after);
  // Answers now, or once everything that was submitted for the execution is durable.
  void answer_when_durable(LiveExecution& live, std::move_only_function<void()> answer);

  void invoke(integrations::TaskCall call);
  // Waits for a job or stops it, if the execution still wants that.
  void attend_job(OutboxKey const& row);
  // Asks the execution that the task waits for to compensate.
  void ask_child(Place const& place, record::HistoryId scheduled);
  // The task's call, as the job that it started is spoken of. nullopt ends the process.
  [[nodiscard]] auto job_call(LiveExecution& live, record::HistoryId scheduled,
                              record::PayloadId submission)
      -> std::optional<integrations::TaskCall>;
  // Looks up the way back where deciding the command may take it.
  void find_way_back(LiveExecution& live, record::Command const& command);
  void move_heartbeat(LiveExecution& live, record::HistoryId scheduled,
                      std::move_only_function<void()> answer);
  void timer_due(TimerKey const& key);
  void wake_waiters(EntityId id);
  void redeliver(OutboxKey const& row);
  [[nodiscard]] auto repeated_start(StartRequest const& request, OnAnswer<Started>& done) -> bool;
  void answer_repeated(StartRequest const& request, LiveExecution& live, OnAnswer<Started> done);

  [[nodiscard]] auto call_context(LiveExecution const& live) const -> struct CallContext;
  [[nodiscard]] auto world(LiveExecution const& live, interpreter::TokenMint const& tokens,
                           Random& random, interpreter::Turn* turn) const -> interpreter::World;

  PartitionIndex const index_;
  net::EventLoop& loop_;
  LoopScratch& scratch_;
  EngineParts& parts_;
  Random& random_;
  TimerIndex timers_;
  std::uint64_t last_waiter_ = 0;
  std::map<EntityId, std::unique_ptr<LiveExecution>> live_;
  std::map<std::string, EntityId, std::less<>> live_by_arn_;
  std::list<EntityId> by_use_;  // least recently used first
  std::map<EntityId, std::list<EntityId>::iterator> use_;
  std::map<EntityId, std::list<Waiter>> waiters_;
  bool keeps_waiters_ = true;
};

}  // namespace treadle::runtime
