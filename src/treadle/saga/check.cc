#include "treadle/saga/check.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "treadle/saga/assumptions.h"
#include "treadle/saga/explorer.h"
#include "treadle/saga/findings.h"

namespace treadle::saga {
namespace {

using StepPair = std::pair<StepId, StepId>;

// What is wrong on the ways of one exploration.
class Judge final : public Watcher {
 public:
  // What an exploration is made for: the ends of one step, whether any of several was attempted, the order of two.
  enum class Purpose : std::uint8_t { kEnds, kAttempts, kOrder };

  // `pairs` collects those whose order needs an exploration of both.
  Judge(Program const& program, Tracked const& tracked, Purpose purpose, Findings& findings,
        std::set<StepPair>& pairs)
      : program_(program),
        tracked_(tracked),
        purpose_(purpose),
        findings_(findings),
        pairs_(pairs) {}

  void ended(asl::StateIndex last, Moment const& moment, Way const& way) override {
    if (purpose_ != Purpose::kEnds) return;
    for (std::size_t i = 0; i < tracked_.size(); ++i) {
      auto const status = moment.ledger[i];
      auto const step = program_.step(tracked_[i]).state;
      if (status == Status::kCompensated)
        findings_.add(Property::kSucceedCompensated, step, last, way);
      else if (status != Status::kNotRun && status != Status::kDone)
        findings_.add(Property::kSucceedNotDone, step, last, way);
    }
  }

  void failed(ErrorId /*error*/, asl::StateIndex raiser, Moment const& moment,
              Way const& way) override {
    bool const is_fail = program_.state(raiser).type == asl::StateType::kFail;
    if (is_fail && moment.failed_undo) findings_.add_end(raiser, *moment.failed_undo);
    if (purpose_ != Purpose::kEnds) return;
    for (std::size_t i = 0; i < tracked_.size(); ++i) {
      auto const status = moment.ledger[i];
      auto const step = program_.step(tracked_[i]).state;
      if (!is_fail) {
        if (stands(status)) findings_.add(Property::kUncaught, raiser, raiser, way);
      } else if (!moment.failed_undo && stands(status)) {
        findings_.add(status == Status::kDone ? Property::kLeftDone : Property::kLeftMaybe, step,
                      raiser, way);
      }
    }
  }

  void undo_starts(UndoId id, Moment const& moment, Way const& way) override {
    auto const& undo = program_.undo(id);
    bool const is_about = std::ranges::any_of(undo.steps, [&](StepId step) {
      return std::ranges::find(tracked_, step) != tracked_.end();
    });
    if (!is_about) return;
    if (undo.is_operator)
      findings_.add_operator(undo.state);
    else if (!undo.has_retry)
      findings_.add(Property::kNoRetry, undo.state, undo.state, way);
    auto const is_untouched = [&](StepId step) {
      auto const found = std::ranges::find(tracked_, step);
      return found != tracked_.end() &&
             moment.ledger[static_cast<std::size_t>(found - tracked_.begin())] == Status::kNotRun;
    };
    if (std::ranges::all_of(undo.steps, is_untouched))
      findings_.add(Property::kNeverAttempted, undo.state, undo.state, way);
  }

  void undo_succeeds(UndoId id, Moment const& before, Way const& way) override {
    if (purpose_ == Purpose::kEnds) return add_pairs(id, before);
    if (purpose_ != Purpose::kOrder) return;
    auto const& steps = program_.undo(id).steps;
    auto const undoes = [&](StepId step) { return std::ranges::find(steps, step) != steps.end(); };
    if (undoes(tracked_[0]) && !undoes(tracked_[1]) && is_active(before.ledger[0]) &&
        is_active(before.ledger[1]) && before.is_second_later)
      findings_.add(Property::kOrder, program_.step(tracked_[0]).state, program_.undo(id).state,
                    way);
  }

  void passes_by(asl::RegionIndex region, Moment const& moment) override {
    if (purpose_ != Purpose::kEnds) return;
    for (auto const state : program_.tasks_in(region))
      if (auto const& task = program_.task(state); task.role == TaskRole::kUndo)
        add_pairs(task.undo, moment);
  }

 private:
  // A step that stands while an earlier one is undone, perhaps.
  void add_pairs(UndoId id, Moment const& moment) {
    if (!is_active(moment.ledger[0])) return;
    auto const later = tracked_[0];
    auto const& steps = program_.undo(id).steps;
    if (program_.step(later).undos.empty() || std::ranges::find(steps, later) != steps.end())
      return;
    for (auto const step : steps) pairs_.insert({step, later});
  }

  Program const& program_;
  Tracked const& tracked_;
  Purpose purpose_;
  Findings& findings_;
  std::set<StepPair>& pairs_;
};

class Checker {
 public:
  Checker(Program const& program, CheckLimits limits)
      : program_(program),
        budget_{.nodes_at_a_time = limits.states_at_a_time, .nodes_left = limits.states},
        summaries_(program, budget_),
        findings_(program) {}

  void run() {
    look_for_what_is_not_followed();
    for (std::size_t i = 0; i < program_.steps().size(); ++i)
      if (!not_followed_.contains(step_id(i))) look({step_id(i)}, Judge::Purpose::kEnds);
    for (auto const& undo : program_.undos())
      if (undo.steps.size() > 1 && undo.steps.size() <= kTrackedMax)
        look(undo.steps, Judge::Purpose::kAttempts);
    look_at_pairs();
    if (budget_.is_exceeded)
      unknown_.push_back(
          fmt::format("the product has too many states: {} were explored", budget_.nodes_explored));
  }

  [[nodiscard]] auto report() -> CheckReport {
    CheckReport out;
    out.counterexamples = findings_.counterexamples();
    out.ends = findings_.ends();
    out.unknown = unknown_;
    out.states = budget_.nodes_explored;
    out.verdict = !out.counterexamples.empty() ? Verdict::kCounterexample
                  : unknown_.empty()           ? Verdict::kVerified
                                               : Verdict::kUnknown;
    return out;
  }

 private:
  void look(Tracked const& tracked, Judge::Purpose purpose) {
    if (budget_.is_exceeded && budget_.nodes_left == 0) return;
    Judge judge(program_, tracked, purpose, findings_, pairs_);
    explore(program_, asl::RegionIndex{0}, tracked, Follow::kTracked, summaries_, budget_, judge);
  }

  // Those of which the second may complete after the first in a way that counts.
  void look_at_pairs() {
    std::optional<StepId> from;
    std::vector<char> is_reached;
    for (auto const& [first, second] : pairs_) {
      auto const state = program_.step(second).state;
      if (from != first) is_reached = program_.reached_from(program_.step(first).state);
      from = first;
      if (is_reached[state.value()] != 0 &&
          !program_.are_concurrent(program_.step(first).state, state))
        look({first, second}, Judge::Purpose::kOrder);
    }
  }

  // Distributed Maps tolerate failures and run their items as executions of their own; a compensation in one Map for
  // a step in another is only right for the same items.
  void look_for_what_is_not_followed() {
    auto const& states = program_.definition().states;
    for (std::uint32_t i = 0; i < states.size(); ++i) {
      auto const* map = std::get_if<asl::Map>(&states[i].details);
      if (map == nullptr || map->mode != asl::MapMode::kDistributed) continue;
      bool has_effects = false;
      for (auto const task : program_.tasks_in(map->processor))
        has_effects = has_effects || program_.task(task).role != TaskRole::kReadOnly;
      if (!has_effects) continue;
      unknown_.push_back(
          fmt::format("the distributed Map '{}' has tasks with effects, which are "
                      "not followed",
                      states[i].name));
      for (auto const task : program_.tasks_in(map->processor))
        if (program_.task(task).role == TaskRole::kStep)
          not_followed_.insert(program_.task(task).step);
    }
    for (std::size_t i = 0; i < program_.steps().size(); ++i) look_at_maps(step_id(i));
    for (auto const& undo : program_.undos())
      if (undo.steps.size() > kTrackedMax)
        unknown_.push_back(
            fmt::format("'{}' undoes more than {} steps; whether one of them was attempted is not "
                        "followed",
                        program_.name_of(undo.state), kTrackedMax));
  }

  void look_at_maps(StepId id) {
    auto const& step = program_.step(id);
    auto const around = program_.maps_around(step.state);
    if (around.empty()) return;
    for (auto const undo_id : step.undos) {
      auto const& undo = program_.undo(undo_id);
      auto const undo_around = program_.maps_around(undo.state);
      bool const is_inside = undo_around.size() <= around.size() &&
                             std::equal(undo_around.begin(), undo_around.end(), around.begin());
      if (is_inside) continue;
      not_followed_.insert(id);
      unknown_.push_back(
          fmt::format("'{}' undoes '{}' in another Map; whether both have the same items is not "
                      "followed",
                      program_.name_of(undo.state), program_.name_of(step.state)));
    }
  }

  Program const& program_;
  Budget budget_;
  Summaries summaries_;
  Findings findings_;
  std::set<StepPair> pairs_;
  std::set<StepId> not_followed_;
  std::vector<std::string> unknown_;
};

}  // namespace

auto check(asl::DefinitionPtr const& definition, Roles const& roles, CheckLimits limits)
    -> Result<CheckReport, std::string> {
  auto const program = TRY(Program::make(definition, roles));
  Checker checker(program, limits);
  checker.run();
  auto report = checker.report();
  report.assumptions = assumptions_of(program, roles);
  return report;
}

}  // namespace treadle::saga
