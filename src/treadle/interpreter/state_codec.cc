#include "treadle/interpreter/state_codec.h"

#include <utility>

#include "treadle/record/bytes.h"
#include "treadle/record/shared_fields.h"

namespace treadle::record {

template <>
inline constexpr std::uint64_t kLastOf<interpreter::Status> =
    std::to_underlying(interpreter::Status::kTimedOut);
template <>
inline constexpr std::uint64_t kLastOf<interpreter::Phase> =
    std::to_underlying(interpreter::Phase::kEnded);
template <>
inline constexpr std::uint64_t kLastOf<interpreter::CompensationStage> =
    std::to_underlying(interpreter::CompensationStage::kBegan);

}  // namespace treadle::record

namespace treadle::interpreter {

// The fields of a state in the order of their bytes, under kStateVersion.

static auto tie(Variable& v) { return std::tie(v.name, v.value); }
static auto tie(RedriveToken& v) { return std::tie(v.token, v.used_at); }
static auto tie(OpenTask& v) {
  return std::tie(v.scheduled, v.kind, v.pattern, v.started, v.call_open, v.timeout, v.heartbeat,
                  v.heartbeat_seconds, v.submission, v.is_asked);
}
static auto tie(AbandonedJob& v) { return std::tie(v.scheduled, v.submission); }
static auto tie(Compensation& v) { return std::tie(v.stage, v.cause, v.requested_at); }
static auto tie(Container& v) {
  return std::tie(v.input, v.items, v.length, v.started, v.ended, v.concurrency_max, v.results);
}
static auto tie(Scope& v) {
  return std::tie(v.id, v.parent, v.index, v.region, v.state, v.phase, v.entered_id,
                  v.entered_after, v.last_id, v.entered_at, v.input, v.output, v.retry_count,
                  v.retries_done, v.timer, v.task, v.container, v.variables);
}
static auto tie(ExecutionState& v) {
  return std::tie(v.status, v.execution_arn, v.name, v.state_machine_arn, v.state_machine_name,
                  v.revision, v.role_arn, v.trace_header, v.input, v.output, v.error, v.cause,
                  v.started_at, v.ended_at, v.last_event_at, v.redrive_count, v.redriven_at,
                  v.last_history_id, v.last_scope_id, v.yielded, v.timeout, v.scopes, v.frontier,
                  v.version_arn, v.alias_arn, v.revision_id, v.revised_at, v.redrive_tokens,
                  v.stopping, v.deadline, v.compensation);
}

auto encode_state(ExecutionState const& state) -> std::string {
  record::ByteWriter out;
  out.put(state);
  return out.take();
}

auto decode_state(std::string_view bytes) -> std::optional<ExecutionState> {
  json::Arena unused;
  record::ByteReader in(bytes, unused);
  ExecutionState state;
  in.get(state);
  if (!in.ok() || !in.at_end()) return std::nullopt;
  return state;
}

}  // namespace treadle::interpreter
