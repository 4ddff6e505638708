#include "treadle/logs/filter_pattern.h"

#include <gtest/gtest.h>

namespace treadle::logs {
namespace {

struct Case {
  std::string_view name, pattern, message;
  bool matches;
};

constexpr Case kCases[] = {
    {"empty", "", "anything", true},
    {"term", "ERROR", "an ERROR here", true},
    {"term_absent", "ERROR", "all is well", false},
    {"case_counts", "error", "ERROR", false},
    {"all_terms", "a b", "b and a", true},
    {"all_terms_not", "a b", "only a", false},
    {"quoted", "\"out of memory\"", "it is out of memory", true},
    {"quoted_order", "\"out of memory\"", "memory of out", false},
    {"quote_in_quotes", R"("\"type\":\"TaskFailed\"")", R"({"type":"TaskFailed"})", true},
    {"one_of", "?warn ?error", "an error", true},
    {"one_of_not", "?warn ?error", "fine", false},
    {"one_of_beside_a_term_is_ignored", "?warn a", "a", true},
    {"none_of", "a -b", "a b", false},
    {"none_of_absent", "a -b", "a c", true},
    {"none_of_quoted", "-\"a b\"", "x a b", false},
    {"open_quote", "\"abc", "abc", true},
    {"blanks", "   ", "anything", true},
};

TEST(FilterPattern, MatchesTerms) {
  for (auto const& c : kCases) {
    auto const pattern = FilterPattern::parse(c.pattern);
    ASSERT_TRUE(pattern) << c.name;
    EXPECT_EQ(pattern->matches(c.message), c.matches) << c.name;
  }
}

TEST(FilterPattern, PatternsOfFieldsAreNotKnown) {
  for (auto const* text : {"{ $.type = \"A\" }", " [a, b]", "%x%"})
    EXPECT_FALSE(FilterPattern::parse(text)) << text;
}

}  // namespace
}  // namespace treadle::logs
