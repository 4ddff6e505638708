// The Express executions of one event loop.
//
// An execution is decided on the loop that accepted it, from its start until it waits for the
// outside or for time; then it is parked here, with one timer on the loop, until what it waits for
// comes. It touches no partition and no store. Everything here runs on the loop; others post to it.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "treadle/base/clock.h"
#include "treadle/base/limits.h"
#include "treadle/base/random.h"
#include "treadle/integrations/connector.h"
#include "treadle/net/event_loop.h"
#include "treadle/record/effect.h"
#include "treadle/runtime/entity_map.h"
#include "treadle/runtime/express_execution.h"
#include "treadle/runtime/history_sink.h"
#include "treadle/runtime/slow_lane.h"
#include "treadle/store/store.h"

namespace treadle::runtime {

struct ExpressOptions {
  std::string region = "us-east-1";
  std::string account = "123456789012";
  double time_scale = 1.0;
  std::size_t parked_max =
      10'000;  // executions that wait, for each loop; further ones are throttled
  // One decision on an event loop; longer ones are made in the slow lane.
  std::chrono::milliseconds turn_most{10};
  // An execution may take so many seconds, or what its machine says alone; and so many events.
  std::optional<std::uint64_t> seconds_max = limits::kExpressSeconds;
  std::uint32_t history_events_max = ~0U;  // logs take a history of any length
};

// All outlive the runners.
struct ExpressParts {
  Clock const& clock;
  integrations::Connector& connector;
  store::Secret const& secret;  // of idempotency keys
  ExpressOptions options;
  HistorySink* sink = nullptr;  // null: nobody reads histories
};

class ExpressRunner {
 public:
  // Told once, on the loop, when the execution has ended.
  using OnEnd = std::move_only_function<void(ExpressEnd)>;

  ExpressRunner(net::EventLoop& loop, ExpressParts const& parts, SlowLane& slow_lane,
                std::uint64_t seed);
  ExpressRunner(ExpressRunner const&) = delete;
  auto operator=(ExpressRunner const&) -> ExpressRunner& = delete;

  [[nodiscard]] auto loop() -> net::EventLoop& { return loop_; }

  // An execution that has taken its input in, and that nothing has been decided of.
  class Begun;

  // Runs it as far as it comes, perhaps to its end.
  void run(ExpressStart start, OnEnd done);
  // The same in two steps, of input that nobody has checked: InvalidExecutionInput where it is not JSON.
  [[nodiscard]] auto begin_unchecked(ExpressStart&& start) -> Answer<Begun>;
  void run(Begun begun, OnAnswer<ExpressEnd> done);
  // `done` is told without the output.
  void run_unread(Begun begun, OnAnswer<ExpressEnd> done);
  // The same of input that nobody has checked: InvalidExecutionInput where it is not JSON, and
  // ThrottlingException where too many wait.
  void run_unchecked(ExpressStart&& start, OnAnswer<ExpressEnd> done);
  // The same later, once there is room, after those that were queued before.
  void run_when_there_is_room(ExpressStart start, OnEnd done);
  // Whether fewer wait than the bound. Reserved places count as taken.
  [[nodiscard]] auto has_room() const -> bool;

  // Holds a place for an execution that has been accepted and will run soon.
  void reserve() { ++reserved_; }
  void release() { --reserved_; }

  // Looks for due timers at once.
  void clock_moved();

  [[nodiscard]] auto parked() const -> std::size_t { return parked_.size(); }

 private:
  struct CallReturned {
    record::HistoryId scheduled = 0;
    integrations::CallResult result;
  };
  struct Begin {};
  // A call that was answered where it was made. A value lives in the execution's arena.
  struct CallAnswered {
    record::HistoryId scheduled = 0;
    integrations::Answer answer;
  };
  using Arrival =
      std::variant<Begin, record::Continue, record::TimerDue, CallReturned, CallAnswered>;
  // Commands to decide, in order. Keeps its memory once it is empty.
  class Arrivals {
   public:
    [[nodiscard]] auto empty() const -> bool { return first_ == items_.size(); }
    void push(Arrival arrival) { items_.push_back(std::move(arrival)); }
    [[nodiscard]] auto take() -> Arrival;
    // What has not been taken.
    [[nodiscard]] auto left() -> std::span<Arrival> { return std::span(items_).subspan(first_); }
    void clear();

   private:
    std::vector<Arrival> items_;
    std::size_t first_ = 0;
  };
  struct Running {
    explicit Running(ExpressStart&& start) : execution(std::move(start)) {}
    ExpressExecution execution;
    OnAnswer<ExpressEnd> done;
    ExpressExecution::Output output = ExpressExecution::Output::kIncluded;
    HistorySink* sink = nullptr;
    Arrivals arrivals;
    net::Timer timer;
  };
  struct SlowDecision;

  [[nodiscard]] auto begin(ExpressStart&& start, OnAnswer<ExpressEnd> done)
      -> std::unique_ptr<Running>;
  // An execution in the memory of an earlier one, where there is some.
  [[nodiscard]] auto take_memory(ExpressStart&& start) -> std::unique_ptr<Running>;
  void give_back(std::unique_ptr<Running> running);
  [[nodiscard]] auto world(Random& random) const -> interpreter::World;
  // Views the arrival and the start.
  [[nodiscard]] static auto command_of(Running const& running, Arrival const& arrival)
      -> record::Command;
  // False where that takes long: then nothing has happened.
  [[nodiscard]] auto decide(Running& running, Arrival const& arrival) -> bool;
  void decide_slowly(std::unique_ptr<Running> running, Arrival arrival);
  void take_back(SlowDecision& decision);
  void perform(Running& running);
  [[nodiscard]] static auto open_task(Running const& running, record::JournalEvent const& event)
      -> asl::Task const*;
  [[nodiscard]] auto call_of(Running& running, record::JournalEvent const& event) const
      -> integrations::TaskCall;
  [[nodiscard]] auto answered_at_once(Running& running, record::JournalEvent const& event) -> bool;
  void trim(Running& running);
  void invoke(Running& running, integrations::TaskCall call);
  // Decides what has arrived until nothing is left, then parks or ends the execution.
  void drive(std::unique_ptr<Running> running);
  void resume(EntityId id, Arrival arrival);
  void park(std::unique_ptr<Running> running);
  void arm(Running& running);
  [[nodiscard]] auto clock_lead() const -> Milliseconds;
  void watch_clock();
  void time_came(EntityId id);
  void start_queued_soon();
  void start_queued();

  net::EventLoop& loop_;
  ExpressParts const& parts_;
  SlowLane& slow_lane_;
  SeededRandom random_;
  std::vector<record::JournalEvent> events_;  // of the command that is being decided
  net::Timer watch_;
  bool is_watching_ = false;
  std::vector<record::Effect> effects_;  // and what they ask for
  interpreter::Progress before_;         // room for decisions
  Running* driven_ = nullptr;
  std::vector<std::unique_ptr<Running>> idle_;  // memory for further ones, a little
  EntityMap<Running> parked_;
  // What came for executions that the slow lane has.
  std::map<EntityId, std::deque<Arrival>> away_;
  std::deque<std::pair<ExpressStart, OnEnd>> queued_;
  bool start_is_posted_ = false;
  std::size_t reserved_ = 0;
};

class ExpressRunner::Begun {
 public:
  [[nodiscard]] auto start() const -> ExpressStart const& { return running_->execution.start(); }

 private:
  friend class ExpressRunner;
  explicit Begun(std::unique_ptr<Running> running) : running_(std::move(running)) {}
  std::unique_ptr<Running> running_;
};

}  // namespace treadle::runtime
