// Collects what validation finds, in AWS's codes.
// Source: API reference, ValidateStateMachineDefinitionDiagnostic.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "treadle/asl/diagnostic.h"
#include "treadle/asl/location.h"

namespace treadle::asl {

enum class Code : std::uint8_t {
  kSchemaValidationFailed,
  kInvalidJsonataExpression,
  kUnsupportedJsonataExpression,
  kInvalidJsonDescription,
  kMissingTransitionTarget,
  kMissingEndState,
  kDuplicateStateName,
  kInvalidStateName,
  kDuplicateLabelName,
  kInvalidLabelName,
  kTooDeeplyNested,
  // Warnings:
  kInvalidResource,
  kNoDollar,
  kNoPath,
  kPassResultIsStatic,
};

// Keeps the first kDiagnosticsMax of each severity and shortens overlong texts, so that no
// definition can make a report that is much larger than itself.
class Report {
 public:
  static constexpr std::size_t kDiagnosticsMax = 1'000;
  static constexpr std::size_t kTextBytesMax = 4'096;

  void error(Code code, Location const& where, std::string message);
  // SCHEMA_VALIDATION_FAILED, by far the most common.
  void error(Location const& where, std::string message);
  void warning(Code code, Location const& where, std::string message);

  [[nodiscard]] auto has_errors() const -> bool { return !errors_.empty(); }
  // Errors first, each severity in the order of discovery. Leaves the report empty.
  [[nodiscard]] auto take() -> std::vector<Diagnostic>;

 private:
  std::vector<Diagnostic> errors_;
  std::vector<Diagnostic> warnings_;
};

}  // namespace treadle::asl
