#include "treadle/saga/trace.h"

#include <fmt/format.h>

namespace treadle::saga {
namespace {

auto error_text(ErrorName const& error) -> std::string {
  if (error.is_any) return "an error";
  return error.text.empty() ? "an error without a name" : error.text;
}

void happen(Program const& program, asl::StateIndex state, Outcome const* outcome, Ledger& ledger) {
  using enum Happening;
  auto const& task = program.task(state);
  if (task.role == TaskRole::kStep) {
    auto& status = ledger[task.step.value()];
    status = after(status, outcome == nullptr  ? kFailedMaybe
                           : outcome->success  ? kSucceeded
                           : outcome->is_maybe ? kFailedMaybe
                                               : kFailedDefinite);
  }
  if (task.role != TaskRole::kUndo) return;
  for (auto const step : program.undo(task.undo).steps) {
    auto& status = ledger[step.value()];
    status = after(status, outcome == nullptr ? kUndoAborted
                           : outcome->success ? kUndone
                                              : kUndoFailed);
  }
}

}  // namespace

void follow(Program const& program, Entry const& entry, Ledger& ledger) {
  auto const& task = program.task(entry.state);
  switch (entry.kind) {
    case Entry::Kind::kOutcome:
      return happen(program, entry.state, &task.outcomes[entry.detail], ledger);
    case Entry::Kind::kAborted: return happen(program, entry.state, nullptr, ledger);
    case Entry::Kind::kStarted:
      if (task.role == TaskRole::kStep)
        ledger[task.step.value()] = after(ledger[task.step.value()], Happening::kAttempted);
      return;
    default: return;
  }
}

auto describe(Program const& program, Entry const& entry) -> std::string {
  using enum Entry::Kind;
  switch (entry.kind) {
    case kOutcome: return program.task(entry.state).outcomes[entry.detail].text;
    case kAborted: return "aborted while it ran";
    case kPassed:
      return program.state(entry.state).type == asl::StateType::kWait ? "waited" : "passed";
    case kChose: return fmt::format("went to {}", program.name_of(asl::StateIndex(entry.detail)));
    case kNoRule: return "no rule held (States.NoChoiceMatched)";
    case kSucceeded: return "succeeded";
    case kFailed: return "failed the execution";
    case kRetried:
    case kCaught: {
      auto const& error = program.error(ErrorId(static_cast<std::uint16_t>(entry.detail)));
      return fmt::format("{} {}", entry.kind == kRetried ? "retried after" : "caught",
                         error_text(error));
    }
    case kStarted: return "started";
  }
  return {};
}

}  // namespace treadle::saga
