#include "treadle/scenario/mock_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/scenario/run_case.h"

namespace treadle::scenario {
namespace {

using testing::HasSubstr;

auto machine_text() -> std::string {
  return R"({"StartAt": "Work", "States": {"Work": {"Type": "Task", "Resource": )" +
         std::string(kFunction) +
         R"(, "Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 5}], "End": true}}})";
}

constexpr auto kConfig = R"({
  "StateMachines": {"m": {"TestCases": {
    "Retried": {"Work": "ThirdTime"},
    "Alone": {}
  }}},
  "MockedResponses": {
    "ThirdTime": {
      "2": {"Return": {"n": 1.0}},
      "0-1": {"Throw": {"Error": "E", "Cause": "C"}}
    }
  }
})";

TEST(MockConfig, AnswersCallsByNumber) {
  Files const files(machine_text());
  files.write("mocks.json", kConfig);
  auto const machines = read_mock_config(files.path("mocks.json"));
  ASSERT_TRUE(machines) << machines.error();
  ASSERT_EQ(machines->size(), 1U);
  auto const& cases = machines->front().cases;
  ASSERT_EQ(cases.size(), 2U);
  EXPECT_EQ(cases[0].name, "Retried");
  ASSERT_EQ(cases[0].mocks.size(), 1U);
  auto const& answers = cases[0].mocks[0].answers;
  ASSERT_EQ(answers.size(), 2U);
  EXPECT_EQ(answers[0].error, "E");
  EXPECT_EQ(answers[0].cause, "C");
  EXPECT_EQ(answers[0].times, 2U);
  EXPECT_EQ(answers[1].result, R"({"n":1.0})");
  EXPECT_EQ(answers[1].times, 1U);
}

TEST(MockConfig, ItsCasesHaveOnlyToEnd) {
  Files const files(machine_text());
  files.write("mocks.json", kConfig);
  auto const suites = read_mock_config_suites(files.path("mocks.json"), {.machines = {}});
  ASSERT_TRUE(suites) << suites.error();
  auto const results = run_suites(*suites, {.filter = {}, .jobs = 1});
  ASSERT_EQ(results.size(), 2U);
  EXPECT_EQ(results[0].scenario->name, "m/Retried");
  EXPECT_TRUE(results[0].passed());
  EXPECT_EQ(results[0].outcome.output, R"({"n":1.0})");
  ASSERT_EQ(results[1].differences.size(), 1U);
  EXPECT_THAT(to_text(results[1].differences[0]), HasSubstr("'Work' made a call and has no mock"));
}

TEST(MockConfig, ExpectationsComeFromYaml) {
  Files const files(machine_text());
  files.write("mocks.json", kConfig);
  auto const suite = files.suite(R"(
machine: m.asl.json
mockConfig: {file: mocks.json, stateMachine: m}
cases:
  - {name: c, testCase: Retried, expect: {calls: {Work: 3}, duration: 3s}}
)");
  ASSERT_TRUE(suite) << suite.error();
  std::vector<Suite> const suites = {*suite};
  EXPECT_TRUE(run_suites(suites, {.filter = {}})[0].passed());
  EXPECT_THAT(files.refusal("machine: m.asl.json\nmockConfig: {file: mocks.json, stateMachine: m}\n"
                            "cases: [{name: c, testCase: Retry}]"),
              HasSubstr("tests.yaml:3:29: there is no test case in the mockConfig called 'Retry'"));
}

TEST(MockConfig, RefusesWithThePlace) {
  Files const files(machine_text());
  auto const config = [](std::string_view cases, std::string_view responses) {
    return R"({"StateMachines": {"m": {"TestCases": {)" + std::string(cases) +
           "}}},\n\"MockedResponses\": {" + std::string(responses) + "}}";
  };
  struct Row {
    std::string text;
    std::string_view expected;
  };
  Row const rows[] = {
      {"{", "mocks.json:1:2: "},
      {"{}", "mocks.json:1:1: expected an object 'StateMachines'"},
      {config(R"("c": {"Work": "R"})", ""), "mocks.json:1:46: there is no mocked response 'R'"},
      {config(R"("c": {"Wrok": "R"})", R"("R": {"0": {"Return": 1}})"),
       "mocks.json:1:46: there is no Task state 'Wrok'; did you mean 'Work'?"},
      {config(R"("c": {"Work": 1})", ""), "expected the name of a mocked response"},
      {config(R"("c": 1)", ""), "names of responses by state"},
      {config("", R"("R": {})"), "mocks.json:2:21: expected an object: answers"},
      {config("", R"("R": {"x": {"Return": 1}})"),
       "mocks.json:2:27: expected the number of a call"},
      {config("", R"("R": {"2-1": {"Return": 1}})"), "expected the number of a call"},
      {config("", R"("R": {"1": {"Return": 1}})"), "mocks.json:2:21: call 0 has no answer"},
      {config("", R"("R": {"0-1": {"Return": 1}, "1": {"Return": 1}})"),
       "call 1 is answered twice"},
      {config("", R"("R": {"0": {"Return": 1}, "0-1": {"Return": 1}})"),
       "call 0 is answered twice"},
      {config("", R"("R": {"0": {}})"), "either 'Return' or 'Throw'"},
      {config("", R"("R": {"0": {"Return": 1, "Throw": {"Error": "E"}}})"), "either 'Return' or"},
      {config("", R"("R": {"0": {"Throw": {}}})"), "expected a text 'Error'"},
  };
  for (auto const& row : rows) {
    files.write("mocks.json", row.text);
    auto const suites = read_mock_config_suites(files.path("mocks.json"), {.machines = {}});
    ASSERT_FALSE(suites) << row.text;
    EXPECT_THAT(suites.error(), HasSubstr(row.expected)) << row.text;
  }
  files.write("mocks.json", config("", ""));
  EXPECT_THAT(
      read_mock_config_suites(files.path("mocks.json"),
                              {.machines = {{.path = files.path("m.asl.json"), .name = "n"}}})
          .error(),
      HasSubstr("there is no state machine 'n'"));
}

}  // namespace
}  // namespace treadle::scenario
