#include "treadle/lint/rules.h"

#include <algorithm>

#include "treadle/base/assert.h"

namespace treadle::lint {
namespace {

constexpr RuleInfo kRules[] = {
    {Rule::kRetriedNotCaught, "retried-not-caught", Level::kWarning,
     "An error is retried, but no catcher takes it when the retries are used up."},
    {Rule::kRejectionNotCaught, "rejection-not-caught", Level::kWarning,
     "A callback may be answered with SendTaskFailure, which no catcher takes."},
    {Rule::kHandlerNotReached, "handler-not-reached", Level::kWarning,
     "A retrier or catcher names an error that never gets to it."},
    {Rule::kUnknownErrorName, "unknown-error-name", Level::kWarning,
     "An error name begins with \"States.\" but is none of the language's."},
    {Rule::kUnguardedCompensation, "unguarded-compensation", Level::kWarning,
     "A task that runs only after a failure has neither Retry nor Catch."},
    {Rule::kNothingCaught, "nothing-caught", Level::kNote,
     "A state retries errors and catches none: the last failure ends the execution."},
    {Rule::kAmbiguousTimeout, "ambiguous-timeout", Level::kNote,
     "A task that timed out may have happened, and is treated as one that failed."},
    {Rule::kBranchesNotUndone, "branches-not-undone", Level::kNote,
     "When one branch of a Parallel fails, others may have finished and are not undone."},
    {Rule::kMissingPath, "missing-path", Level::kWarning,
     "A path reads a member that is not there on some way to the state."},
    {Rule::kUnwrittenPath, "unwritten-path", Level::kWarning,
     "A path reads a member that a state writes, but not on every way to the reader."},
    {Rule::kTokenOutsideCallback, "token-outside-callback", Level::kWarning,
     "$$.Task.Token is read where no task token exists."},
    {Rule::kUnassignedVariable, "unassigned-variable", Level::kWarning,
     "A variable is read that is not assigned on every way to the state."},
    {Rule::kCallbackWithoutTimeout, "callback-without-timeout", Level::kWarning,
     "A callback or activity has no time-out: nobody may ever answer."},
    {Rule::kTaskWithoutTimeout, "task-without-timeout", Level::kNote,
     "A task has no time-out of its own."},
    {Rule::kTimeoutNeverReached, "timeout-never-reached", Level::kWarning,
     "A time-out is not smaller than that of the whole execution."},
    {Rule::kEndsInTimeout, "ends-in-timeout", Level::kWarning,
     "The waits on every way take longer than the execution may."},
    {Rule::kMayEndInTimeout, "may-end-in-timeout", Level::kNote,
     "Waits, time-outs and retries together can take longer than the execution may."},
    {Rule::kExpressUnsupported, "express-unsupported", Level::kError,
     "An Express execution can't run activities, jobs, callbacks or a Distributed Map."},
    {Rule::kExpressRepeats, "express-repeats", Level::kNote,
     "A task with effects is retried in an execution that may itself run more than once."},
    {Rule::kUnknownResource, "unknown-resource", Level::kWarning,
     "A Resource that AWS does not take."},
    {Rule::kUnknownService, "unknown-service", Level::kWarning,
     "A service that the AWS SDK integrations know under another name."},
    {Rule::kInputAsRequest, "input-as-request", Level::kNote,
     "A call of a service has no parameters: the state's input is the request."},
    {Rule::kPayloadTooLarge, "payload-too-large", Level::kWarning,
     "What the definition holds alone fills a payload, or nearly."},
};

}  // namespace

auto level_name(Level level) -> std::string_view {
  switch (level) {
    case Level::kNote: return "note";
    case Level::kWarning: return "warning";
    case Level::kError: return "error";
  }
  return "";
}

auto all_rules() -> std::span<RuleInfo const> { return kRules; }

auto info_of(Rule rule) -> RuleInfo const& {
  auto const& info = kRules[static_cast<std::size_t>(rule)];
  TREADLE_ASSERT(info.rule == rule);
  return info;
}

auto find_rule(std::string_view code) -> std::optional<Rule> {
  auto const* found = std::ranges::find(kRules, code, &RuleInfo::code);
  if (found == std::ranges::end(kRules)) return std::nullopt;
  return found->rule;
}

}  // namespace treadle::lint
