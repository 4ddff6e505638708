#include "treadle/saga/program.h"

#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

#include "treadle/base/error_names.h"
#include "treadle/saga/compile.h"

namespace treadle::saga {
namespace {

// What stands for many errors, and what no task raises.
constexpr std::array<std::string_view, 8> kNotRaisedByTasks = {
    errors::kAll,
    errors::kTaskFailed,
    errors::kRuntime,
    errors::kBranchFailed,
    errors::kHeartbeatTimeout,
    errors::kNoChoiceMatched,
    errors::kExceedToleratedFailureThreshold,
    errors::kItemReaderFailed};

auto contains(std::vector<std::string> const& names, std::string const& name) -> bool {
  return std::ranges::find(names, name) != names.end();
}

// What names a handler.
struct Retriers {
  asl::State const& state;
  // The retrier that an error goes to, if any takes it.
  [[nodiscard]] auto find(ErrorName const& error) const -> asl::Retrier const* {
    for (auto const& retrier : state.retriers)
      if (takes(retrier.error_equals, error)) return &retrier;
    return nullptr;
  }
};

auto describe(ErrorName const& error) -> std::string {
  if (error.is_any) return "failed with an error";
  if (error.heartbeat) return "missed a heartbeat (States.HeartbeatTimeout)";
  if (error.text == errors::kTimeout) return "timed out (States.Timeout)";
  return fmt::format("failed with {}", error.text);
}

}  // namespace

auto is_for_ever(asl::Retrier const& retrier) -> bool {
  if (retrier.attempts_max < kForeverAttempts) return false;
  bool const grows = retrier.backoff_rate > 1.0;
  if (!grows && retrier.interval_seconds < kForeverDelaySeconds) return false;
  return !retrier.delay_seconds_max || *retrier.delay_seconds_max >= kForeverDelaySeconds;
}

auto covers(UndoInfo const& undo, UndoInfo const& other) -> bool {
  return std::ranges::all_of(other.steps, [&](StepId step) {
    return std::ranges::find(undo.steps, step) != undo.steps.end();
  });
}

auto Program::make(asl::DefinitionPtr definition, Roles const& roles)
    -> Result<Program, std::string> {
  Program program(std::move(definition));
  program.intern({.text = {}, .is_any = true});
  program.find_regions();
  TRY(program.assign_roles(roles));
  program.find_outcomes(roles);
  return program;
}

auto Program::find_task(std::string const& name, std::string_view role)
    -> Result<asl::StateIndex, std::string> {
  for (std::uint32_t i = 0; i < definition_->states.size(); ++i) {
    auto const& state = definition_->states[i];
    if (state.name != name) continue;
    if (state.type == asl::StateType::kTask) return asl::StateIndex(i);
    return std::unexpected(fmt::format("'{}' is named as {}, but it is no Task state", name, role));
  }
  return std::unexpected(
      fmt::format("'{}' is named as {}, but the definition has no such state", name, role));
}

auto Program::assign_roles(Roles const& roles) -> Result<void, std::string> {
  tasks_.resize(definition_->states.size());
  for (auto const& undo : roles.undos) {
    auto const state = TRY(find_task(undo.state, "what undoes a step"));
    auto& task = tasks_[state.value()];
    if (task.role == TaskRole::kNone) {
      task.role = TaskRole::kUndo;
      task.undo = UndoId(static_cast<std::uint16_t>(undos_.size()));
      undos_.push_back({.state = state, .steps = {}});
      undos_.back().is_operator = contains(roles.operators, undo.state);
    }
  }
  for (auto const& name : roles.read_only) {
    auto& task = tasks_[TRY(find_task(name, "read-only")).value()];
    if (task.role == TaskRole::kUndo)
      return std::unexpected(
          fmt::format("'{}' is named both as read-only and as what undoes a step", name));
    task.role = TaskRole::kReadOnly;
  }
  for (std::uint32_t i = 0; i < definition_->states.size(); ++i) {
    if (definition_->states[i].type != asl::StateType::kTask || tasks_[i].role != TaskRole::kNone)
      continue;
    tasks_[i].role = TaskRole::kStep;
    tasks_[i].step = StepId(static_cast<std::uint16_t>(steps_.size()));
    steps_.push_back({.state = asl::StateIndex(i), .undos = {}});
  }
  for (auto const& undo : roles.undos) {
    auto const id = tasks_[TRY(find_task(undo.state, "what undoes a step")).value()].undo;
    for (auto const& name : undo.steps) {
      auto const& task = tasks_[TRY(find_task(name, "a step")).value()];
      if (task.role != TaskRole::kStep)
        return std::unexpected(fmt::format(
            "'{}' is named as a step that '{}' undoes, but also as {}", name, undo.state,
            task.role == TaskRole::kUndo ? "what undoes a step" : "read-only"));
      auto& steps = undos_[id.value()].steps;
      if (std::ranges::find(steps, task.step) != steps.end()) continue;
      steps.push_back(task.step);
      steps_[task.step.value()].undos.push_back(id);
    }
  }
  for (auto const* names : {&roles.operators, &roles.ignore_ambiguity, &roles.answers_for_key})
    for (auto const& name : *names) TRY(find_task(name, "a task"));
  return {};
}

void Program::find_regions() {
  tasks_in_.resize(definition_->regions.size());
  for (std::uint32_t i = 0; i < definition_->states.size(); ++i) {
    if (definition_->states[i].type != asl::StateType::kTask) continue;
    for (std::optional at(asl::StateIndex{i}); at; at = owner(*at))
      tasks_in_[state(*at).region.value()].push_back(asl::StateIndex(i));
  }
}

auto Program::are_concurrent(asl::StateIndex a, asl::StateIndex b) const -> bool {
  // By the container around each, the region that leads to the state.
  auto const way_to = [&](asl::StateIndex i) {
    std::vector<std::pair<asl::StateIndex, asl::RegionIndex>> out;
    for (std::optional at(i); at; at = owner(*at))
      if (auto const around = owner(*at)) out.emplace_back(*around, state(*at).region);
    return out;
  };
  auto const way_to_b = way_to(b);
  for (auto const& [container, region] : way_to(a))
    for (auto const& [other, other_region] : way_to_b)
      if (container == other && region != other_region) return true;
  return false;
}

auto Program::maps_around(asl::StateIndex i) const -> std::vector<asl::StateIndex> {
  std::vector<asl::StateIndex> out;
  for (auto at = owner(i); at; at = owner(*at))
    if (state(*at).type == asl::StateType::kMap) out.push_back(*at);
  std::ranges::reverse(out);
  return out;
}

auto Program::intern(ErrorName const& name) -> ErrorId {
  for (std::size_t i = 0; i < errors_.size(); ++i)
    if (errors_[i].text == name.text && errors_[i].is_any == name.is_any &&
        errors_[i].heartbeat == name.heartbeat)
      return ErrorId(static_cast<std::uint16_t>(i));
  errors_.push_back(name);
  return ErrorId(static_cast<std::uint16_t>(errors_.size() - 1));
}

auto Program::named_errors(asl::StateIndex i) const -> std::vector<std::string> {
  std::vector<std::string> out;
  auto const add = [&](std::vector<std::string> const& names) {
    for (auto const& name : names)
      if (std::ranges::find(kNotRaisedByTasks, name) == kNotRaisedByTasks.end() &&
          !contains(out, name))
        out.push_back(name);
  };
  for (std::optional at(i); at; at = owner(*at)) {
    for (auto const& retrier : state(*at).retriers) add(retrier.error_equals);
    for (auto const& catcher : state(*at).catchers) add(catcher.error_equals);
  }
  return out;
}

void Program::find_outcomes(Roles const& roles) {
  raised_.resize(definition_->states.size());
  for (std::uint32_t i = 0; i < definition_->states.size(); ++i) {
    asl::StateIndex const index(i);
    auto const& name = definition_->states[i].name;
    if (definition_->states[i].type == asl::StateType::kTask)
      find_task_outcomes(index, contains(roles.ignore_ambiguity, name),
                         contains(roles.answers_for_key, name));
    else
      find_raised(index);
  }
  for (auto& undo : undos_) {
    undo.has_retry =
        std::ranges::any_of(state(undo.state).retriers,
                            [](asl::Retrier const& retrier) { return retrier.attempts_max > 0; });
    undo.can_fail = tasks_[undo.state.value()].outcomes.size() > 1;
  }
  for (auto& undo : undos_)
    undo.matters_to_ends = undo.can_fail || std::ranges::any_of(undos_, [&](UndoInfo const& other) {
                             return other.can_fail && covers(undo, other);
                           });
}

auto Program::fate_of(asl::StateIndex i, ErrorName const& error) const -> std::vector<int> {
  auto const first = [&](auto const& handlers) {
    for (std::size_t n = 0; n < handlers.size(); ++n)
      if (takes(handlers[n].error_equals, error)) return static_cast<int>(n);
    return -1;
  };
  std::vector<int> out;
  for (std::optional at(i); at; at = owner(*at)) {
    if (at != i) out.push_back(first(state(*at).retriers));
    out.push_back(first(state(*at).catchers));
    if (out.back() >= 0) break;
  }
  return out;
}

void Program::find_task_outcomes(asl::StateIndex i, bool ignores_ambiguity, bool answers_for_key) {
  auto const& definition = state(i);
  auto const& details = std::get<asl::Task>(definition.details);
  Retriers const retriers{definition};
  auto& task = tasks_[i.value()];

  std::vector<ErrorName> names;
  for (auto const& name : named_errors(i)) names.push_back({.text = name});
  names.push_back({.text = {}, .is_any = true});
  for (auto const name : ambiguous_errors(details.resource, definition.language)) {
    bool const is_heartbeat = name == errors::kHeartbeatTimeout;
    if (is_heartbeat && !details.heartbeat_seconds.is_set()) continue;
    auto const has_name = [&](ErrorName const& other) {
      return !is_heartbeat && other.text == name && !other.is_any;
    };
    if (std::ranges::any_of(names, has_name)) continue;
    names.push_back({.text = std::string(is_heartbeat ? errors::kTimeout : name),
                     .is_any = false,
                     .heartbeat = is_heartbeat});
  }
  auto const maybe = [&](ErrorName const& error) {
    if (ignores_ambiguity || task.role != TaskRole::kStep) return false;
    return error.is_any ? others_are_ambiguous(details.resource) : is_ambiguous(error.text);
  };
  // Whether an attempt that may have done the work can be followed by another one.
  bool const is_tainted =
      !answers_for_key && std::ranges::any_of(names, [&](ErrorName const& error) {
        auto const* retrier = retriers.find(error);
        return maybe(error) && retrier != nullptr && retrier->attempts_max > 0;
      });
  task.outcomes.push_back({.success = true, .error = {}, .is_maybe = false, .text = "succeeded"});
  std::set<std::pair<std::vector<int>, bool>> fates;
  auto const add = [&](ErrorName const& error, bool is_maybe, std::string text) {
    if (fates.emplace(fate_of(i, error), is_maybe).second)
      task.outcomes.push_back({.success = false,
                               .error = intern(error),
                               .is_maybe = is_maybe,
                               .text = std::move(text)});
  };
  for (auto const& error : names) {
    auto const* retrier = retriers.find(error);
    if (retrier != nullptr && is_for_ever(*retrier)) {
      task.is_retried_for_ever = true;
      continue;
    }
    auto text = describe(error);
    if (retrier != nullptr && retrier->attempts_max > 0)
      text += retrier->attempts_max == 1 ? std::string(" after 1 retry")
                                         : fmt::format(" after {} retries", retrier->attempts_max);
    add(error, maybe(error), text);
    if (is_tainted && !maybe(error))
      add(error, true, text + ", an earlier try may have done its work");
  }
}

void Program::find_raised(asl::StateIndex i) {
  auto const& definition = state(i);
  auto& raised = raised_[i.value()];
  if (auto const* choice = std::get_if<asl::Choice>(&definition.details); choice != nullptr) {
    if (!choice->fallback)
      raised.push_back(intern({.text = std::string(errors::kNoChoiceMatched)}));
    return;
  }
  auto const* fail = std::get_if<asl::Fail>(&definition.details);
  if (fail == nullptr) return;
  if (fail->error.literal) {
    raised.push_back(intern({.text = *fail->error.literal}));
  } else if (!fail->error.is_set()) {
    raised.push_back(intern({.text = {}}));
  } else {  // computed: whatever somebody waits for, and anything else
    for (auto const& name : named_errors(i)) raised.push_back(intern({.text = name}));
    raised.push_back(intern({.text = std::string(errors::kTimeout)}));
    raised.push_back(intern({.text = {}, .is_any = true}));
  }
}

}  // namespace treadle::saga
