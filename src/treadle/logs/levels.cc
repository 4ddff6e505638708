#include "treadle/logs/levels.h"

#include <algorithm>
#include <array>
#include <type_traits>
#include <utility>
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

template <typename Fact, typename... Facts>
constexpr bool kIsOneOf = (std::is_same_v<Fact, Facts> || ...);

template <typename Fact>
constexpr bool kMayBeSevere =
    kIsOneOf<Fact, record::TaskFailed, record::IterationFailed, record::IterationAborted,
             record::ContainerFailed, record::ScopeAborted, record::EvaluationFailed,
             record::ExecutionEnded, record::StateEntered>;

// By the place of the fact among its alternatives: asked of every event, mostly in vain.
constexpr auto kMayBe = []<std::size_t... i>(std::index_sequence<i...>) {
  return std::array{kMayBeSevere<std::variant_alternative_t<i, record::Fact>>...};
}(std::make_index_sequence<std::variant_size_v<record::Fact>>());

}  // namespace

auto severity_of(std::string_view type) -> Severity {
  if (std::ranges::find(kFatal, type) != kFatal.end()) return Severity::kFatal;
  return std::ranges::binary_search(kErrors, type) ? Severity::kError : Severity::kPlain;
}

auto may_be_severe(record::JournalEvent const& event) -> bool {
  if (!kMayBe[event.fact.index()]) return false;
  auto const* const entered = std::get_if<record::StateEntered>(&event.fact);
  return entered == nullptr || entered->type == asl::StateType::kFail;
}

}  // namespace treadle::logs
