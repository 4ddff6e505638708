// Short ways to write definitions and to read what lint says of them.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "treadle/lint/lint.h"

namespace treadle::lint::testing {

inline constexpr std::string_view kFunction =
    R"("arn:aws:lambda:us-east-1:123456789012:function:work")";

// A machine of these states, of which the first is S: R"("S": {...}, ...)". FN stands for the ARN of
// a function, with its quotation marks. `members` come before the states.
inline auto machine(std::string_view states, std::string_view members = "") -> std::string {
  auto text = fmt::format(R"({{{}"StartAt": "S", "States": {{{}}}}})", members, states);
  for (auto at = text.find("FN"); at != std::string::npos; at = text.find("FN", at))
    text.replace(at, 2, kFunction);
  return text;
}

// "CODE at LOCATION" of each finding; those of `only` alone unless it is empty.
inline auto summaries(std::string_view definition, std::string_view only = "",
                      Options const& options = {}) -> std::vector<std::string> {
  std::vector<std::string> all;
  for (auto const& finding : lint(definition, options))
    if (only.empty() || finding.code == only)
      all.push_back(fmt::format("{} at {}", finding.code, finding.location));
  return all;
}

// One row of a rule's table: where it fires among the states, nowhere if `places` is empty.
struct Case {
  std::string_view name;
  std::string_view states;
  std::vector<std::string> places;
  std::string_view members = "";  // of the machine
};

inline void expect_places(std::string_view code, std::vector<Case> const& cases,
                          Options const& options = {}) {
  for (auto const& row : cases) {
    SCOPED_TRACE(row.name);
    auto const definition = machine(row.states, row.members);
    std::vector<std::string> expected;
    for (auto const& place : row.places) expected.push_back(fmt::format("{} at {}", code, place));
    EXPECT_EQ(summaries(definition, code, options), expected) << definition;
    // A definition that is not valid would say nothing of the rule.
    for (auto const& finding : lint(definition, options))
      EXPECT_TRUE(finding.level != Level::kError || finding.code == code)
          << finding.location << ": " << finding.message;
  }
}

}  // namespace treadle::lint::testing
