// A state machine as the checker sees it: what each task is to the saga, and everything that may come of it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "treadle/asl/model.h"
#include "treadle/base/result.h"
#include "treadle/base/strong_id.h"
#include "treadle/saga/errors.h"
#include "treadle/saga/facts.h"
#include "treadle/saga/roles.h"

namespace treadle::saga {

using StepId = StrongId<struct StepIdTag, std::uint16_t>;  // into Program::steps()
// A definition of 1 MiB has no room for 65,536 tasks.
[[nodiscard]] inline auto step_id(std::size_t index) -> StepId {
  return StepId(static_cast<std::uint16_t>(index));
}
using UndoId = StrongId<struct UndoIdTag, std::uint16_t>;  // into Program::undos()
using ErrorId = StrongId<struct ErrorIdTag, std::uint16_t>;

enum class TaskRole : std::uint8_t { kNone, kReadOnly, kStep, kUndo };

// How one visit of a Task state ends, its retries included.
struct Outcome {
  bool success = false;
  // Of a failure:
  ErrorId error;
  bool is_maybe = false;  // the work may have been done, by this attempt or an earlier one
  std::string text;       // "succeeded", "failed with PaymentDeclined after 3 retries"
};

struct TaskInfo {
  TaskRole role = TaskRole::kNone;
  StepId step;  // of kStep
  UndoId undo;  // of kUndo
  // The success first, then the errors in the order in which the state's handlers name them, one for all that lead to
  // the same. An error that a retrier takes for ever is none: that is an assumption.
  std::vector<Outcome> outcomes;
  bool is_retried_for_ever = false;
};

struct StepInfo {
  asl::StateIndex state;
  std::vector<UndoId> undos;  // what undoes it; empty: nothing
};

struct UndoInfo {
  asl::StateIndex state;
  std::vector<StepId> steps;
  bool is_operator = false;
  bool has_retry = false;
  bool can_fail = false;  // some outcome is a failure
  // Whether it can fail for good, or take such a failure of another back: that changes what is found at the end.
  bool matters_to_ends = false;
};

class Program {
 public:
  // An error is for the user: a role of a state that is not there or is no task.
  [[nodiscard]] static auto make(asl::DefinitionPtr definition, Roles const& roles)
      -> Result<Program, std::string>;

  [[nodiscard]] auto definition() const -> asl::Definition const& { return *definition_; }
  [[nodiscard]] auto state(asl::StateIndex i) const -> asl::State const& {
    return definition_->state(i);
  }
  [[nodiscard]] auto task(asl::StateIndex i) const -> TaskInfo const& { return tasks_[i.value()]; }
  [[nodiscard]] auto steps() const -> std::vector<StepInfo> const& { return steps_; }
  [[nodiscard]] auto undos() const -> std::vector<UndoInfo> const& { return undos_; }
  [[nodiscard]] auto step(StepId i) const -> StepInfo const& { return steps_[i.value()]; }
  [[nodiscard]] auto undo(UndoId i) const -> UndoInfo const& { return undos_[i.value()]; }
  [[nodiscard]] auto error(ErrorId i) const -> ErrorName const& { return errors_[i.value()]; }
  [[nodiscard]] auto name_of(asl::StateIndex i) const -> std::string const& {
    return state(i).name;
  }
  // The errors that a Fail state may raise, or a Choice without Default.
  [[nodiscard]] auto raised(asl::StateIndex i) const -> std::span<ErrorId const> {
    return raised_[i.value()];
  }
  // Of variables.
  [[nodiscard]] auto facts() const -> Facts const& { return facts_; }
  // The branches of a Parallel, the processor of a Map.
  [[nodiscard]] auto inner_regions(asl::StateIndex i) const -> std::vector<asl::RegionIndex>;
  // The tasks in a region, those of inner regions too.
  [[nodiscard]] auto tasks_in(asl::RegionIndex i) const -> std::span<asl::StateIndex const> {
    return tasks_in_[i.value()];
  }
  // Whether two states stand in different branches of one Parallel.
  [[nodiscard]] auto are_concurrent(asl::StateIndex a, asl::StateIndex b) const -> bool;
  // The states to which a way of the control may lead, by and large: from inside of a Parallel or Map a way leads back
  // to it. Marks by state.
  [[nodiscard]] auto reached_from(asl::StateIndex from) const -> std::vector<char>;
  // The Maps around a state, the outermost first.
  [[nodiscard]] auto maps_around(asl::StateIndex i) const -> std::vector<asl::StateIndex>;

 private:
  explicit Program(asl::DefinitionPtr definition)
      : definition_(std::move(definition)), facts_(*definition_) {}
  auto find_task(std::string const& name, std::string_view role)
      -> Result<asl::StateIndex, std::string>;
  auto assign_roles(Roles const& roles) -> Result<void, std::string>;
  void find_regions();
  void find_outcomes(Roles const& roles);
  void find_task_outcomes(asl::StateIndex i, bool ignores_ambiguity, bool answers_for_key);
  void find_raised(asl::StateIndex i);
  // What handlers of the state, and of what is around it, name; in their order, wildcards left out.
  [[nodiscard]] auto named_errors(asl::StateIndex i) const -> std::vector<std::string>;
  auto intern(ErrorName const& name) -> ErrorId;
  // What handlers make of an error that leaves the state's own Retry: two errors with the same answer lead to the same.
  [[nodiscard]] auto fate_of(asl::StateIndex i, ErrorName const& error) const -> std::vector<int>;
  [[nodiscard]] auto successors(asl::StateIndex i) const -> std::vector<asl::StateIndex>;
  [[nodiscard]] auto owner(asl::StateIndex i) const -> std::optional<asl::StateIndex> {
    return definition_->region(state(i).region).owner;
  }

  asl::DefinitionPtr definition_;
  Facts facts_;
  std::vector<TaskInfo> tasks_;  // by state
  std::vector<StepInfo> steps_;
  std::vector<UndoInfo> undos_;
  std::vector<ErrorName> errors_;
  std::vector<std::vector<ErrorId>> raised_;            // by state
  std::vector<std::vector<asl::StateIndex>> tasks_in_;  // by region
};

// Whether the one undoes all that the other does.
[[nodiscard]] auto covers(UndoInfo const& undo, UndoInfo const& other) -> bool;

// Whether the retrier goes on for longer than executions live.
[[nodiscard]] auto is_for_ever(asl::Retrier const& retrier) -> bool;

}  // namespace treadle::saga
