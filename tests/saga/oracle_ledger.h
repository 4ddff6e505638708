// The ledger as docs/sagas.md describes it, kept from journal events. Written apart from the checker's.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "treadle/asl/model.h"
#include "treadle/record/journal_event.h"
#include "treadle/saga/roles.h"

namespace treadle::saga::testing {

// What was told of a task: an error, or nothing where it succeeded.
struct OracleOutcome {
  record::ScopeId scope;
  asl::StateIndex state;
  std::optional<std::string_view> error;
};

struct OracleLedger {
  enum class Effect {
    kNone,
    kTried,
    kDone,
    kMaybe,
    kUndone,
    kStuck
  };  // kStuck: its undo failed for good
  struct Visit {
    asl::StateIndex state;
    bool runs = false;       // a task that has not ended
    bool backs_off = false;  // between two tries
    bool is_open = false;    // an earlier try may have done the work
  };
  std::map<std::string, Effect> effects;    // by step
  std::vector<std::string> completed;       // steps in the order in which they last completed
  std::map<record::ScopeId, Visit> visits;  // by scope
  std::string failed_undo;
  std::string raiser;
  bool raised_by_fail = false;
  // How much has happened: visits of states that ended, and retries of Parallels and Maps.
  std::uint32_t length = 0;
  bool is_choosing = false;

  [[nodiscard]] auto stands(std::string const& step) const -> bool {
    auto const found = effects.find(step);
    return found != effects.end() &&
           (found->second == Effect::kDone || found->second == Effect::kMaybe);
  }
  [[nodiscard]] auto visit_key(record::ScopeId scope) const -> std::string {
    auto const found = visits.find(scope);
    if (found == visits.end()) return "";
    return std::string(found->second.runs ? "t" : "") + (found->second.is_open ? "o" : "");
  }
  [[nodiscard]] auto key() const -> std::string {
    std::string out = "|";
    for (auto const& [step, effect] : effects)
      out += step + std::to_string(static_cast<int>(effect)) + ",";
    for (auto const& step : completed)
      if (stands(step)) out += "<" + step;
    return out + "|" + failed_undo;
  }
};

class Oracle {
 public:
  Oracle(asl::Definition const& definition, Roles const& roles)
      : definition_(definition), roles_(roles) {
    for (auto const& undo : roles.undos) {
      auto& steps = undoes_[undo.state];
      for (auto const& step : undo.steps)
        if (std::ranges::find(steps, step) == steps.end()) steps.push_back(step);
    }
  }

  // By "property step" the length of the shortest way to it.
  [[nodiscard]] auto found() const -> std::map<std::string, std::uint32_t> const& { return found_; }

  // Whether the task may fail with the error: anything may be raised but what only a retrier's or catcher's list makes
  // known as a time-out of the function itself.
  [[nodiscard]] auto is_raised(asl::StateIndex state, std::string_view error) const -> bool {
    if (error != "SlowTimeout") return true;
    for (std::optional at(state); at;
         at = definition_.region(definition_.state(*at).region).owner) {
      for (auto const& retrier : definition_.state(*at).retriers)
        if (has(retrier.error_equals, error)) return true;
      for (auto const& catcher : definition_.state(*at).catchers)
        if (has(catcher.error_equals, error)) return true;
    }
    return false;
  }

  void follow(OracleLedger& ledger, std::optional<OracleOutcome> const& outcome,
              std::vector<record::JournalEvent> const& events) {
    if (outcome) end_try(ledger, *outcome, events);
    for (auto const& event : events)
      std::visit([&](auto const& fact) { note(ledger, fact); }, event.fact);
  }

 private:
  using Effect = OracleLedger::Effect;

  static auto has(std::vector<std::string> const& names, std::string_view name) -> bool {
    return std::ranges::find(names, name) != names.end();
  }
  [[nodiscard]] auto name_of(asl::StateIndex state) const -> std::string const& {
    return definition_.state(state).name;
  }
  [[nodiscard]] auto is_step(std::string const& name) const -> bool {
    return !undoes_.contains(name) && !has(roles_.read_only, name);
  }
  [[nodiscard]] auto may_have_run(std::string const& step, std::string_view error) const -> bool {
    if (has(roles_.ignore_ambiguity, step)) return false;
    return error == "SlowTimeout" || error.starts_with("States.") || error.starts_with("Lambda.");
  }

  void find(std::string const& what, std::uint32_t length) {
    auto const [at, is_new] = found_.try_emplace(what, length);
    if (!is_new) at->second = std::min(at->second, length);
  }

  static void complete(OracleLedger& ledger, std::string const& step, Effect effect) {
    ledger.effects[step] = effect;
    std::erase(ledger.completed, step);
    ledger.completed.push_back(step);
  }

  // The effect may be there, and anyway is if it was.
  static void complete_perhaps(OracleLedger& ledger, std::string const& step) {
    auto const before = ledger.effects[step];
    bool const stays = before == Effect::kDone || before == Effect::kStuck;
    complete(ledger, step, stays ? before : Effect::kMaybe);
  }

  void end_try(OracleLedger& ledger, OracleOutcome const& outcome,
               std::vector<record::JournalEvent> const& events) {
    auto& visit = ledger.visits[outcome.scope];
    auto const& name = name_of(outcome.state);
    if (!outcome.error) {
      ++ledger.length;
      visit.runs = false;
      return succeed(ledger, name);
    }
    bool const may_have = may_have_run(name, *outcome.error);
    for (auto const& event : events)
      if (auto const* retry = std::get_if<record::RetryScheduled>(&event.fact);
          retry != nullptr && retry->scope == outcome.scope) {
        visit.is_open = visit.is_open || may_have;
        visit.backs_off = true;
        return;
      }
    ++ledger.length;
    visit.runs = false;
    ledger.raiser = name;
    ledger.raised_by_fail = false;
    if (is_step(name)) {
      bool const keyed = has(roles_.answers_for_key, name);
      if (may_have || (visit.is_open && !keyed)) complete_perhaps(ledger, name);
    } else if (auto const undo = undoes_.find(name); undo != undoes_.end()) {
      for (auto const& step : undo->second)
        if (ledger.stands(step)) ledger.effects[step] = Effect::kStuck;
      if (ledger.failed_undo.empty()) ledger.failed_undo = name;
    }
  }

  void succeed(OracleLedger& ledger, std::string const& name) {
    if (is_step(name)) return complete(ledger, name, Effect::kDone);
    auto const undo = undoes_.find(name);
    if (undo == undoes_.end()) return;
    for (auto const& step : undo->second) look_at_order(ledger, step, undo->second);
    for (auto const& step : undo->second)
      if (ledger.effects[step] != Effect::kNone) ledger.effects[step] = Effect::kUndone;
    auto const& failed = ledger.failed_undo;
    if (!failed.empty() && std::ranges::all_of(undoes_.at(failed), [&](std::string const& step) {
          return has(undo->second, step);
        }))
      ledger.failed_undo.clear();
  }

  // Nothing that completed later, can be undone, and is not undone together with the step may stand.
  void look_at_order(OracleLedger const& ledger, std::string const& step,
                     std::vector<std::string> const& together) {
    if (!ledger.stands(step)) return;
    auto const at = std::ranges::find(ledger.completed, step);
    for (auto later = at; later != ledger.completed.end(); ++later)
      if (*later != step && ledger.stands(*later) && !has(together, *later) &&
          can_be_undone(*later) && !stand_side_by_side(step, *later))
        find("order " + step, ledger.length);
  }

  [[nodiscard]] auto can_be_undone(std::string const& step) const -> bool {
    return std::ranges::any_of(undoes_, [&](auto const& undo) { return has(undo.second, step); });
  }

  // The regions around a state, the innermost first.
  [[nodiscard]] auto regions_around(std::string const& name) const
      -> std::vector<asl::RegionIndex> {
    std::vector<asl::RegionIndex> out;
    auto const state = std::ranges::find(definition_.states, name, &asl::State::name);
    std::optional at(state->region);
    while (at) {
      out.push_back(*at);
      auto const owner = definition_.region(*at).owner;
      at = owner ? std::optional(definition_.state(*owner).region) : std::nullopt;
    }
    return out;
  }

  [[nodiscard]] auto stand_side_by_side(std::string const& a, std::string const& b) const -> bool {
    auto const around_b = regions_around(b);
    for (auto const region : regions_around(a))
      for (auto const other : around_b) {
        auto const owner = definition_.region(region).owner;
        if (region != other && owner && owner == definition_.region(other).owner) return true;
      }
    return false;
  }

  template <typename Fact>
  void note(OracleLedger&, Fact const&) {}

  void note(OracleLedger& ledger, record::StateEntered const& e) {
    ledger.visits[e.scope] = {.state = e.state, .runs = e.type == asl::StateType::kTask};
    ledger.is_choosing = e.type == asl::StateType::kChoice;
    if (e.type == asl::StateType::kFail) ++ledger.length;
    std::string const name(e.name);
    if (e.type == asl::StateType::kFail || e.type == asl::StateType::kChoice) {
      ledger.raiser = name;
      ledger.raised_by_fail = e.type == asl::StateType::kFail;
    }
    if (e.type != asl::StateType::kTask) return;
    if (is_step(name)) {
      auto& effect = ledger.effects[name];
      if (effect == Effect::kNone) effect = Effect::kTried;
    }
    auto const undo = undoes_.find(name);
    if (undo == undoes_.end()) return;
    if (std::ranges::all_of(undo->second, [&](std::string const& step) {
          auto const at = ledger.effects.find(step);
          return at == ledger.effects.end() || at->second == Effect::kNone;
        }))
      find("never-attempted " + name, ledger.length + 1);
    auto const& retriers = definition_.state(e.state).retriers;
    bool const retries = std::ranges::any_of(
        retriers, [](asl::Retrier const& retrier) { return retrier.attempts_max > 0; });
    if (!retries && !has(roles_.operators, name)) find("no-retry " + name, ledger.length + 1);
  }

  void note(OracleLedger& ledger, record::StateExited const& e) {
    using enum asl::StateType;
    if (e.type == kPass || e.type == kWait || e.type == kChoice || e.type == kSucceed)
      ++ledger.length;
    ledger.is_choosing = false;
  }
  void note(OracleLedger& ledger, record::ParallelSucceeded const&) { ++ledger.length; }
  void note(OracleLedger& ledger, record::BranchFailed const&) { end_choice(ledger); }
  void note(OracleLedger& ledger, record::RetryScheduled const& e) {
    if (!ledger.visits[e.scope].runs) ++ledger.length;
  }

  // No rule held.
  static void end_choice(OracleLedger& ledger) {
    if (ledger.is_choosing) ++ledger.length;
    ledger.is_choosing = false;
  }

  void note(OracleLedger& ledger, record::TaskScheduled const& e) {
    ledger.visits[e.scope].backs_off = false;
  }

  void note(OracleLedger& ledger, record::ScopeAborted const& e) {
    auto const visit = ledger.visits.find(e.scope);
    if (visit == ledger.visits.end()) return;
    auto const seen = visit->second;
    ledger.visits.erase(visit);
    if (!seen.runs) return;
    auto const& name = name_of(seen.state);
    if (is_step(name)) {
      if (!seen.backs_off || seen.is_open) complete_perhaps(ledger, name);
    } else if (undoes_.contains(name)) {
      for (auto const& step : undoes_.at(name))
        if (ledger.effects[step] == Effect::kDone) ledger.effects[step] = Effect::kMaybe;
    }
  }

  void note(OracleLedger& ledger, record::ExecutionSucceeded const&) {
    for (auto const& [step, effect] : ledger.effects) {
      if (effect == Effect::kUndone) find("succeed-compensated " + step, ledger.length);
      if (effect == Effect::kTried || effect == Effect::kMaybe || effect == Effect::kStuck)
        find("succeed-not-done " + step, ledger.length);
    }
  }

  void note(OracleLedger& ledger, record::ExecutionEnded const&) {
    end_choice(ledger);
    for (auto const& [step, effect] : ledger.effects) {
      bool const stands = ledger.stands(step) || effect == Effect::kStuck;
      if (!stands) continue;
      if (!ledger.raised_by_fail)
        find("uncaught " + ledger.raiser, ledger.length);
      else if (ledger.failed_undo.empty())
        find((effect == Effect::kDone ? "left-done " : "left-maybe ") + step, ledger.length);
    }
  }

  asl::Definition const& definition_;
  Roles const& roles_;
  std::map<std::string, std::vector<std::string>> undoes_;
  std::map<std::string, std::uint32_t> found_;
};

}  // namespace treadle::saga::testing
