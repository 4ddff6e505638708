#include "treadle/saga/findings.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace treadle::saga {
namespace {

auto standing(Program const& program, Ledger const& ledger) -> std::vector<std::string> {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < ledger.size(); ++i)
    if (stands(ledger[i]))
      out.push_back(fmt::format("{} {}", program.name_of(program.step(step_id(i)).state),
                                ledger[i] == Status::kDone ? "is done" : "may have run"));
  return out;
}

auto changes_between(Program const& program, Ledger const& before, Ledger const& now)
    -> std::vector<std::pair<std::string, std::string>> {
  std::vector<std::pair<std::string, std::string>> out;
  for (std::size_t i = 0; i < now.size(); ++i)
    if (name_of(before[i]) != name_of(now[i]))
      out.emplace_back(program.name_of(program.step(step_id(i)).state), name_of(now[i]));
  return out;
}

}  // namespace

auto name_of(Property property) -> std::string_view {
  switch (property) {
    case Property::kLeftDone: return "left-done";
    case Property::kLeftMaybe: return "left-maybe";
    case Property::kUncaught: return "uncaught";
    case Property::kSucceedNotDone: return "succeed-not-done";
    case Property::kSucceedCompensated: return "succeed-compensated";
    case Property::kOrder: return "order";
    case Property::kNeverAttempted: return "never-attempted";
    case Property::kNoRetry: return "no-retry";
  }
  return "";
}

auto name_of(Verdict verdict) -> std::string_view {
  switch (verdict) {
    case Verdict::kVerified: return "verified";
    case Verdict::kCounterexample: return "counterexample";
    case Verdict::kUnknown: return "unknown";
  }
  return "";
}

void Findings::add(Property property, asl::StateIndex about, asl::StateIndex end, Way const& way) {
  auto const [at, is_new] = findings_.try_emplace({property, about});
  if (!is_new && at->second.length <= way.length) return;
  at->second = {.length = way.length, .end = end, .trace = way.trace()};
}

auto Findings::counterexamples() const -> std::vector<Counterexample> {
  std::vector<Counterexample> out;
  for (auto const& [key, finding] : findings_) out.push_back(tell(key, finding));
  return out;
}

auto Findings::ends() const -> std::vector<std::string> {
  std::map<asl::StateIndex, std::vector<std::string>> undos;
  for (auto const& [fail, undo] : ends_)
    undos[fail].push_back(program_.name_of(program_.undo(undo).state));
  std::vector<std::string> out;
  for (auto const& [fail, names] : undos)
    out.push_back(fmt::format("{}: {} failed for good, and effects may stand",
                              program_.name_of(fail), fmt::join(names, " or ")));
  for (auto const state : operators_)
    out.push_back(fmt::format("{}: waits for an operator", program_.name_of(state)));
  return out;
}

auto Findings::tell(Key const& key, Finding const& finding) const -> Counterexample {
  Counterexample out{.property = key.first,
                     .step = program_.name_of(key.second),
                     .summary = {},
                     .path = {},
                     .ledger = {},
                     .end = program_.name_of(finding.end)};
  Ledger ledger(program_.steps().size());
  for (auto const& entry : finding.trace) {
    auto const before = ledger;
    follow(program_, entry, ledger);
    out.path.push_back({.state = program_.name_of(entry.state),
                        .outcome = describe(program_, entry),
                        .changes = changes_between(program_, before, ledger)});
  }
  for (std::size_t i = 0; i < ledger.size(); ++i)
    out.ledger.emplace_back(program_.name_of(program_.step(step_id(i)).state), name_of(ledger[i]));
  out.summary = summary(key, finding, ledger);
  return out;
}

auto Findings::summary(Key const& key, Finding const& finding, Ledger const& ledger) const
    -> std::string {
  auto const& about = program_.name_of(key.second);
  auto const& end = program_.name_of(finding.end);
  auto const is_undoable = [&] {
    auto const& task = program_.task(key.second);
    return task.role == TaskRole::kStep && !program_.step(task.step).undos.empty();
  };
  switch (key.first) {
    case Property::kLeftDone:
      return fmt::format("the execution fails in {}, and {} is done and {}", end, about,
                         is_undoable() ? "not compensated" : "nothing undoes it");
    case Property::kLeftMaybe:
      return fmt::format("the execution fails in {}, and {} may have run and {}", end, about,
                         is_undoable() ? "is not compensated" : "nothing undoes it");
    case Property::kUncaught:
      return fmt::format("nothing catches the failure of {}, while {}", about,
                         fmt::join(standing(program_, ledger), ", "));
    case Property::kSucceedNotDone:
      return fmt::format("the execution succeeds, although {} was attempted and did not succeed",
                         about);
    case Property::kSucceedCompensated:
      return fmt::format("the execution succeeds, although {} is compensated", about);
    case Property::kOrder:
      return fmt::format("{} is compensated before a step that completed after it", about);
    case Property::kNeverAttempted:
      return fmt::format("{} runs, although what it undoes was never attempted", about);
    case Property::kNoRetry:
      return fmt::format("the compensation {} has no Retry: one failure is the end of it", about);
  }
  return {};
}

}  // namespace treadle::saga
