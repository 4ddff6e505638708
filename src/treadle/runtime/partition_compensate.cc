// Partition: requests to compensate, of executions and of the nested ones that they wait for.

#include <utility>

#include <fmt/format.h>

#include "treadle/interpreter/compensate.h"
#include "treadle/runtime/partition.h"

namespace treadle::runtime {
namespace {

using interpreter::CompensationStage;

auto refused(std::string_view code, std::string message) -> std::unexpected<Refusal> {
  return std::unexpected(Refusal{std::string(code), std::move(message)});
}

auto compensating(interpreter::Compensation const& asked) -> Compensating {
  using enum Compensating::Stage;
  switch (asked.stage) {
    case CompensationStage::kNone: return {.stage = kBegan, .requested_at = {}};
    case CompensationStage::kRequested:
      return {.stage = kRequested, .requested_at = asked.requested_at};
    case CompensationStage::kBegan: break;
  }
  return {.stage = kBegan, .requested_at = asked.requested_at};
}

// What is said without deciding anything; nullopt: the command is to be decided.
auto answer_before(LiveExecution const& live) -> std::optional<Answer<Compensating>> {
  auto const& state = live.state;
  auto const& arn = state.execution_arn;
  if (state.is_over())
    return refused("ExecutionNotCompensable",
                   fmt::format("The execution '{}' has ended and can't be compensated.", arn));
  if (!live.way_back || !live.way_back->is_saga)
    return refused("StateMachineNotSaga",
                   fmt::format("The execution '{}' is not of a saga: no Comment and no tag "
                               "treadle:saga of its state machine says what a state is to one.",
                               arn));
  if (interpreter::is_compensating(state, *live.way_back)) return compensating(state.compensation);
  if (auto const obstacle =
          interpreter::compensation_obstacle(state, *live.definition, *live.way_back))
    return refused("ExecutionNotCompensable",
                   fmt::format("The execution '{}' can't be compensated: {}.", arn, *obstacle));
  return std::nullopt;
}

}  // namespace

void Partition::find_way_back(LiveExecution& live, record::Command const& command) {
  auto const* const timer = std::get_if<record::TimerDue>(&command);
  bool const asks = std::holds_alternative<record::CompensateExecution>(command) ||
                    (timer != nullptr && timer->timer.kind == record::TimerKind::kDeadline) ||
                    live.state.compensation.stage == CompensationStage::kRequested;
  if (!asks || live.way_back || !parts_.options.way_back) return;
  live.way_back =
      parts_.options.way_back(live.machine, live.state.state_machine_arn, live.definition);
}

void Partition::compensate(Place const& place, record::CompensateExecution const& command,
                           OnAnswer<Compensating> done) {
  auto* const live = find(place);
  if (live == nullptr) return done(refused("InternalFailure", "the execution can't be read"));
  if (live->is_away) {
    live->waiting.emplace_back([this, place, cause = std::string(command.cause),
                                caller = std::string(command.caller),
                                done = std::move(done)]() mutable {
      compensate(place, {cause, caller}, std::move(done));
    });
    return;
  }
  live->way_back.reset();  // the tag may have been changed since
  find_way_back(*live, command);
  if (auto known = answer_before(*live))
    return answer_when_durable(
        *live,
        [done = std::move(done), known = std::move(*known)]() mutable { done(std::move(known)); });
  decide(*live, command,
         [done = std::move(done)](LiveExecution const& decided, record::Reply) mutable {
           return [done = std::move(done),
                   now = compensating(decided.state.compensation)]() mutable { done(now); };
         });
}

void Partition::ask_child(Place const& place, record::HistoryId scheduled) {
  auto* const live = find(place);
  if (live == nullptr) return;
  if (live->is_away)
    return live->waiting.emplace_back([this, place, scheduled] { ask_child(place, scheduled); }),
           void();
  auto const* const scope = live->state.find_task(scheduled);
  if (scope == nullptr || !scope->task->is_asked) return;
  auto call = job_call(*live, scheduled, scope->task->submission);
  if (!call) return;
  evict_idle();
  parts_.connector.compensate_job(*std::move(call));
}

}  // namespace treadle::runtime
