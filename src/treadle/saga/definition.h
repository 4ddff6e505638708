// A saga: steps that happen in order, and what undoes each. The format: docs/sagas.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "treadle/asl/model.h"
#include "treadle/base/result.h"
#include "treadle/saga/literal.h"

namespace treadle::saga {

// A step's `retry`, or one of its list.
struct RetryRule {
  std::vector<std::string> errors;  // at least one; States.ALL alone
  std::uint32_t interval_seconds = 1;
  std::uint32_t attempts_max = 3;  // retries, the first try not counted
  double backoff_rate = 2.0;
  std::optional<std::uint32_t> delay_seconds_max;
  bool has_jitter = true;
};

// How a compensation is tried again; whatever the error is.
struct UndoRetry {
  std::uint32_t interval_seconds = 2;
  std::optional<std::uint32_t> attempts_max;  // not with OnCompensationFailure::kRetry
  double backoff_rate = 2.0;
  std::optional<std::uint32_t> delay_seconds_max;
  bool has_jitter = true;
};

enum class OnAmbiguous : std::uint8_t { kCompensate, kIgnore };
enum class OnCompensationFailure : std::uint8_t { kRetry, kPark, kFail };

struct Step {
  std::string name;
  std::string execute;                    // a resource
  std::optional<std::string> compensate;  // likewise
  bool is_read_only = false;              // `compensate: none`
  bool is_pivot = false;
  OnAmbiguous on_ambiguous = OnAmbiguous::kCompensate;
  std::optional<Literal> arguments;
  std::optional<Literal> compensate_arguments;
  std::optional<std::uint32_t> timeout_seconds;
  std::optional<std::uint32_t> heartbeat_seconds;
  std::vector<RetryRule> retry;
  UndoRetry compensate_retry;
  Mark mark;
};

// What the saga does in order: a step, or a group whose steps run side by side.
struct Unit {
  std::string group_name;  // empty: one step
  std::vector<Step> steps;
  [[nodiscard]] auto is_group() const -> bool { return !group_name.empty(); }
};

struct Saga {
  std::string name;  // empty: the file gives none
  std::vector<Unit> units;
  OnCompensationFailure on_compensation_failure = OnCompensationFailure::kRetry;
  std::optional<std::string> park;  // an activity, or a resource that waits for a task token
  asl::QueryLanguage language = asl::QueryLanguage::kJsonPath;
};

// What a short name of a resource is completed with.
struct Account {
  std::string region = "us-east-1";
  std::string number = "123456789012";
};

// Reads YAML, JSON or a JavaScript listing. `file` is for errors, which read "FILE:LINE:COLUMN: what was expected and
// how to mend it". Never throws; bounded by the limits of literal.h and kStepsMax.
[[nodiscard]] auto read_saga(std::string const& text, std::string const& file,
                             Account const& account = {}) -> Result<Saga, std::string>;

inline constexpr std::size_t kStepsMax = 1'000;

// Whether `text` can't be a definition in Amazon States Language but may be a saga.
[[nodiscard]] auto looks_like_saga(std::string const& text) -> bool;

}  // namespace treadle::saga
