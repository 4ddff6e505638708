#include "treadle/asl/diagnostic.h"

namespace treadle::asl {

auto invalid_definition_text(std::span<Diagnostic const> diagnostics) -> std::string {
  std::string joined;
  for (auto const& diagnostic : diagnostics) {
    if (diagnostic.severity != Severity::kError) continue;
    if (!joined.empty()) joined += ", ";
    joined += diagnostic.code + ": " + diagnostic.message + " at " +
              (diagnostic.location.empty() ? "null" : diagnostic.location);
  }
  return "Invalid State Machine Definition: '" + joined + "'";
}

}  // namespace treadle::asl
