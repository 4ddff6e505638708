#include "treadle/scenario/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/scenario/run_case.h"
#include "treadle/json/arena.h"
#include "treadle/json/parse.h"

namespace treadle::scenario {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Two rules of "Pick" lead to the same state, so that only the rule tells them apart.
auto machine_text() -> std::string {
  return R"({"StartAt": "Work", "States": {
    "Work": {"Type": "Task", "Resource": )" +
         std::string(kFunction) + R"(, "Next": "Pick",
      "Retry": [{"ErrorEquals": ["Busy"]}, {"ErrorEquals": ["Never"], "MaxAttempts": 0}],
      "Catch": [{"ErrorEquals": ["A", "B"], "Next": "Done"}]},
    "Pick": {"Type": "Choice", "Default": "Done", "Choices": [
      {"Variable": "$", "NumericEquals": 1, "Next": "Done"},
      {"Variable": "$", "NumericEquals": 2, "Next": "Done"}]},
    "Done": {"Type": "Succeed"}}})";
}

auto suite_of(Files const& files, std::string const& cases) -> std::vector<Suite> {
  auto suite = files.suite("machine: m.asl.json\ncases: [" + cases + "]");
  if (!suite) ADD_FAILURE() << suite.error();
  return {std::move(*suite)};
}

TEST(Coverage, TellsRulesOfOneTargetApart) {
  Files const files(machine_text());
  auto const suites = suite_of(files, "{name: c, mocks: {Work: {result: 2}}}");
  auto const coverage = coverage_of(run_suites(suites, {.filter = {}}));
  ASSERT_EQ(coverage.size(), 1U);
  auto const& counted = coverage[0].coverage;
  EXPECT_EQ(coverage[0].machine, "m");
  EXPECT_EQ(counted.count(Part::kState).covered, 3U);
  EXPECT_EQ(counted.count(Part::kTransition).total, 3U);
  EXPECT_EQ(counted.percent(), 54U);  // 6 of 11
  EXPECT_THAT(
      counted.missing(),
      ElementsAre("transition Work -> Done", "catcher 0 of Work (A, B)", "retrier 0 of Work (Busy)",
                  "choice rule 0 of Pick (-> Done)", "Default of Pick (-> Done)"));
}

TEST(Coverage, AddsCasesUp) {
  Files const files(machine_text());
  auto const suites = suite_of(files, R"(
    {name: a, mocks: {Work: {error: B}}}, {name: b, mocks: {Work: [{error: Busy}, {result: 1}]}},
    {name: c, mocks: {Work: {result: 2}}}, {name: d, mocks: {Work: {result: 3}}})");
  auto const results = run_suites(suites, {.filter = {}, .jobs = 3});
  auto const coverage = coverage_of(results);
  EXPECT_EQ(coverage.at(0).coverage.percent(), 100U);
  EXPECT_THAT(coverage[0].coverage.missing(), IsEmpty());
}

TEST(Report, JsonIsJson) {
  Files const files(machine_text());
  auto const suites = suite_of(files, R"({name: 'a "quoted" name', mocks: {Work: {result: 1}}},
    {name: b, mocks: {Work: {error: X, cause: Y}}})");
  auto const results = run_suites(suites, {.filter = {}});
  json::Arena arena;
  auto const text = to_json(results, coverage_of(results));
  auto const root = json::parse(arena, text);
  ASSERT_TRUE(root) << text;
  EXPECT_EQ(root->find("passed")->as_int64(), 1);
  EXPECT_EQ(root->find("failed")->as_int64(), 1);
  auto const cases = root->find("cases")->elements();
  ASSERT_EQ(cases.size(), 2U);
  EXPECT_EQ(cases[0].find("name")->as_string(), R"(a "quoted" name)");
  EXPECT_EQ(cases[0].find("output")->as_int64(), 1);
  EXPECT_EQ(cases[1].find("error")->as_string(), "X");
  EXPECT_EQ(cases[1].find("differences")->elements()[0].find("path")->as_string(), "status");
  EXPECT_EQ(root->find("coverage")->elements()[0].find("choiceRules")->find("covered")->as_int64(),
            1);
}

TEST(Report, JunitEscapes) {
  Files const files(machine_text());
  auto const suites = suite_of(files, R"({name: "<&\"\x01>"},
    {name: ok, mocks: {Work: {result: 1}}})");
  auto const text = to_junit(run_suites(suites, {.filter = {}}));
  EXPECT_THAT(text, HasSubstr(R"(<testsuites tests="2" failures="1">)"));
  EXPECT_THAT(text, HasSubstr("name=\"&lt;&amp;&quot;\xEF\xBF\xBD&gt;\""));
  EXPECT_THAT(text, HasSubstr("<failure message=\"state 'Work' made a call and has no mock"));
  EXPECT_THAT(text, HasSubstr(R"(<testcase classname="m" name="ok"/>)"));
}

TEST(Report, AFilterChoosesByName) {
  Files const files(machine_text());
  auto const suites = suite_of(files, "{name: one}, {name: two}, {name: twofold}");
  std::vector<std::string> names;
  for (auto const& result : run_suites(suites, {.filter = "two"}))
    names.push_back(result.scenario->name);
  EXPECT_THAT(names, ElementsAre("two", "twofold"));
}

}  // namespace
}  // namespace treadle::scenario
