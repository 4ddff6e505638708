#include "treadle/scenario/rehearsal.h"

#include <algorithm>
#include <chrono>
#include <map>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "treadle/base/arn.h"
#include "treadle/base/limits.h"
#include "treadle/base/random.h"
#include "treadle/interpreter/decide.h"
#include "treadle/interpreter/effects.h"
#include "treadle/interpreter/project.h"
#include "treadle/json/arena.h"
#include "treadle/scenario/script.h"

namespace treadle::scenario {
namespace {

using interpreter::ExecutionState;
using interpreter::Phase;
using interpreter::Status;
using record::HistoryId;
using record::ScopeId;

// An Express execution has no limit of its own; one that goes around in circles must stop.
constexpr std::size_t kEventsMax = 250'000;
constexpr Milliseconds kLongest = std::chrono::hours(24 * 365);
constexpr ArnScope kScope{.region = "us-east-1", .account = "123456789012"};

class CountedTokens : public interpreter::TokenMint {
 public:
  [[nodiscard]] auto token(HistoryId scheduled, std::uint32_t /*redrive_count*/) const
      -> std::string override {
    return fmt::format("token-{}", scheduled);
  }
};

// FNV-1a, so that a case's chance does not depend on its place in the file.
auto seed_of(std::string_view name, std::uint64_t seed) -> std::uint64_t {
  std::uint64_t hash = 0xCBF29CE484222325U ^ seed;
  for (auto const c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
  return hash;
}

auto ending_of(Status status) -> Ending {
  switch (status) {
    case Status::kSucceeded: return Ending::kSucceeded;
    case Status::kFailed: return Ending::kFailed;
    case Status::kTimedOut: return Ending::kTimedOut;
    case Status::kAborted: return Ending::kAborted;
    case Status::kNotStarted:
    case Status::kRunning: return Ending::kRunning;
  }
  return Ending::kRunning;
}

auto text_field(record::HistoryEvent const& event, std::string_view name) -> std::string {
  for (auto const& field : event.details)
    if (field.name == name)
      if (auto const* text = std::get_if<std::string_view>(&field.value)) return std::string(*text);
  return {};
}

// What the outside or time brings.
struct Arrival {
  enum class Kind : std::uint8_t { kContinue, kSubmitted, kTaken, kReturned, kToken, kHeartbeat };
  Kind kind = Kind::kContinue;
  HistoryId scheduled = 0;
  Answer const* answer = nullptr;
  std::uint32_t heartbeats = 0;  // this one included
};

class Rehearsal final : public interpreter::ChoiceWatcher {
 public:
  Rehearsal(Machine const& machine, Case const& scenario, std::uint64_t seed)
      : machine_(machine),
        definition_(*machine.definition),
        scenario_(scenario),
        script_(scenario.mocks),
        random_(seed_of(scenario.name, seed)),
        payloads_(arena_),
        now_(scenario.now) {}

  auto run() -> Outcome {
    start();
    while (!state_.is_over() && out_.problem.empty() && out_.waiting.empty()) go_on();
    out_.ending = ending_of(state_.status);
    out_.duration = now_ - scenario_.now;
    if (state_.output != record::PayloadId{}) out_.output = payloads_.text(state_.output);
    out_.error = state_.error;
    out_.cause = state_.cause;
    for (auto const& [name, value] : variables_) out_.variables.emplace_back(name, value);
    return std::move(out_);
  }

  void chose(asl::StateIndex state, std::size_t rule) override {
    out_.points.insert({Part::kChoiceRule, state.value(), static_cast<std::uint32_t>(rule)});
  }

 private:
  // Where a scope is.
  struct Place {
    ScopeId parent;
    std::optional<std::uint32_t> iteration;  // of a Map
    asl::StateIndex state;
  };

  void start() {
    bool const is_express = machine_.type == asl::MachineType::kExpress;
    ExecutionName const names{.machine = machine_.name, .execution = "test"};
    auto const arn =
        is_express ? express_arn(kScope, names, uuid_v4(1, 1)) : execution_arn(kScope, names);
    decide(
        record::StartExecution{.execution_arn = arn,
                               .name = "test",
                               .state_machine_arn = state_machine_arn(kScope, machine_.name),
                               .state_machine_name = machine_.name,
                               .revision = "test",
                               .role_arn = fmt::format("arn:aws:iam::{}:role/test", kScope.account),
                               .trace_header = {},
                               .input = scenario_.input});
  }

  auto decide(record::Command const& command) -> record::Reply {
    bool const is_express = machine_.type == asl::MachineType::kExpress;
    interpreter::World world{.now = now_, .random = random_, .tokens = tokens_, .choices = this};
    if (is_express) {
      world.history_events_max = ~0U;
      world.execution_seconds_max = limits::kExpressSeconds;
    }
    events_.clear();
    auto const reply = interpreter::decide(state_, definition_, command, world, payloads_, events_);
    for (auto const& event : events_) take(event);
    events_seen_ += events_.size();
    if (events_seen_ > kEventsMax)
      out_.problem = fmt::format("the execution was given up after {} events", kEventsMax);
    return reply;
  }

  // The next arrival or timer, whichever is due first.
  void go_on() {
    drop_unwanted();
    auto const timer = next_timer();
    auto const arrival = arrivals_.begin();
    bool const has_arrival = arrival != arrivals_.end();
    if (!has_arrival && !timer) {
      out_.waiting = waiting_states() + ", and nothing is due that could end it";
      return;
    }
    bool const take_arrival = has_arrival && (!timer || arrival->first <= timer->due);
    auto const due = take_arrival ? arrival->first : timer->due;
    if (due - scenario_.now > kLongest) {
      out_.waiting = fmt::format("{} until {}, more than a year after the start", waiting_states(),
                                 to_iso8601(due));
      return;
    }
    now_ = std::max(now_, due);
    if (!take_arrival) return static_cast<void>(decide(record::TimerDue{*timer}));
    auto const taken = arrival->second;
    arrivals_.erase(arrival);
    deliver(taken);
  }

  // What was to come for a task that is over would only move the clock.
  void drop_unwanted() {
    auto const is_unwanted = [&](Arrival const& arrival) {
      return arrival.kind != Arrival::Kind::kContinue &&
             state_.find_task(arrival.scheduled) == nullptr;
    };
    while (!arrivals_.empty() && is_unwanted(arrivals_.begin()->second))
      arrivals_.erase(arrivals_.begin());
  }

  // A heartbeat moves its timer without an event: `due` is where it moved to.
  [[nodiscard]] auto next_timer() const -> std::optional<record::Timer> {
    std::optional<record::Timer> first;
    for (auto timer : interpreter::pending(state_).timers) {
      auto const moved = heartbeat_due_.find(timer.history_id);
      if (timer.kind == record::TimerKind::kHeartbeat && moved != heartbeat_due_.end())
        timer.due = moved->second;
      if (!first || timer < *first) first = timer;
    }
    return first;
  }

  void deliver(Arrival const& arrival) {
    using enum Arrival::Kind;
    switch (arrival.kind) {
      case kContinue: decide(record::Continue{}); return;
      case kSubmitted: decide(record::CallSucceeded{arrival.scheduled, "{}"}); return;
      case kTaken: decide(record::ActivityTaken{arrival.scheduled, {}}); return;
      case kReturned: return returned(arrival);
      case kToken: return called_back(arrival);
      case kHeartbeat: return beat(arrival);
    }
  }

  void returned(Arrival const& arrival) {
    auto const& answer = *arrival.answer;
    if (answer.result)
      decide(record::CallSucceeded{arrival.scheduled, *answer.result});
    else
      decide(record::CallFailed{arrival.scheduled,
                                record::TaskFailure::kFailed,
                                {answer.error, answer.cause.value_or("")}});
  }

  void called_back(Arrival const& arrival) {
    auto const& answer = *arrival.answer;
    if (answer.result)
      decide(record::TokenSucceeded{arrival.scheduled, *answer.result});
    else
      decide(record::TokenFailed{arrival.scheduled, answer.error, answer.cause});
  }

  void beat(Arrival const& arrival) {
    auto const* const scope = state_.find_task(arrival.scheduled);
    auto const seconds = scope->task->heartbeat_seconds;
    if (decide(record::TokenHeartbeat{arrival.scheduled}) == record::Reply::kHeartbeat)
      heartbeat_due_[arrival.scheduled] = now_ + std::chrono::seconds(seconds);
    plan_heartbeat(arrival.scheduled, *arrival.answer, arrival.heartbeats + 1);
  }

  void plan_heartbeat(HistoryId scheduled, Answer const& answer, std::uint32_t number) {
    if (!answer.heartbeat || (answer.heartbeats && number > *answer.heartbeats)) return;
    arrivals_.emplace(now_ + *answer.heartbeat,
                      Arrival{Arrival::Kind::kHeartbeat, scheduled, &answer, number});
  }

  void take(record::JournalEvent const& event) {
    std::visit([&](auto const& fact) { note(event, fact); }, event.fact);
    if (auto const shown = interpreter::project(event))
      out_.history.push_back({.id = shown->id,
                              .previous_id = shown->previous_id,
                              .at = shown->timestamp,
                              .type = std::string(shown->type),
                              .name = text_field(*shown, "name"),
                              .error = text_field(*shown, "error"),
                              .cause = text_field(*shown, "cause")});
  }

  template <typename Fact>
  void note(record::JournalEvent const& /*event*/, Fact const& /*fact*/) {}

  void note(record::JournalEvent const& /*event*/, record::StateEntered const& e) {
    places_[e.scope].state = e.state;
    out_.points.insert({Part::kState, e.state.value(), 0});
    out_.visited.emplace_back(e.name);
  }
  void note(record::JournalEvent const& /*event*/, record::StateExited const& e) {
    if (e.next) out_.points.insert({Part::kTransition, e.state.value(), e.next->value()});
    if (e.scope != record::kRootScope) return;
    for (auto const& assignment : e.assignments)
      variables_.insert_or_assign(std::string(assignment.name),
                                  std::string(payloads_.text(assignment.value)));
  }
  void note(record::JournalEvent const& /*event*/, record::ErrorCaught const& e) {
    out_.points.insert({Part::kCatcher, places_[e.scope].state.value(), e.catcher});
  }
  void note(record::JournalEvent const& /*event*/, record::RetryScheduled const& e) {
    out_.points.insert({Part::kRetrier, places_[e.scope].state.value(), e.retrier});
  }
  void note(record::JournalEvent const& /*event*/, record::ParallelStarted const& e) {
    for (std::uint32_t i = 0; i < e.branches.size(); ++i)
      places_[ScopeId{e.first_child.value() + i}].parent = e.scope;
  }
  void note(record::JournalEvent const& /*event*/, record::IterationStarted const& e) {
    places_[e.scope] = {.parent = e.map, .iteration = e.index, .state = {}};
  }
  void note(record::JournalEvent const& /*event*/, record::Yielded const&) {
    arrivals_.emplace(now_, Arrival{});
  }
  void note(record::JournalEvent const& event, record::TaskScheduled const& e) {
    auto const& name = definition_.state(places_[e.scope].state).name;
    auto const iterations = iterations_of(e.scope);
    out_.calls.push_back({name, std::string(payloads_.text(e.parameters))});
    auto const answer = script_.answer({name, iterations, payloads_.value(e.parameters)});
    if (!answer) {
      if (out_.problem.empty()) out_.problem = answer.error();
      return;
    }
    plan(event.first_history_id, e, **answer);
  }

  // Of the Maps around the scope, the outermost first.
  [[nodiscard]] auto iterations_of(ScopeId scope) const -> std::vector<std::uint32_t> {
    std::vector<std::uint32_t> out;
    for (auto at = places_.find(scope); at != places_.end(); at = places_.find(at->second.parent))
      if (at->second.iteration) out.push_back(*at->second.iteration);
    std::ranges::reverse(out);
    return out;
  }

  void plan(HistoryId scheduled, record::TaskScheduled const& task, Answer const& answer) {
    using enum Arrival::Kind;
    bool const is_activity = task.kind == asl::ResourceKind::kActivity;
    bool const returns = !is_activity && task.pattern == asl::Pattern::kRequestResponse;
    if (is_activity) arrivals_.emplace(now_, Arrival{kTaken, scheduled});
    if (!is_activity && !returns) arrivals_.emplace(now_, Arrival{kSubmitted, scheduled});
    if (!answer.never)
      arrivals_.emplace(now_ + answer.delay,
                        Arrival{returns ? kReturned : kToken, scheduled, &answer});
    plan_heartbeat(scheduled, answer, 1);
  }

  [[nodiscard]] auto waiting_states() const -> std::string {
    std::vector<std::string> names;
    for (auto const& scope : state_.scopes)
      if (scope.phase == Phase::kTask || scope.phase == Phase::kWaiting ||
          scope.phase == Phase::kBackoff)
        names.push_back(fmt::format("'{}'", definition_.state(scope.state).name));
    return fmt::format("is still waiting in state {}", fmt::join(names, ", "));
  }

  Machine const& machine_;
  asl::Definition const& definition_;
  Case const& scenario_;
  Script script_;
  SeededRandom random_;
  CountedTokens tokens_;
  json::Arena arena_;
  record::PayloadTable payloads_;
  ExecutionState state_;
  Timestamp now_;
  std::vector<record::JournalEvent> events_;  // of the command that is being decided
  std::size_t events_seen_ = 0;
  std::multimap<Timestamp, Arrival> arrivals_;  // of one time in the order of planning
  std::map<HistoryId, Timestamp> heartbeat_due_;
  std::map<ScopeId, Place> places_;
  std::map<std::string, std::string> variables_;
  Outcome out_;
};

}  // namespace

auto rehearse(Machine const& machine, Case const& scenario, std::uint64_t seed) -> Outcome {
  return Rehearsal(machine, scenario, seed).run();
}

}  // namespace treadle::scenario
