// An ExecutionState as text, every field of it: two states are equal when their texts are.
#pragma once

#include <string>

#include <fmt/format.h>

#include "treadle/interpreter/effects.h"
#include "treadle/interpreter/execution_state.h"

namespace treadle::interpreter {

inline auto timer_text(std::optional<Timer> const& t) -> std::string {
  return t ? fmt::format("{}@{}/{}", t->due.time_since_epoch().count(), t->history_id,
                         static_cast<int>(t->kind))
           : "-";
}

inline auto pending_text(Pending const& p) -> std::string {
  std::string out = "timers";
  for (auto const& timer : p.timers) out += " " + timer_text(timer);
  out += " outbox";
  for (auto const& [id, kind] : p.outbox) out += fmt::format(" {}/{}", id, static_cast<int>(kind));
  out += " tokens";
  for (auto const id : p.tokens) out += fmt::format(" {}", id);
  return out;
}

inline auto scope_text(Scope const& s) -> std::string {
  auto out = fmt::format(
      "scope {} parent {} index {} region {} state {} phase {} entered {} last {} at {} in {} out "
      "{} after {} retries {} [",
      s.id.value(), s.parent.value(), s.index, s.region.value(), s.state.value(),
      static_cast<int>(s.phase), s.entered_id, s.last_id, s.entered_at.time_since_epoch().count(),
      s.input.value(), s.output.value(), s.entered_after, s.retry_count);
  for (auto const r : s.retries_done) out += fmt::format("{} ", r);
  out += fmt::format("] timer {}", timer_text(s.timer));
  if (s.task) out += fmt::format(" submission {}", s.task->submission.value());
  if (s.task && s.task->is_asked) out += " asked";
  if (s.task)
    out += fmt::format(" task {} kind {} pattern {} started {} open {} timeout {} heartbeat {}/{}",
                       s.task->scheduled, static_cast<int>(s.task->kind),
                       static_cast<int>(s.task->pattern), s.task->started, s.task->call_open,
                       timer_text(s.task->timeout), timer_text(s.task->heartbeat),
                       s.task->heartbeat_seconds);
  if (s.container) {
    out += fmt::format(" container in {} items {} length {} started {} ended {} max {} [",
                       s.container->input.value(), s.container->items.value(), s.container->length,
                       s.container->started, s.container->ended, s.container->concurrency_max);
    for (auto const r : s.container->results) out += fmt::format("{} ", r.value());
    out += "]";
  }
  for (auto const& v : s.variables) out += fmt::format(" {}={}", v.name, v.value.value());
  return out + "\n";
}

inline auto state_text(ExecutionState const& s) -> std::string {
  auto out = fmt::format(
      "{} {} {} {} {} {} {} {} version {} alias {} revision {} of {} in {} out {} error {} cause "
      "{} {} {} {} redrive {} last {} scopes "
      "{} yielded {} timeout {}\n",
      static_cast<int>(s.status), s.execution_arn, s.name, s.state_machine_arn,
      s.state_machine_name, s.revision, s.role_arn, s.trace_header, s.version_arn, s.alias_arn,
      s.revision_id, s.revised_at.time_since_epoch().count(), s.input.value(), s.output.value(),
      s.error, s.cause, s.started_at.time_since_epoch().count(),
      s.ended_at.time_since_epoch().count(), s.last_event_at.time_since_epoch().count(),
      s.redrive_count, s.last_history_id, s.last_scope_id, s.yielded, timer_text(s.timeout));
  if (s.deadline) out += "deadline " + timer_text(s.deadline);
  if (auto const& asked = s.compensation; asked.stage != CompensationStage::kNone)
    out += fmt::format("compensation {} {} at {}", static_cast<int>(asked.stage), asked.cause,
                       asked.requested_at.time_since_epoch().count());
  for (auto const& scope : s.scopes) out += scope_text(scope);
  out += fmt::format("redriven at {} by", s.redriven_at.time_since_epoch().count());
  for (auto const& t : s.redrive_tokens)
    out += fmt::format(" {} at {}", t.token, t.used_at.time_since_epoch().count());
  out += " stopping";
  for (auto const& job : s.stopping)
    out += fmt::format(" {}/{}", job.scheduled, job.submission.value());
  out += " frontier\n";
  for (auto const& scope : s.frontier) out += scope_text(scope);
  return out;
}

}  // namespace treadle::interpreter
