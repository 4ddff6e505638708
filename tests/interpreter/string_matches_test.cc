// StringMatches of a Choice. Source: ASL specification, "Choice State".

#include <gtest/gtest.h>

#include "tests/interpreter/execution.h"

namespace treadle::interpreter {
namespace {

struct MatchCase {
  std::string name;
  std::string pattern;
  std::string text;
  bool matches;
};

MatchCase const kMatches[] = {
    {"without_asterisk", "log", "log", true},
    {"without_asterisk_is_whole", "log", "logs", false},
    {"nothing_matches_nothing", "", "", true},
    {"alone", "*", "", true},
    {"at_the_end", "log-*", "log-7.txt", true},
    {"at_the_begin", "*.txt", "log-7.txt", true},
    {"between", "log-*.txt", "log-7.txt", true},
    {"for_nothing", "log-*.txt", "log-.txt", true},
    {"ends_do_not_overlap", "aba*ba", "aba", false},
    {"several", "a*b*c", "a-b-b-c", true},
    {"several_in_order", "*b*a*", "-a-b-", false},
    {"middle_does_not_reach_into_the_end", "*ab*b", "ab", false},
    {"repeated", "**a**", "-a-", true},
    {"escaped_asterisk", R"(a\*b*)", "a*b-", true},
    {"escaped_asterisk_is_no_other", R"(a\*b)", "a-b", false},
    {"escaped_backslash", R"(a\\*)", R"(a\-)", true},
    {"long_literal", "*" + std::string(40, 'x') + "y*", std::string(90, 'x') + "yz", true},
    {"long_literal_is_not_there", "*" + std::string(40, 'x') + "y*", std::string(90, 'x'), false},
    // Looking at every place of the text for all of the literal would take minutes.
    {"hostile", "*" + std::string(100'000, 'a') + "b" + std::string(10, 'a') + "*",
     std::string(240'000, 'a'), false},
};

class StringMatches : public testing::TestWithParam<MatchCase> {};

TEST_P(StringMatches, decides) {
  json::Arena arena;
  Execution execution(
      R"({"StartAt":"C","States":{"C":{"Type":"Choice","Choices":[{"Variable":"$.t","StringMatches":)" +
      json::print(json::make_string(arena, GetParam().pattern)) +
      R"(,"Next":"Yes"}],"Default":"No"},"Yes":{"Type":"Succeed"},"No":{"Type":"Fail"}}})");
  execution.start(R"({"t":)" + json::print(json::make_string(arena, GetParam().text)) + "}");
  EXPECT_EQ(execution.state.status, GetParam().matches ? Status::kSucceeded : Status::kFailed);
}

INSTANTIATE_TEST_SUITE_P(Cases, StringMatches, testing::ValuesIn(kMatches),
                         [](auto const& match) { return match.param.name; });

}  // namespace
}  // namespace treadle::interpreter
