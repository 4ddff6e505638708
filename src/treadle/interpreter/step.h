// One command being decided: the working state, what may be read, and the events so far.
//
// The state types (states/*.cc) and the rules that they share (retry, catch, containers)
// are free functions over a Step. A reference to a Scope is good until the next emit():
// hold ids, not references, across it.
#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "treadle/asl/model.h"
#include "treadle/interpreter/apply.h"
#include "treadle/interpreter/context_object.h"
#include "treadle/interpreter/data_flow.h"
#include "treadle/interpreter/execution_state.h"
#include "treadle/interpreter/failure.h"
#include "treadle/interpreter/world.h"
#include "treadle/record/command.h"
#include "treadle/record/journal_event.h"
#include "treadle/record/payload_table.h"

namespace treadle::interpreter {

namespace detail {

template <typename Fact, typename... Silent>
inline constexpr bool kIsOneOf = (std::is_same_v<Fact, Silent> || ...);
template <typename Fact>
inline constexpr bool kIsSilent =
    kIsOneOf<Fact, record::WaitStarted, record::TimerFired, record::RetryScheduled,
             record::ErrorCaught, record::BranchSucceeded, record::BranchFailed, record::Yielded,
             record::Resumed, record::JobStopped, record::DeadlineSet, record::DeadlineLifted,
             record::CompensationRequested, record::CompensationBegan, record::ChildAsked>;

}  // namespace detail

// The scopes to be advanced, first in, first out. A few fit in place.
class ReadyQueue {
 public:
  [[nodiscard]] auto empty() const -> bool { return first_ == size_ && more_.empty(); }
  void push_back(ScopeId scope) {
    if (size_ < in_place_.size() && more_.empty())
      in_place_[size_++] = scope;
    else
      more_.push_back(scope);
  }
  [[nodiscard]] auto take() -> ScopeId {
    if (first_ < size_) {
      auto const scope = in_place_[first_++];
      if (first_ == size_) first_ = size_ = 0;
      return scope;
    }
    auto const scope = more_[first_of_more_++];
    if (first_of_more_ == more_.size()) {
      more_.clear();
      first_of_more_ = 0;
    }
    return scope;
  }

 private:
  std::array<ScopeId, 8> in_place_;
  std::size_t first_ = 0;
  std::size_t size_ = 0;
  std::vector<ScopeId> more_;  // those that came while the place was full
  std::size_t first_of_more_ = 0;
};

// How many history events a fact projects to.
template <typename Fact>
[[nodiscard]] constexpr auto history_count(Fact const& fact) -> std::uint8_t {
  if constexpr (std::is_same_v<Fact, record::ScopeAborted>)
    return fact.type ? 1 : 0;
  else
    return detail::kIsSilent<Fact> ? 0 : 1;
}

class Step {
 public:
  Step(ExecutionState& state, asl::Definition const& definition, World& world,
       record::PayloadTable& payloads, std::vector<record::JournalEvent>& events);

  // Appends an event whose history event, if it has one, shows `previous`, and applies it. Once the
  // history is full or the execution has ended nothing more is appended: is_over() turns true.
  template <typename Fact>
  void emit(Fact const& fact, HistoryId previous) {
    auto const count = history_count(fact);
    if (!is_room_for(count, kFollowsEnd<Fact>, kEndsExecution<Fact>)) return;
    apply(state_, events_.emplace_back(next_history_id(), previous, count, now_,
                                       record::Fact(std::in_place_type<Fact>, fact)));
  }
  // The same with the scope's last event as `previous`.
  template <typename Fact>
  void emit_in(ScopeId scope, Fact const& fact) {
    emit(fact, this->scope(scope).last_id);
  }

  // Puts a scope in the queue of those to be advanced.
  void make_ready(ScopeId scope) { ready_.push_back(scope); }
  // Advances scopes until all of them wait, the execution has ended, or it is
  // another execution's turn.
  void run();

  [[nodiscard]] auto is_over() const -> bool { return full_ || state_.is_over(); }
  [[nodiscard]] auto state() const -> ExecutionState const& { return state_; }
  [[nodiscard]] auto scope(ScopeId id) const -> Scope const& { return state_.scope(id); }
  [[nodiscard]] auto definition() const -> asl::Definition const& { return definition_; }
  [[nodiscard]] auto state_of(ScopeId id) const -> asl::State const& {
    return definition_.state(scope(id).state);
  }
  [[nodiscard]] auto world() -> World& { return world_; }
  [[nodiscard]] auto now() const -> Timestamp { return now_; }
  [[nodiscard]] auto payloads() -> record::PayloadTable& { return payloads_; }
  [[nodiscard]] auto arena() -> json::Arena& { return payloads_.arena(); }
  // Of the event that is appended next.
  [[nodiscard]] auto next_history_id() const -> HistoryId { return state_.last_history_id + 1; }
  // `seconds` from now, scaled.
  [[nodiscard]] auto due_in(double seconds) const -> Timestamp;
  // A payload for `value`: `same` itself where it is that very value.
  [[nodiscard]] auto payload_of(json::Value value, PayloadId same) -> PayloadId;
  [[nodiscard]] auto keep(std::string_view text) -> std::string_view { return arena().copy(text); }

 private:
  // What may happen to an execution that has ended.
  template <typename Fact>
  static constexpr bool kFollowsEnd =
      std::is_same_v<Fact, record::ExecutionRedriven> || std::is_same_v<Fact, record::JobStopped>;
  template <typename Fact>
  static constexpr bool kEndsExecution = std::is_same_v<Fact, record::ExecutionSucceeded> ||
                                         std::is_same_v<Fact, record::ExecutionEnded>;

  [[nodiscard]] auto is_room_for(std::uint8_t history_count, bool follows_end, bool ends) -> bool;
  void advance(ScopeId id);
  void end_for_full_history();

  ExecutionState& state_;
  asl::Definition const& definition_;
  World& world_;
  record::PayloadTable& payloads_;
  std::vector<record::JournalEvent>& events_;
  std::size_t const events_before_;
  Timestamp now_;
  bool full_ = false;
  ReadyQueue ready_;
};

// What a state's expressions read while it is in `scope`, and the stages of its data flow.
struct StateView {
  StateView(Step& step, ScopeId scope)
      : environment(step.state(), step.scope(scope), step.state_of(scope).name, step.payloads(),
                    step.world()),
        flow(environment, step.arena(), step.world().inspection) {
    if (step.state_of(scope).language == asl::QueryLanguage::kJsonata) environment.show_states();
  }
  ScopeEnvironment environment;
  DataFlow flow;
};

// ---- what all state types share (state_common.cc) ----

// What Assign gives for a state or a rule, not yet written anywhere.
using Assignments = std::vector<record::Assignment>;
[[nodiscard]] auto evaluate_assign(Step& step, ScopeId scope, DataFlow& flow,
                                   std::optional<asl::Template> const& assign, json::Value from)
    -> Data<Assignments>;

// Leaves the state with `output`. Goes on to `next`, or ends the region.
void exit_state(Step& step, ScopeId scope, json::Value output, std::optional<asl::StateIndex> next,
                Assignments const& assignments);

// The second half of Pass, Task, Parallel and Map: ResultSelector's outcome `result` through
// Assign, ResultPath and OutputPath, or Assign and Output, then out.
void finish_with_result(Step& step, ScopeId scope, StateView& view,
                        asl::PathField const& result_path, json::Value result);

// The state failed: retry, catch, or hand it up to the container or the execution.
void fail_state(Step& step, ScopeId scope, Failure failure);
// The same without Retry.
void fail_for_good(Step& step, ScopeId scope, Failure failure);
// The same for an error in the state's own data flow: the cause gets the sentence about the state,
// and a JSONata state shows EvaluationFailed first.
void fail_in_data_flow(Step& step, ScopeId scope, DataError error);

// ---- a request to compensate (compensate.cc) ----
[[nodiscard]] auto request_compensation(Step& step, std::string_view cause) -> record::Reply;
[[nodiscard]] auto deadline_passed(Step& step, Timer const& timer) -> record::Reply;
// Follows a request that was kept, if it can be by now. After every command.
void pursue_compensation(Step& step);
// Whether a scope that is about to go on does not, by reason of a request: the top level left its state for the way back,
// or an inner one is only there to be closed.
[[nodiscard]] auto is_turned_back(Step& step, ScopeId scope) -> bool;
// The same of one that failed.
[[nodiscard]] auto failure_turns_back(Step& step, ScopeId scope) -> bool;
// Asks the nested executions that are waited for, if a request is kept for them.
void ask_children(Step& step);

// Closes `scope`'s children and all that they wait for: with ...Aborted events when a sibling
// failed, silently when the whole execution ends.
enum class InHistory : std::uint8_t { kShown, kSilent };
void abort_children(Step& step, ScopeId scope, InHistory shown);
// What the scope waits for, for an event that ends the wait.
enum class Job : std::uint8_t { kEnded, kAbandoned };
[[nodiscard]] auto disarm_of(Scope const& scope, Job job) -> record::Disarm;

// Ends the execution.
void succeed_execution(Step& step, PayloadId output);
void end_execution(Step& step, record::Ending how, std::optional<std::string_view> error,
                   std::optional<std::string_view> cause, HistoryId previous);

// ---- a region ended (containers.cc) ----
void end_region(Step& step, ScopeId scope);
// A child failed; closes it and its siblings and fails the state of its parent.
void fail_region(Step& step, ScopeId child, Failure failure);

// ---- the state types (states/*.cc): called right after StateEntered ----
void enter_state(Step& step, ScopeId scope);  // whichever it is
void enter_pass(Step& step, ScopeId scope);
void enter_choice(Step& step, ScopeId scope);
void enter_wait(Step& step, ScopeId scope);
void enter_succeed(Step& step, ScopeId scope);
void enter_fail(Step& step, ScopeId scope);
void enter_task(Step& step, ScopeId scope);
void enter_parallel(Step& step, ScopeId scope);
void enter_map(Step& step, ScopeId scope);

// ---- what happens to a waiting state ----
void wait_is_over(Step& step, ScopeId scope);
void task_succeeded(Step& step, ScopeId scope, std::string_view output);
void task_succeeded(Step& step, ScopeId scope, json::Value output);
void task_submitted(Step& step, ScopeId scope, std::string_view output);
void task_failed(Step& step, ScopeId scope, record::TaskFailure how, Failure failure);
// Ends an open task from outside; shown as a time-out with this error. The state is still to be failed.
void cut_task_off(Step& step, ScopeId scope, Failure const& failure);
void parallel_branches_done(Step& step, ScopeId scope);
void map_iterations_done(Step& step, ScopeId scope);
// The array of what the branches or iterations gave, through ResultSelector and on.
void parallel_gave(Step& step, ScopeId scope, json::Value results);
void map_gave(Step& step, ScopeId scope, json::Value results);
void start_iterations(Step& step, ScopeId map, HistoryId previous);

// What is said to have become of a Map's iterations, none of which runs. Source: API reference,
// MockInput, TestStateConfiguration.
struct MockedMap {
  json::Value results;                    // an array, unless `failure`
  std::optional<Failure> failure;         // of the whole state
  std::uint32_t failures = 0;             // iterations that failed
  std::optional<json::Value> items_read;  // by its ItemReader
};
// Enters a Map whose iterations are mocked.
void answer_map(Step& step, ScopeId scope, MockedMap const& mock);

}  // namespace treadle::interpreter
