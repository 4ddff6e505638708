#include "treadle/runtime/express_runner.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "treadle/interpreter/effects.h"
#include "treadle/runtime/calls.h"
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
// Logs take a history of any length.
constexpr std::uint32_t kHistoryEventsMax = ~0U;
constexpr std::size_t kStartsAtOnce = 64;
// A clock that was set is noticed after so long.
constexpr Milliseconds kNapMax = std::chrono::minutes(1);

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
          .history_events_max = kHistoryEventsMax,
          .execution_seconds_max = limits::kExpressSeconds};
}

void ExpressRunner::run(ExpressStart start, OnEnd done) {
  auto running = std::make_unique<Running>(std::move(start));
  running->done = std::move(done);
  auto const& log = running->execution.start().log;
  if (parts_.sink != nullptr && parts_.sink->reads(log)) running->sink = parts_.sink;
  running->arrivals.emplace_back(Begin());
  drive(std::move(running));
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
    auto arrival = std::move(running->arrivals.front());
    running->arrivals.pop_front();
    if (decide(*running, arrival)) continue;
    driven_ = outer;
    return decide_slowly(std::move(running), std::move(arrival));
  }
  driven_ = outer;
  if (!running->execution.state().is_over()) return park(std::move(running));
  auto end = running->execution.end();
  auto done = std::move(running->done);
  running.reset();
  done(std::move(end));
}

auto ExpressRunner::command_of(Running const& running, Arrival const& arrival) -> record::Command {
  if (std::holds_alternative<Begin>(arrival)) return running.execution.start_command();
  if (auto const* const timer = std::get_if<record::TimerDue>(&arrival)) return *timer;
  auto const* const returned = std::get_if<CallReturned>(&arrival);
  if (returned == nullptr) return record::Continue{};
  return returned_command(returned->scheduled, returned->result);
}

auto ExpressRunner::decide(Running& running, Arrival const& arrival) -> bool {
  events_.clear();
  auto env = world(random_);
  if (!running.execution.decide_within(parts_.options.turn_most, command_of(running, arrival), env,
                                       events_))
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
  std::ranges::move(node.mapped(), std::back_inserter(running->arrivals));
  events_ = std::move(decision.events);
  auto* const outer = std::exchange(driven_, running.get());
  perform(*running);
  driven_ = outer;
  drive(std::move(running));
  start_queued_soon();
}

// What the events of a command ask of the outside. A call may return, and another execution may
// run, before this does: nothing here looks at the events once the first effect is performed.
void ExpressRunner::perform(Running& running) {
  using enum record::EffectKind;
  auto& execution = running.execution;
  if (running.sink != nullptr && !events_.empty())
    running.sink->add({.state = execution.state(),
                       .settings = execution.start().log,
                       .events = events_,
                       .payloads = execution.payloads()});
  auto const id = execution.start().id;
  std::vector<record::Effect> wanted;
  std::vector<integrations::TaskCall> calls;
  CallContext const context{.secret = parts_.secret,
                            .place = {.partition = 0, .id = id},
                            .execution_arn = execution.state().execution_arn,
                            .trace_header = execution.state().trace_header,
                            .account = parts_.options.account};
  for (auto const& event : events_) {
    auto const first = wanted.size();
    interpreter::effects(event, wanted);
    auto const* const scheduled = std::get_if<record::TaskScheduled>(&event.fact);
    if (scheduled != nullptr && wanted.size() > first)
      calls.push_back(make_call(*scheduled, event.first_history_id,
                                execution.payloads().text(scheduled->parameters), context));
  }
  execution.trim();
  auto call = calls.begin();
  for (auto const& effect : wanted) {
    switch (effect.kind) {
      case kInvokeTask: invoke(running, std::move(*call++)); break;
      case kCancelTask: parts_.connector.cancel({id, effect.history_id}); break;
      case kContinue: loop_.post([this, id] { resume(id, record::Continue{}); }); break;
      case kOfferActivity:  // refused in its definition, and so are jobs
      case kAwaitJob:
      case kStopJob:
      case kTellEnded: break;
    }
  }
}

void ExpressRunner::invoke(Running& running, integrations::TaskCall call) {
  auto const id = running.execution.start().id;
  auto const scheduled = call.id.history_id;
  parts_.connector.invoke(
      std::move(call), [this, id, scheduled](integrations::CallResult result) mutable {
        CallReturned arrival{scheduled, std::move(result)};
        bool const at_once =
            loop_.is_current() && driven_ != nullptr && driven_->execution.start().id == id;
        if (at_once) return driven_->arrivals.emplace_back(std::move(arrival)), void();
        loop_.post(
            [this, id, arrival = std::move(arrival)]() mutable { resume(id, std::move(arrival)); });
      });
}

void ExpressRunner::resume(EntityId id, Arrival arrival) {
  if (auto const away = away_.find(id); away != away_.end())
    return away->second.push_back(std::move(arrival));
  auto node = parked_.extract(id);
  if (!node) return;  // it has ended
  node.mapped()->arrivals.push_back(std::move(arrival));
  drive(std::move(node.mapped()));
  start_queued_soon();
}

void ExpressRunner::park(std::unique_ptr<Running> running) {
  arm(*running);
  auto const id = running->execution.start().id;
  parked_.insert_or_assign(id, std::move(running));
}

// One timer an execution: for the first of all that it waits for.
void ExpressRunner::arm(Running& running) {
  auto const timers = interpreter::pending(running.execution.state()).timers;
  if (timers.empty()) return running.timer.cancel();
  auto const wait = std::clamp(timers.front().due - parts_.clock.now(), Milliseconds{0}, kNapMax);
  running.timer =
      loop_.run_after(wait, [this, id = running.execution.start().id] { time_came(id); });
}

void ExpressRunner::clock_moved() {
  std::vector<EntityId> ids;
  for (auto const& [id, running] : parked_) ids.push_back(id);
  for (auto const id : ids) time_came(id);
}

void ExpressRunner::time_came(EntityId id) {
  auto node = parked_.extract(id);
  if (!node) return;
  auto running = std::move(node.mapped());
  auto const now = parts_.clock.now();
  for (auto const& timer : interpreter::pending(running->execution.state()).timers)
    if (timer.due <= now) running->arrivals.emplace_back(record::TimerDue{timer});
  drive(std::move(running));
  start_queued_soon();
}

}  // namespace treadle::runtime
