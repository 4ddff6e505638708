// What validation found. Source: API reference, ValidateStateMachineDefinition.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace treadle::asl {

enum class Severity : std::uint8_t { kError, kWarning };

struct Diagnostic {
  Severity severity = Severity::kError;
  std::string code;     // AWS's, e.g. "SCHEMA_VALIDATION_FAILED", "INVALID_JSON_DESCRIPTION"
  std::string message;  // AWS's words where they are known
  std::string
      location;  // JSON pointer without escapes, e.g. "/States/Pass"; empty when there is none
};

// What CreateStateMachine says of a definition that it refuses: "Invalid State Machine Definition:
// 'CODE: message at /location, CODE: message at null'". Warnings are left out.
[[nodiscard]] auto invalid_definition_text(std::span<Diagnostic const> diagnostics) -> std::string;

}  // namespace treadle::asl
