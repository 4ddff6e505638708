#include "treadle/interpreter/state_test.h"

#include <algorithm>
#include <memory>

#include "treadle/base/assert.h"
#include "treadle/base/error_names.h"
#include "treadle/interpreter/effects.h"
#include "treadle/interpreter/items_read.h"
#include "treadle/interpreter/step.h"
#include "treadle/json/print.h"

namespace treadle::interpreter {
namespace {

using namespace record;
using json::Member;
using json::Value;

// The state is the first of an execution: its StateEntered is event 2.
constexpr HistoryId kEntered = 2;

auto with_name(asl::Definition const& definition, asl::StateIndex state, std::string const& name)
    -> asl::DefinitionPtr {
  auto copy = std::make_shared<asl::Definition>(definition);
  copy->states[state.value()].name = name;
  return copy;
}

auto shows_retry_count(asl::StateType type) -> bool {
  using enum asl::StateType;
  return type == kTask || type == kParallel || type == kMap;
}

auto owned(std::optional<std::string_view> text) -> std::optional<std::string> {
  if (!text) return std::nullopt;
  return std::string(*text);
}

}  // namespace

StateTest::StateTest(TestedState tested)
    : tested_(std::move(tested)),
      definition_(with_name(*tested_.definition, tested_.state, tested_.name)),
      payloads_(arena_) {
  inspection_.language = state().language;
}

// Every command is decided by one step that never runs on into another state.
template <typename Act>
void StateTest::decide(World world, Act act) {
  world.inspection = &inspection_;
  world.context = context_;
  Step step(execution_, *definition_, world, payloads_, events_);
  act(step);
}

void StateTest::position(Timestamp now) {
  auto& e = execution_;
  e.status = Status::kRunning;
  e.execution_arn = tested_.execution.arn;
  e.name = tested_.execution.name;
  e.state_machine_arn = tested_.execution.machine_arn;
  e.state_machine_name = tested_.execution.machine_name;
  e.role_arn = tested_.execution.role_arn.value_or("");
  e.input = payloads_.add_text(tested_.input);
  e.started_at = now;
  e.last_event_at = now;
  e.last_history_id = kEntered;
  e.last_scope_id = kRootScope.value();
  auto& root = e.scopes.emplace_back();
  root.id = kRootScope;
  root.region = state().region;
  root.state = tested_.state;
  root.phase = Phase::kEntered;
  root.entered_id = kEntered;
  root.last_id = kEntered;
  root.entered_at = now;
  root.input = e.input;
  root.retry_count = tested_.retries_done;
  root.retries_done.assign(state().retriers.size(), tested_.retries_done);
  for (auto const& variable : tested_.variables)
    variables_.push_back({variable.name, payloads_.add_text(variable.value)});
  root.variables = variables_;
}

// Source: recorded: no RedriveCount, and RetryCount wherever there may be retries.
auto StateTest::default_context(World const& world) -> Value {
  auto const text = [&](std::string_view of) { return json::make_string(arena_, of); };
  auto const object = [&](std::span<Member const> of) { return json::make_object(arena_, of); };
  auto const& e = tested_.execution;
  auto const now = text(to_iso8601(world.now));
  Member const execution[] = {{"Id", text(e.arn)},
                              {"Input", payloads_.value(execution_.input)},
                              {"StartTime", now},
                              {"Name", text(e.name)},
                              {"RoleArn", e.role_arn ? text(*e.role_arn) : Value()}};
  Member const machine[] = {{"Id", text(e.machine_arn)}, {"Name", text(e.machine_name)}};
  std::vector<Member> state_members{{"Name", text(tested_.name)}, {"EnteredTime", now}};
  if (shows_retry_count(state().type))
    state_members.push_back(
        {"RetryCount", json::make_number(arena_, std::int64_t{tested_.retries_done})});
  std::vector<Member> members{{"Execution", object(execution)},
                              {"StateMachine", object(machine)},
                              {"State", object(state_members)}};
  auto const* const task = std::get_if<asl::Task>(&state().details);
  if (task != nullptr && task->resource.pattern == asl::Pattern::kWaitForTaskToken) {
    Member const token[] = {{"Token", text(world.tokens.token(kEntered + 1, 0))}};
    members.push_back({"Task", object(token)});
  }
  return object(members);
}

void StateTest::enter(World world) {
  position(world.now);
  context_ = tested_.context ? payloads_.value(payloads_.add_text(*tested_.context))
                             : default_context(world);
  decide(world, [this](Step& step) {
    if (tested_.mock && state().type != asl::StateType::kTask) return answer(step);
    enter_state(step, kRootScope);
  });
  if (!tested_.mock || open_task() == nullptr) return;
  if (auto const* const failure = std::get_if<Failure>(&tested_.mock->outcome))
    return task_failed(world, TaskFailure::kFailed, *failure);
  task_succeeded(world, std::get<std::string>(tested_.mock->outcome));
}

// Of a Parallel or Map.
void StateTest::answer(Step& step) {
  auto const& mock = *tested_.mock;
  auto const* const failure = std::get_if<Failure>(&mock.outcome);
  auto const* const text = std::get_if<std::string>(&mock.outcome);
  auto const results = text == nullptr ? Value() : payloads_.value(payloads_.add_text(*text));
  auto const* const map = std::get_if<asl::Map>(&state().details);
  if (map == nullptr)
    return failure != nullptr ? fail_state(step, kRootScope, *failure)
                              : parallel_gave(step, kRootScope, results);
  MockedMap mocked{.results = results,
                   .failure = failure == nullptr ? std::nullopt : std::optional(*failure),
                   .failures = mock.iterations_failed,
                   .items_read = {}};
  if (map->reader && mock.reader_data) {
    auto const read = read_data(map->reader->input, *mock.reader_data, arena_);
    if (!read) return fail_in_data_flow(step, kRootScope, read.error());
    mocked.items_read = *read;
  }
  answer_map(step, kRootScope, mocked);
}

auto StateTest::open_task() const -> JournalEvent const* {
  auto const* const root = execution_.find(kRootScope);
  if (execution_.is_over() || root == nullptr || root->phase != Phase::kTask) return nullptr;
  for (auto const& event : events_)
    if (std::holds_alternative<TaskScheduled>(event.fact)) return &event;
  return nullptr;
}

auto StateTest::due() const -> std::optional<Timestamp> {
  auto const timers = pending(execution_).timers;
  if (gave_up_ || timers.empty() || timers.front().kind == TimerKind::kRetry) return std::nullopt;
  return timers.front().due;
}

void StateTest::task_succeeded(World world, std::string_view output) {
  if (gave_up_ || open_task() == nullptr) return;
  decide(world, [&](Step& step) { interpreter::task_succeeded(step, kRootScope, output); });
}

void StateTest::task_failed(World world, TaskFailure how, Failure failure) {
  if (gave_up_ || open_task() == nullptr) return;
  decide(world,
         [&](Step& step) { interpreter::task_failed(step, kRootScope, how, std::move(failure)); });
}

void StateTest::time_came(World world) {
  if (!due() || *due() > world.now) return;
  auto const timer = pending(execution_).timers.front();
  if (timer.kind == TimerKind::kWait)
    return decide(world, [&](Step& step) {
      step.emit(TimerFired{.scope = kRootScope, .timer = timer}, 0);
      interpreter::wait_is_over(step, kRootScope);
    });
  bool const heartbeat = timer.kind == TimerKind::kHeartbeat;
  task_failed(world, heartbeat ? TaskFailure::kHeartbeatTimedOut : TaskFailure::kTimedOut,
              {.error = std::string(errors::kTimeout), .cause = "", .heartbeat = heartbeat});
}

void StateTest::give_up() { gave_up_ = !end(); }

auto StateTest::end() -> std::optional<StateTestEnd> {
  if (gave_up_) return StateTestEnd{.how = Left::kFailed, .error = std::string(errors::kTimeout)};
  StateTestEnd end;
  if (auto const& failure = inspection_.failure) {
    end.error = failure->error;
    end.cause = failure->cause;
  }
  for (auto const& event : events_) {
    if (auto const* exited = std::get_if<StateExited>(&event.fact)) {
      end.output = payloads_.text(exited->output);
      end.next = exited->next;
      end.variables = variables_after(exited->assignments);
      return end;
    }
    if (auto const* caught = std::get_if<ErrorCaught>(&event.fact)) {
      end.how = Left::kCaught;
      end.catcher = caught->catcher;
    }
    auto const* const retry = std::get_if<RetryScheduled>(&event.fact);
    auto const* const ended = std::get_if<ExecutionEnded>(&event.fact);
    if (retry == nullptr && ended == nullptr) continue;
    end.variables = variables_after({});
    end.how = retry != nullptr ? Left::kToBeRetried : Left::kFailed;
    if (retry != nullptr) {
      end.retry_delay = retry->delay;
    } else {
      end.error = owned(ended->error);
      end.cause = owned(ended->cause);
    }
    return end;
  }
  return std::nullopt;
}

auto StateTest::variables_after(std::span<Assignment const> assignments)
    -> std::optional<std::string> {
  auto set = variables_;
  for (auto const& made : assignments) {
    auto const at = std::ranges::find(set, made.name, &Variable::name);
    if (at == set.end())
      set.push_back({std::string(made.name), made.value});
    else
      at->value = made.value;
  }
  if (set.empty()) return std::nullopt;
  std::string out = "{";
  for (auto const& variable : set) {
    if (out.size() > 1) out += ',';
    json::append_string(out, variable.name);
    out += ':';
    out += payloads_.text(variable.value);
  }
  return out + "}";
}

}  // namespace treadle::interpreter
