// What a state did with its data, stage by stage: filled while the state is decided, for TestState
// and for whoever looks into an execution. Source: API reference, InspectionData.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "treadle/asl/model.h"
#include "treadle/interpreter/failure.h"
#include "treadle/json/value.h"

namespace treadle::interpreter {

// In the order that data passes them.
enum class Stage : std::uint8_t {
  kAfterInputPath,
  kAfterParameters,
  kAfterArguments,
  kAfterItemsPath,
  kAfterItemsPointer,
  kAfterItemSelector,
  kResult,  // of a task, or the Result of a Pass
  kAfterResultSelector,
  kAfterResultPath,
};
inline constexpr std::size_t kStages = 9;

// How many iterations of a Map may fail, and how many may run at a time.
struct MapLimits {
  std::uint64_t concurrency_max = 0;  // 0: as many as the engine likes
  std::optional<std::uint64_t> failures_tolerated;
  std::optional<double> percentage_tolerated;
};

// Values live in the arena of the command that is decided. What a state did not come to is absent.
struct Inspection {
  // Stages that only the other query language has are not kept.
  asl::QueryLanguage language = asl::QueryLanguage::kJsonPath;
  std::array<std::optional<json::Value>, kStages> stages;
  std::optional<MapLimits> map;
  std::optional<Failure> failure;        // the last one, whatever took it
  std::optional<std::uint32_t> retrier;  // index of the one that matched it, exhausted or not

  void saw(Stage stage, json::Value value) {
    bool const in_both = stage == Stage::kResult || stage == Stage::kAfterItemsPointer ||
                         stage == Stage::kAfterItemSelector;
    bool const of_jsonata = stage == Stage::kAfterArguments;
    if (in_both || of_jsonata == (language == asl::QueryLanguage::kJsonata))
      stages[static_cast<std::size_t>(stage)] = value;
  }
  [[nodiscard]] auto at(Stage stage) const -> std::optional<json::Value> {
    return stages[static_cast<std::size_t>(stage)];
  }
};

}  // namespace treadle::interpreter
