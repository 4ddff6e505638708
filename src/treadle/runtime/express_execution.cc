#include "treadle/runtime/express_execution.h"

#include <algorithm>

#include "treadle/base/assert.h"
#include "treadle/interpreter/decide.h"
#include "treadle/runtime/start_command.h"
#include "treadle/runtime/turn.h"

namespace treadle::runtime {
namespace {

using interpreter::Status;
using record::PayloadId;

constexpr std::size_t kTrimAt = std::size_t{1} << 20;
constexpr std::size_t kSmall = std::size_t{64} << 10;
// What the table itself keeps of a payload beside the arena.
constexpr std::size_t kTableBytes = 64;

auto status_of(Status status) -> ExecutionStatus {
  switch (status) {
    case Status::kSucceeded: return ExecutionStatus::kSucceeded;
    case Status::kTimedOut: return ExecutionStatus::kTimedOut;
    case Status::kAborted: return ExecutionStatus::kAborted;
    case Status::kFailed: return ExecutionStatus::kFailed;
    case Status::kNotStarted:
    case Status::kRunning: return ExecutionStatus::kRunning;
  }
  return ExecutionStatus::kRunning;
}

}  // namespace

ExpressExecution::ExpressExecution(ExpressStart&& start)
    : start_(std::move(start)), trim_at_(kTrimAt) {}

void ExpressExecution::restart(ExpressStart&& start) {
  start_ = std::move(start);
  auto scopes = std::move(state_.scopes);
  scopes.clear();
  static_cast<interpreter::Progress&>(state_) = {};
  state_.scopes = std::move(scopes);
  arena_.reset();
  payloads_.clear();
  input_ = {};
  kept_.clear();
  trim_at_ = kTrimAt;
  memory_bytes_ = 0;
}

auto ExpressExecution::is_small() const -> bool {
  return memory_bytes_ <= kSmall && arena_.bytes_used() <= kSmall;
}

auto ExpressExecution::read_input() -> bool {
  auto const input = payloads_.add_unchecked(start_.input);
  input_ = input.value_or(PayloadId{});
  return input.has_value();
}

auto ExpressExecution::start_command() const -> record::StartExecution {
  auto command = runtime::start_command(start_);
  command.input_payload = input_;
  return command;
}

void ExpressExecution::decide(record::Command const& command, interpreter::World& world,
                              std::vector<record::JournalEvent>& events) {
  interpreter::decide(state_, *start_.machine.definition, command, world, payloads_, events);
}

auto ExpressExecution::decide_within(std::chrono::milliseconds most, record::Command const& command,
                                     interpreter::World& world, interpreter::Progress& before,
                                     std::vector<record::JournalEvent>& events) -> bool {
  LoopTurn turn(most);
  world.turn = &turn;
  before = state_;
  auto const next_payload = payloads_.next();
  decide(command, world, events);
  world.turn = nullptr;
  if (!turn.was_stopped()) return true;
  events.clear();
  payloads_.forget_from(next_payload);
  static_cast<interpreter::Progress&>(state_) = before;
  return false;
}

auto ExpressExecution::live_payloads() const -> std::vector<PayloadId> {
  std::vector<PayloadId> live{state_.input, state_.output};
  for (auto const& scope : state_.scopes) {
    live.insert(live.end(), {scope.input, scope.output});
    for (auto const& variable : scope.variables) live.push_back(variable.value);
    if (!scope.container) continue;
    live.insert(live.end(), {scope.container->input, scope.container->items});
    std::ranges::copy(scope.container->results, std::back_inserter(live));
  }
  std::ranges::sort(live);
  auto const repeated = std::ranges::unique(live);
  live.erase(repeated.begin(), repeated.end());
  std::erase(live, PayloadId{});
  return live;
}

auto ExpressExecution::wants_trim() -> bool {
  auto const made = payloads_.next().value() - payloads_.first_new().value();
  auto const used = arena_.bytes_used() + made * kTableBytes;
  memory_bytes_ = std::max(memory_bytes_, used);
  return used >= trim_at_;
}

void ExpressExecution::trim() {
  std::vector<std::pair<PayloadId, std::string>> kept;
  std::size_t bytes = 0;
  for (auto const id : live_payloads()) {
    bytes += kept.emplace_back(id, payloads_.text(id)).second.size() + kTableBytes;
  }
  auto const next = payloads_.next();
  kept_ = std::move(kept);
  arena_.reset();
  payloads_.clear(next, [this](PayloadId id) -> std::string_view {
    auto const at =
        std::ranges::lower_bound(kept_, id, {}, &std::pair<PayloadId, std::string>::first);
    TREADLE_ASSERT(at != kept_.end() && at->first == id);
    return at->second;
  });
  // What is alive is parsed again and kept twice.
  trim_at_ = std::max(kTrimAt, 4 * bytes);
}

auto ExpressExecution::end(Output output) -> ExpressEnd {
  TREADLE_ASSERT(state_.is_over());
  ExpressEnd end{.status = status_of(state_.status),
                 .started_at = state_.started_at,
                 .stopped_at = state_.ended_at,
                 .output = {},
                 .error = {},
                 .cause = {},
                 .memory_bytes = std::max(memory_bytes_, arena_.bytes_used()),
                 .execution_arn = std::move(start_.execution_arn)};
  if (output == Output::kIncluded && state_.output != PayloadId{})
    end.output = payloads_.text(state_.output);
  if (!state_.error.empty()) end.error = state_.error;
  if (!state_.cause.empty()) end.cause = state_.cause;
  return end;
}

}  // namespace treadle::runtime
