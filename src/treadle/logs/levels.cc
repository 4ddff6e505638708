#include "treadle/logs/levels.h"

#include <algorithm>
#include <array>
#include <variant>

namespace treadle::logs {
namespace {

constexpr std::array<std::string_view, 3> kFatal = {"ExecutionAborted", "ExecutionFailed",
                                                    "ExecutionTimedOut"};

// Sorted.
constexpr auto kErrors = std::to_array<std::string_view>({
    "ActivityFailed",
    "ActivityScheduleFailed",
    "ActivityTimedOut",
    "EvaluationFailed",
    "FailStateEntered",
    "LambdaFunctionFailed",
    "LambdaFunctionScheduleFailed",
    "LambdaFunctionStartFailed",
    "LambdaFunctionTimedOut",
    "MapIterationAborted",
    "MapIterationFailed",
    "MapRunAborted",
    "MapRunFailed",
    "MapStateAborted",
    "MapStateFailed",
    "ParallelStateAborted",
    "ParallelStateFailed",
    "TaskFailed",
    "TaskStartFailed",
    "TaskStateAborted",
    "TaskSubmitFailed",
    "TaskTimedOut",
    "WaitStateAborted",
});
static_assert(std::ranges::is_sorted(kErrors));

struct MayBeSevere {
  auto operator()(record::StateEntered const& e) const -> bool {
    return e.type == asl::StateType::kFail;
  }
  auto operator()(record::TaskFailed const&) const -> bool { return true; }
  auto operator()(record::IterationFailed const&) const -> bool { return true; }
  auto operator()(record::IterationAborted const&) const -> bool { return true; }
  auto operator()(record::ContainerFailed const&) const -> bool { return true; }
  auto operator()(record::ScopeAborted const&) const -> bool { return true; }
  auto operator()(record::EvaluationFailed const&) const -> bool { return true; }
  auto operator()(record::ExecutionEnded const&) const -> bool { return true; }
  auto operator()(auto const&) const -> bool { return false; }
};

}  // namespace

auto severity_of(std::string_view type) -> Severity {
  if (std::ranges::find(kFatal, type) != kFatal.end()) return Severity::kFatal;
  return std::ranges::binary_search(kErrors, type) ? Severity::kError : Severity::kPlain;
}

auto may_be_severe(record::JournalEvent const& event) -> bool {
  return std::visit(MayBeSevere{}, event.fact);
}

}  // namespace treadle::logs
