#include "treadle/interpreter/effects.h"

#include <algorithm>

namespace treadle::interpreter {
namespace {

using namespace record;

auto waits_for_token(asl::ResourceKind kind, asl::Pattern pattern) -> bool {
  return kind == asl::ResourceKind::kActivity || pattern == asl::Pattern::kWaitForTaskToken;
}

// What ends a wait may cancel a call that is still out.
void cancel(Disarm const& disarm, std::vector<Effect>& out) {
  if (disarm.task != 0 && (disarm.call_open || disarm.job_open))
    out.push_back({EffectKind::kCancelTask, disarm.task});
  if (disarm.stop_job) out.push_back({EffectKind::kStopJob, disarm.task});
}

// Or may have: then a call or a wait may still be out.
auto came_by_token(Disarm const& disarm) -> bool { return disarm.token_open || disarm.job_open; }

void disarm_rows(Disarm const& d, RowChanges& out) {
  if (d.timer) out.timers.push_back({*d.timer, false});
  if (d.heartbeat) out.timers.push_back({*d.heartbeat, false});
  if (d.call_open) out.outbox.push_back({d.task, OutboxKind::kCall, false});
  if (d.activity_offered) out.outbox.push_back({d.task, OutboxKind::kActivity, false});
  if (d.token_open) out.tokens.push_back({d.task, false});
  if (d.job_open) out.outbox.push_back({d.task, OutboxKind::kJob, false});
  if (d.stop_job) out.outbox.push_back({d.task, OutboxKind::kStopJob, true});
}

}  // namespace

void effects(JournalEvent const& event, std::vector<Effect>& out) {
  if (auto const* e = std::get_if<TaskScheduled>(&event.fact)) {
    bool const activity = e->kind == asl::ResourceKind::kActivity;
    out.push_back(
        {activity ? EffectKind::kOfferActivity : EffectKind::kInvokeTask, event.first_history_id});
  } else if (auto const* submitted = std::get_if<TaskSubmitted>(&event.fact)) {
    if (submitted->has_job) out.push_back({EffectKind::kAwaitJob, submitted->task.scheduled});
  } else if (auto const* succeeded = std::get_if<TaskSucceeded>(&event.fact)) {
    if (came_by_token(succeeded->disarm)) cancel(succeeded->disarm, out);
  } else if (auto const* failed = std::get_if<TaskFailed>(&event.fact)) {
    if (failed->how != TaskFailure::kFailed || came_by_token(failed->disarm))
      cancel(failed->disarm, out);
  } else if (auto const* aborted = std::get_if<ScopeAborted>(&event.fact)) {
    cancel(aborted->disarm, out);
  } else if (auto const* asked = std::get_if<ChildAsked>(&event.fact)) {
    out.push_back({EffectKind::kCompensateJob, asked->scheduled});
  } else if (std::holds_alternative<Yielded>(event.fact)) {
    out.push_back({EffectKind::kContinue, 0});
  } else if (std::holds_alternative<ExecutionSucceeded>(event.fact) ||
             std::holds_alternative<ExecutionEnded>(event.fact)) {
    out.push_back({EffectKind::kTellEnded, 0});
  }
}

namespace {

class Indexer {
 public:
  Indexer(JournalEvent const& event, RowChanges& out) : event_(event), out_(out) {}

  void operator()(ExecutionStarted const& e) {
    if (e.timeout_due)
      out_.timers.push_back(
          {{*e.timeout_due, event_.first_history_id, TimerKind::kExecutionTimeout}, true});
  }
  void operator()(ExecutionRedriven const& e) {
    if (e.timeout_due)
      out_.timers.push_back(
          {{*e.timeout_due, event_.first_history_id, TimerKind::kExecutionTimeout}, true});
  }
  void operator()(DeadlineSet const& e) { out_.timers.push_back({e.timer, true}); }
  void operator()(DeadlineLifted const& e) { out_.timers.push_back({e.timer, false}); }
  void operator()(WaitStarted const& e) { out_.timers.push_back({e.timer, true}); }
  void operator()(TimerFired const& e) { out_.timers.push_back({e.timer, false}); }
  void operator()(RetryScheduled const& e) { out_.timers.push_back({e.timer, true}); }
  void operator()(TaskScheduled const& e) {
    auto const id = event_.first_history_id;
    if (e.timeout) out_.timers.push_back({*e.timeout, true});
    if (e.heartbeat) out_.timers.push_back({*e.heartbeat, true});
    bool const activity = e.kind == asl::ResourceKind::kActivity;
    out_.outbox.push_back({id, activity ? OutboxKind::kActivity : OutboxKind::kCall, true});
    if (waits_for_token(e.kind, e.pattern)) out_.tokens.push_back({id, true});
  }
  void operator()(TaskStarted const& e) {
    if (e.task.kind == asl::ResourceKind::kActivity)
      out_.outbox.push_back({e.task.scheduled, OutboxKind::kActivity, false});
  }
  void operator()(TaskSubmitted const& e) {
    out_.outbox.push_back({e.task.scheduled, OutboxKind::kCall, false});
    if (e.has_job) out_.outbox.push_back({e.task.scheduled, OutboxKind::kJob, true});
  }
  void operator()(JobStopped const& e) {
    out_.outbox.push_back({e.scheduled, OutboxKind::kStopJob, false});
  }
  void operator()(TaskSucceeded const& e) { disarm_rows(e.disarm, out_); }
  void operator()(TaskFailed const& e) { disarm_rows(e.disarm, out_); }
  void operator()(ScopeAborted const& e) { disarm_rows(e.disarm, out_); }
  void operator()(ExecutionSucceeded const& e) { ended(e.timer); }
  void operator()(ExecutionEnded const& e) { ended(e.timer); }
  void operator()(Yielded const&) { out_.outbox.push_back({0, OutboxKind::kContinue, true}); }
  void operator()(Resumed const&) { out_.outbox.push_back({0, OutboxKind::kContinue, false}); }
  // Facts that nothing waits for.
  template <typename Fact>
  void operator()(Fact const&) {}

 private:
  void ended(std::optional<Timer> const& timer) {
    if (timer) out_.timers.push_back({*timer, false});
  }
  JournalEvent const& event_;
  RowChanges& out_;
};

}  // namespace

void index(JournalEvent const& event, RowChanges& out) {
  std::visit(Indexer(event, out), event.fact);
}

auto pending(ExecutionState const& state) -> Pending {
  Pending p;
  if (state.timeout) p.timers.push_back(*state.timeout);
  if (state.deadline) p.timers.push_back(*state.deadline);
  if (state.yielded) p.outbox.emplace_back(0, OutboxKind::kContinue);
  for (auto const& s : state.scopes) {
    if (s.timer) p.timers.push_back(*s.timer);
    if (!s.task) continue;
    auto const& t = *s.task;
    if (t.timeout) p.timers.push_back(*t.timeout);
    if (t.heartbeat) p.timers.push_back(*t.heartbeat);
    if (t.call_open) p.outbox.emplace_back(t.scheduled, OutboxKind::kCall);
    if (t.has_open_job()) p.outbox.emplace_back(t.scheduled, OutboxKind::kJob);
    if (t.kind == asl::ResourceKind::kActivity && !t.started)
      p.outbox.emplace_back(t.scheduled, OutboxKind::kActivity);
    if (waits_for_token(t.kind, t.pattern)) p.tokens.push_back(t.scheduled);
  }
  for (auto const& job : state.stopping) p.outbox.emplace_back(job.scheduled, OutboxKind::kStopJob);
  std::ranges::sort(p.timers);
  std::ranges::sort(p.outbox);
  std::ranges::sort(p.tokens);
  return p;
}

}  // namespace treadle::interpreter
