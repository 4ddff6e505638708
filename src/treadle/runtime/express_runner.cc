#include "treadle/runtime/express_runner.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "treadle/interpreter/effects.h"
#include "treadle/json/parse.h"
#include "treadle/runtime/calls.h"
#include "treadle/runtime/tokens.h"
#include "treadle/runtime/turn.h"

namespace treadle::runtime {
namespace {

// An Express execution has no task tokens: what would wait for one is refused in its definition.
class NoTokens : public interpreter::TokenMint {
 public:
  [[nodiscard]] auto token(record::HistoryId /*scheduled*/, std::uint32_t /*redrive_count*/) const
      -> std::string override {
    return {};
  }
};

NoTokens const kNoTokens;

class Keys final : public integrations::CallKeys {
 public:
  explicit Keys(store::Secret const& secret) : secret_(secret) {}
  [[nodiscard]] auto idempotency_key(integrations::CallId id) const -> std::string override {
    return make_idempotency_key(
        secret_, {.place = {.partition = 0, .id = id.execution}, .scheduled = id.history_id});
  }

 private:
  store::Secret const& secret_;
};

constexpr std::size_t kStartsAtOnce = 64;
// Executions that end leave their memory for so many others.
constexpr std::size_t kIdleMost = 64;
// Arrivals that were taken stay in the list for so long at least.
constexpr std::size_t kTakenMost = 64;
// A clock that was set is noticed after so long.
constexpr Milliseconds kNapMax = std::chrono::minutes(1);
// What is due later is looked at again after so long.
constexpr Milliseconds kWaitMax = std::chrono::hours(24);

}  // namespace

// Belongs to the lane's thread from the moment it is queued until it is posted back.
struct ExpressRunner::SlowDecision {
  SlowDecision(std::unique_ptr<Running> taken, Arrival stopped, std::uint64_t seed)
      : running(std::move(taken)), arrival(std::move(stopped)), random(seed) {}

  std::unique_ptr<Running> running;
  Arrival arrival;
  SeededRandom random;  // the loop's own is not shared
  std::optional<interpreter::World> world;
  std::vector<record::JournalEvent> events;
};

ExpressRunner::ExpressRunner(net::EventLoop& loop, ExpressParts const& parts, SlowLane& slow_lane,
                             std::uint64_t seed)
    : loop_(loop), parts_(parts), slow_lane_(slow_lane), random_(seed) {}

auto ExpressRunner::has_room() const -> bool {
  return parked_.size() + away_.size() + reserved_ < parts_.options.parked_max;
}

auto ExpressRunner::world(Random& random) const -> interpreter::World {
  return {.now = parts_.clock.now(),
          .random = random,
          .tokens = kNoTokens,
          .region = parts_.options.region,
          .time_scale = parts_.options.time_scale,
          .history_events_max = parts_.options.history_events_max,
          .execution_seconds_max = parts_.options.seconds_max};
}

auto ExpressRunner::Arrivals::take() -> Arrival {
  auto arrival = std::move(items_[first_++]);
  if (empty()) clear();
  if (first_ < kTakenMost || 2 * first_ < items_.size()) return arrival;
  items_.erase(items_.begin(), items_.begin() + static_cast<std::ptrdiff_t>(first_));
  first_ = 0;
  return arrival;
}

void ExpressRunner::Arrivals::clear() {
  items_.clear();
  first_ = 0;
}

void ExpressRunner::run(ExpressStart start, OnEnd done) {
  drive(begin(std::move(start),
              [done = std::move(done)](Answer<ExpressEnd> end) mutable { done(std::move(*end)); }));
}

void ExpressRunner::run(Begun begun, OnAnswer<ExpressEnd> done) {
  begun.running_->done = std::move(done);
  drive(std::move(begun.running_));
}

void ExpressRunner::run_unread(Begun begun, OnAnswer<ExpressEnd> done) {
  begun.running_->output = ExpressExecution::Output::kLeftOut;
  run(std::move(begun), std::move(done));
}

void ExpressRunner::run_unchecked(ExpressStart&& start, OnAnswer<ExpressEnd> done) {
  if (!has_room()) return done(std::unexpected(Refusal{"ThrottlingException", "Rate exceeded"}));
  auto begun = begin_unchecked(std::move(start));
  if (!begun) return done(std::unexpected(begun.error()));
  begun->running_->done = std::move(done);
  drive(std::move(begun->running_));
}

auto ExpressRunner::begin_unchecked(ExpressStart&& start) -> Answer<Begun> {
  auto running = begin(std::move(start), {});
  if (running->execution.read_input()) return Begun(std::move(running));
  json::Arena arena;
  auto const parsed = json::parse(arena, running->execution.start().input);
  give_back(std::move(running));
  return std::unexpected(
      Refusal{"InvalidExecutionInput", "The input is not JSON: " + parsed.error().to_string()});
}

auto ExpressRunner::begin(ExpressStart&& start, OnAnswer<ExpressEnd> done)
    -> std::unique_ptr<Running> {
  auto running = take_memory(std::move(start));
  running->done = std::move(done);
  running->output = ExpressExecution::Output::kIncluded;
  auto const& log = running->execution.start().log;
  running->sink = parts_.sink != nullptr && parts_.sink->reads(log) ? parts_.sink : nullptr;
  running->arrivals.push(Begin());
  return running;
}

auto ExpressRunner::take_memory(ExpressStart&& start) -> std::unique_ptr<Running> {
  if (idle_.empty()) return std::make_unique<Running>(std::move(start));
  auto running = std::move(idle_.back());
  idle_.pop_back();
  running->execution.restart(std::move(start));
  return running;
}

void ExpressRunner::give_back(std::unique_ptr<Running> running) {
  if (idle_.size() >= kIdleMost || !running->execution.is_small()) return;
  running->arrivals.clear();
  running->timer.cancel();
  idle_.push_back(std::move(running));
}

void ExpressRunner::run_when_there_is_room(ExpressStart start, OnEnd done) {
  queued_.emplace_back(std::move(start), std::move(done));
  start_queued_soon();
}

void ExpressRunner::start_queued_soon() {
  if (queued_.empty() || start_is_posted_ || !has_room()) return;
  start_is_posted_ = true;
  loop_.post([this] { start_queued(); });
}

// In small lots, so that others are served between them.
void ExpressRunner::start_queued() {
  start_is_posted_ = false;
  for (std::size_t i = 0; i < kStartsAtOnce && !queued_.empty() && has_room(); ++i) {
    auto [start, done] = std::move(queued_.front());
    queued_.pop_front();
    run(std::move(start), std::move(done));
  }
  start_queued_soon();
}

void ExpressRunner::drive(std::unique_ptr<Running> running) {
  auto* const outer = std::exchange(driven_, running.get());
  while (!running->arrivals.empty() && !running->execution.state().is_over()) {
    auto arrival = running->arrivals.take();
    if (decide(*running, arrival)) continue;
    driven_ = outer;
    return decide_slowly(std::move(running), std::move(arrival));
  }
  driven_ = outer;
  if (!running->execution.state().is_over()) return park(std::move(running));
  auto end = running->execution.end(running->output);
  auto done = std::move(running->done);
  give_back(std::move(running));
  done(std::move(end));
}

auto ExpressRunner::command_of(Running const& running, Arrival const& arrival) -> record::Command {
  if (std::holds_alternative<Begin>(arrival)) return running.execution.start_command();
  if (auto const* const timer = std::get_if<record::TimerDue>(&arrival)) return *timer;
  if (auto const* const returned = std::get_if<CallReturned>(&arrival))
    return returned_command(returned->scheduled, returned->result);
  auto const* const answered = std::get_if<CallAnswered>(&arrival);
  if (answered == nullptr) return record::Continue{};
  return answered_command(answered->scheduled, answered->answer);
}

auto ExpressRunner::decide(Running& running, Arrival const& arrival) -> bool {
  events_.clear();
  auto env = world(random_);
  if (!running.execution.decide_within(parts_.options.turn_most, command_of(running, arrival), env,
                                       before_, events_))
    return false;
  perform(running);
  return true;
}

void ExpressRunner::decide_slowly(std::unique_ptr<Running> running, Arrival arrival) {
  running->timer.cancel();  // it belongs to the loop
  away_.try_emplace(running->execution.start().id);
  auto decision =
      std::make_unique<SlowDecision>(std::move(running), std::move(arrival), random_.next_u64());
  decision->world.emplace(world(decision->random));
  slow_lane_.run([this, decision = std::move(decision)](std::atomic<bool> const& gives_up) mutable {
    SlowTurn turn(gives_up);
    auto& env = *decision->world;
    env.turn = &turn;
    auto& away = *decision->running;
    away.execution.decide(command_of(away, decision->arrival), env, decision->events);
    if (gives_up) return;
    loop_.post([this, decision = std::move(decision)] { take_back(*decision); });
  });
}

void ExpressRunner::take_back(SlowDecision& decision) {
  auto running = std::move(decision.running);
  auto const node = away_.extract(running->execution.start().id);
  for (auto& arrival : node.mapped()) running->arrivals.push(std::move(arrival));
  events_ = std::move(decision.events);
  auto* const outer = std::exchange(driven_, running.get());
  perform(*running);
  driven_ = outer;
  drive(std::move(running));
  start_queued_soon();
}

// What the events of a command ask of the outside. A call may return, and another execution may
// run, before this does: so the lists are not the runner's meanwhile.
void ExpressRunner::perform(Running& running) {
  using enum record::EffectKind;
  auto& execution = running.execution;
  auto events = std::exchange(events_, {});
  if (running.sink != nullptr && !events.empty())
    running.sink->add({.state = execution.state(),
                       .settings = execution.start().log,
                       .events = events,
                       .payloads = execution.payloads()});
  auto const id = execution.start().id;
  auto wanted = std::exchange(effects_, {});
  std::vector<integrations::TaskCall> calls;
  for (auto const& event : events) {
    auto const first = wanted.size();
    interpreter::effects(event, wanted);
    auto const* const scheduled = std::get_if<record::TaskScheduled>(&event.fact);
    if (scheduled == nullptr || wanted.size() == first) continue;
    if (answered_at_once(running, event)) {
      wanted.resize(first);
      continue;
    }
    calls.push_back(call_of(running, event));
  }
  if (execution.wants_trim()) trim(running);
  auto call = calls.begin();
  for (auto const& effect : wanted) {
    switch (effect.kind) {
      case kInvokeTask: invoke(running, std::move(*call++)); break;
      case kCancelTask: parts_.connector.cancel({id, effect.history_id}); break;
      case kContinue: loop_.post([this, id] { resume(id, record::Continue{}); }); break;
      case kOfferActivity:  // refused in its definition, and so are jobs
      case kAwaitJob:
      case kCompensateJob:
      case kStopJob:
      case kTellEnded: break;
    }
  }
  wanted.clear();
  effects_ = std::move(wanted);
  events.clear();
  events_ = std::move(events);
}

// The task that a Scheduled event opened; nullptr where it was closed again by the same command.
auto ExpressRunner::open_task(Running const& running, record::JournalEvent const& event)
    -> asl::Task const* {
  auto const& state = running.execution.state();
  auto const* const scope = state.find(std::get<record::TaskScheduled>(event.fact).scope);
  if (scope == nullptr || !scope->task || scope->task->scheduled != event.first_history_id)
    return nullptr;
  auto const& definition = *running.execution.start().machine.definition;
  return &std::get<asl::Task>(definition.state(scope->state).details);
}

auto ExpressRunner::call_of(Running& running, record::JournalEvent const& event) const
    -> integrations::TaskCall {
  auto& execution = running.execution;
  auto const& scheduled = std::get<record::TaskScheduled>(event.fact);
  CallContext context{.secret = parts_.secret,
                      .place = {.partition = 0, .id = execution.start().id},
                      .execution_arn = execution.state().execution_arn,
                      .trace_header = execution.state().trace_header,
                      .account = parts_.options.account};
  if (auto const* const task = open_task(running, event))
    context.resource = {execution.start().machine.definition, &task->resource};
  return make_call(scheduled, event.first_history_id,
                   execution.payloads().text(scheduled.parameters), context);
}

// Where the connector has the answer at hand, neither a call is put together nor its result waited
// for: it becomes the next arrival.
auto ExpressRunner::answered_at_once(Running& running, record::JournalEvent const& event) -> bool {
  auto& execution = running.execution;
  auto const& scheduled = std::get<record::TaskScheduled>(event.fact);
  auto const id = event.first_history_id;
  auto const* const task = open_task(running, event);
  if (task == nullptr || scheduled.pattern != asl::Pattern::kRequestResponse) return false;
  Keys const keys(parts_.secret);
  auto answer =
      parts_.connector.answer({.id = {execution.start().id, id},
                               .resource = task->resource,
                               .parameters = execution.payloads().value(scheduled.parameters),
                               .arena = execution.arena(),
                               .execution_arn = execution.state().execution_arn,
                               .keys = keys});
  if (!answer) return false;
  running.arrivals.push(CallAnswered{id, std::move(*answer)});
  return true;
}

// Answers that have not been decided are kept as texts: their values go with the arena.
void ExpressRunner::trim(Running& running) {
  for (auto& arrival : running.arrivals.left()) {
    auto* const answered = std::get_if<CallAnswered>(&arrival);
    if (answered == nullptr) continue;
    arrival = CallReturned{answered->scheduled, kept_result(std::move(answered->answer))};
  }
  running.execution.trim();
}

void ExpressRunner::invoke(Running& running, integrations::TaskCall call) {
  auto const id = running.execution.start().id;
  auto const scheduled = call.id.history_id;
  parts_.connector.invoke(
      std::move(call), [this, id, scheduled](integrations::CallResult result) mutable {
        CallReturned arrival{scheduled, std::move(result)};
        bool const at_once =
            loop_.is_current() && driven_ != nullptr && driven_->execution.start().id == id;
        if (at_once) return driven_->arrivals.push(std::move(arrival));
        loop_.post(
            [this, id, arrival = std::move(arrival)]() mutable { resume(id, std::move(arrival)); });
      });
}

void ExpressRunner::resume(EntityId id, Arrival arrival) {
  if (auto const away = away_.find(id); away != away_.end())
    return away->second.push_back(std::move(arrival));
  auto running = parked_.take(id);
  if (!running) return;  // it has ended
  running->arrivals.push(std::move(arrival));
  drive(std::move(running));
  start_queued_soon();
}

void ExpressRunner::park(std::unique_ptr<Running> running) {
  arm(*running);
  auto const id = running->execution.start().id;
  parked_.put(id, std::move(running));
}

// One timer an execution: for the first of all that it waits for.
void ExpressRunner::arm(Running& running) {
  auto const timers = interpreter::pending(running.execution.state()).timers;
  if (timers.empty()) return running.timer.cancel();
  watch_clock();
  auto const wait = std::clamp(timers.front().due - parts_.clock.now(), Milliseconds{0}, kWaitMax);
  running.timer =
      loop_.run_after(wait, [this, id = running.execution.start().id] { time_came(id); });
}

// How far the clock is ahead of one that nobody sets.
auto ExpressRunner::clock_lead() const -> Milliseconds {
  return parts_.clock.now().time_since_epoch() -
         std::chrono::floor<Milliseconds>(std::chrono::steady_clock::now().time_since_epoch());
}

// Timers count from the clock as it stood when they were armed. Where it was set since, they are armed
// again.
void ExpressRunner::watch_clock() {
  if (std::exchange(is_watching_, true)) return;
  watch_ = loop_.run_after(kNapMax, [this, lead = clock_lead()] {
    is_watching_ = false;
    constexpr Milliseconds kSet{500};
    auto const moved = clock_lead() - lead;
    if (moved > kSet || moved < -kSet) clock_moved();
    if (!parked_.empty()) watch_clock();
  });
}

void ExpressRunner::clock_moved() {
  std::vector<EntityId> ids;
  ids.reserve(parked_.size());
  parked_.each([&](EntityId id, Running const&) { ids.push_back(id); });
  for (auto const id : ids) time_came(id);
}

void ExpressRunner::time_came(EntityId id) {
  auto running = parked_.take(id);
  if (!running) return;
  auto const now = parts_.clock.now();
  for (auto const& timer : interpreter::pending(running->execution.state()).timers)
    if (timer.due <= now) running->arrivals.push(record::TimerDue{timer});
  drive(std::move(running));
  start_queued_soon();
}

}  // namespace treadle::runtime
