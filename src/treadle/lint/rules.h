// The rules by their codes. Codes and their meaning are kept from release to release; docs/lint.md
// has a section for each.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace treadle::lint {

enum class Level : std::uint8_t { kNote, kWarning, kError };

[[nodiscard]] auto level_name(Level level) -> std::string_view;  // "note", "warning", "error"

enum class Rule : std::uint8_t {
  // error_flow.cc, handlers.cc
  kRetriedNotCaught,
  kRejectionNotCaught,
  kHandlerNotReached,
  kUnknownErrorName,
  kUnguardedCompensation,
  kNothingCaught,
  kAmbiguousTimeout,
  kBranchesNotUndone,
  // data_flow.cc, variables.cc
  kMissingPath,
  kUnwrittenPath,
  kTokenOutsideCallback,
  kUnassignedVariable,
  // durations.cc, timeouts.cc
  kCallbackWithoutTimeout,
  kTaskWithoutTimeout,
  kTimeoutNeverReached,
  kEndsInTimeout,
  kMayEndInTimeout,
  // express.cc
  kExpressUnsupported,
  kExpressRepeats,
  // resources.cc
  kUnknownResource,
  kUnknownService,
  kInputAsRequest,
  // payload sizes: data_flow.cc
  kPayloadTooLarge,
};

struct RuleInfo {
  Rule rule;
  std::string_view code;     // "retried-not-caught"
  Level level;               // of its findings
  std::string_view summary;  // one sentence
};

// All rules in the order of `Rule`.
[[nodiscard]] auto all_rules() -> std::span<RuleInfo const>;
[[nodiscard]] auto info_of(Rule rule) -> RuleInfo const&;
[[nodiscard]] auto find_rule(std::string_view code) -> std::optional<Rule>;

}  // namespace treadle::lint
