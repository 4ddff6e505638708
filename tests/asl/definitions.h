// Short ways to write definitions and to read what validation says of them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "treadle/asl/parser.h"

namespace treadle::asl::testing {

// A machine whose only state is S, with these members: R"("Type": "Succeed")".
inline auto machine_of(std::string_view members) -> std::string {
  return fmt::format(R"({{"StartAt": "S", "States": {{"S": {{{}}}}}}})", members);
}

// The same with QueryLanguage JSONata.
inline auto jsonata_machine_of(std::string_view members) -> std::string {
  return fmt::format(R"({{"QueryLanguage": "JSONata", "StartAt": "S", "States": {{"S": {{{}}}}}}})",
                     members);
}

// A Map S that passes its items through, with these members besides.
inline auto map_machine_of(std::string_view members) -> std::string {
  return machine_of(fmt::format(
      R"("Type": "Map", "End": true, {}
         "ItemProcessor": {{"StartAt": "I", "States": {{"I": {{"Type": "Pass", "End": true}}}}}})",
      members));
}

// "CODE at LOCATION" of each diagnostic, warnings with a "?" before.
inline auto summaries(std::string_view text, ParseOptions options = {})
    -> std::vector<std::string> {
  std::vector<std::string> all;
  for (auto const& d : parse_definition(text, options).diagnostics)
    all.push_back(
        fmt::format("{}{} at {}", d.severity == Severity::kWarning ? "?" : "", d.code, d.location));
  return all;
}

// "LOCATION: message" of each SCHEMA_VALIDATION_FAILED, "CODE LOCATION: message" of each other.
inline auto messages(std::string_view text, ParseOptions options = {}) -> std::vector<std::string> {
  std::vector<std::string> all;
  for (auto const& d : parse_definition(text, options).diagnostics)
    all.push_back(fmt::format("{}{}: {}", d.code == "SCHEMA_VALIDATION_FAILED" ? "" : d.code + " ",
                              d.location, d.message));
  return all;
}

}  // namespace treadle::asl::testing
