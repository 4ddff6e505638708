#include "treadle/scenario/read_suite.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/scenario/run_case.h"

namespace treadle::scenario {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

auto two_states() -> std::string {
  return R"({"StartAt": "Work", "States": {
    "Work": {"Type": "Task", "Resource": )" +
         std::string(kFunction) + R"(, "Next": "Done"}, "Done": {"Type": "Succeed"}}})";
}

TEST(ReadSuite, ReadsEverything) {
  Files const files(two_states());
  files.write("in.json", "[1]");
  auto const suite = files.suite(R"(
machine: {definition: m.asl.json, name: orders, type: EXPRESS}
now: 2026-03-01T09:00:00Z
mocks:
  Work: {result: {a: [1, -2.5e3, "3", 0x10, true, null, ~, yes, text, 2026-01-01]}}
cases:
  - {name: plain}
  - name: full
    inputFile: in.json
    now: 2027-01-01T00:00:00Z
    mocks:
      Work:
        - {error: E, cause: C, delay: 1h30m, times: 2, item: 3}
        - {never: true, heartbeat: 10s, heartbeats: 3, item: [1, 2], when: {k: 1}}
        - {result: , times: always}
    expect:
      status: TIMED_OUT
      output: 1
      outputIncludes: {a: b}
      error: E
      cause: C
      causeIncludes: c
      visited: [Work]
      visitedIncludes: [Done]
      notVisited: [Done]
      events: [ExecutionStarted]
      eventsInclude: []
      calls: {Work: 2}
      arguments: {Work: [{}]}
      variables: {x: [1]}
      duration: 1d
)");
  ASSERT_TRUE(suite) << suite.error();
  EXPECT_EQ(suite->machine->name, "orders");
  EXPECT_EQ(suite->machine->type, asl::MachineType::kExpress);
  ASSERT_EQ(suite->cases.size(), 2U);
  auto const& plain = suite->cases[0];
  EXPECT_EQ(plain.input, "{}");
  EXPECT_EQ(to_iso8601(plain.now), "2026-03-01T09:00:00.000Z");
  EXPECT_EQ(plain.expect.status, Ending::kSucceeded);
  ASSERT_EQ(plain.mocks.size(), 1U);
  EXPECT_EQ(plain.mocks[0].answers.at(0).times, Answer::kAlways);
  EXPECT_EQ(plain.mocks[0].answers.at(0).result,
            R"({"a":[1,-2.5e3,"3","0x10",true,null,null,"yes","text","2026-01-01"]})");

  auto const& full = suite->cases[1];
  EXPECT_EQ(full.input, "[1]");
  EXPECT_EQ(to_iso8601(full.now), "2027-01-01T00:00:00.000Z");
  ASSERT_EQ(full.mocks.size(), 1U);
  auto const& answers = full.mocks[0].answers;
  ASSERT_EQ(answers.size(), 3U);
  EXPECT_EQ(answers[0].error, "E");
  EXPECT_EQ(answers[0].cause, "C");
  EXPECT_EQ(answers[0].delay, std::chrono::minutes(90));
  EXPECT_EQ(answers[0].times, 2U);
  EXPECT_THAT(answers[0].item, ElementsAre(3U));
  EXPECT_TRUE(answers[1].never);
  EXPECT_EQ(answers[1].heartbeat, std::chrono::seconds(10));
  EXPECT_EQ(answers[1].heartbeats, 3U);
  EXPECT_THAT(answers[1].item, ElementsAre(1U, 2U));
  EXPECT_EQ(answers[1].when, R"({"k":1})");
  EXPECT_EQ(answers[2].result, "null");
  EXPECT_EQ(answers[2].times, Answer::kAlways);
  EXPECT_EQ(full.expect.status, Ending::kTimedOut);
  EXPECT_EQ(full.expect.output_includes, R"({"a":"b"})");
  EXPECT_EQ(full.expect.visited, Names{"Work"});
  EXPECT_EQ(full.expect.events_include, Names{});
  EXPECT_EQ(full.expect.calls.at(0).second, 2U);
  EXPECT_EQ(full.expect.arguments.at(0).second, "[{}]");
  EXPECT_EQ(full.expect.duration, std::chrono::hours(24));
}

TEST(ReadSuite, AnErrorIsExpectedToFail) {
  Files const files(two_states());
  auto const suite = files.suite("machine: m.asl.json\ncases: [{name: c, expect: {error: E}}]");
  ASSERT_TRUE(suite) << suite.error();
  EXPECT_EQ(suite->cases[0].expect.status, Ending::kFailed);
}

TEST(ReadSuite, RefusesWithThePlace) {
  Files const files(two_states());
  files.write("bad.json", "{");
  files.write("invalid.asl.json", "{}");
  struct Row {
    std::string_view text;
    std::string_view expected;
  };
  constexpr Row kRows[] = {
      {"", "1:1: expected a map with machine, now"},
      {"[", "1:1: end of sequence"},
      {"cases: []", "1:1: expected a 'machine'"},
      {"machine: none.asl.json\ncases: []", "1:10: none.asl.json: "},
      {"machine: invalid.asl.json\ncases: []", "1:10: invalid.asl.json: Invalid State Machine"},
      {"machine: {name: m}\ncases: []", "1:10: expected one of 'definition'"},
      {"machine: {definition: m.asl.json, type: FAST}", "1:41: expected STANDARD or EXPRESS"},
      {"machine: {definition: m.asl.json, variables: {}}", "1:46: expected 'variables' beside"},
      {"machine: m.asl.json\n", "1:1: expected a list of 'cases'"},
      {"machine: m.asl.json\ncases: []\n", "2:8: expected a list of 'cases'"},
      {"machine: m.asl.json\ncase: []\n",
       "2:1: there is no key 'case' here; did you mean 'cases'?"},
      {"machine: m.asl.json\nnow: today\ncases: []", "2:6: expected a time as 'now'"},
      {"machine: m.asl.json\ncases: [{}]", "2:9: expected a 'name'"},
      {"machine: m.asl.json\ncases: [{name: a}, {name: a}]", "2:27: expected a name that no other"},
      {"machine: m.asl.json\ncases: [{name: a, inptu: 1}]",
       "2:19: there is no key 'inptu' here; did"},
      {"machine: m.asl.json\ncases: [{name: a, coffee: 1}]",
       "2:19: there is no key 'coffee' here; exp"},
      {"machine: m.asl.json\ncases: [{name: a, input: 1, inputFile: x}]", "2:40: expected either"},
      {"machine: m.asl.json\ncases: [{name: a, inputFile: x}]", "2:30: x: "},
      {"machine: m.asl.json\ncases: [{name: a, inputFile: bad.json}]",
       "2:30: bad.json is not JSON"},
      {"machine: m.asl.json\ncases: [{name: a, testCase: x}]", "2:29: there is no test case"},
      {"machine: m.asl.json\nmockConfig: {file: none.json}", "2:13: expected 'file' and 'state"},
      {"machine: m.asl.json\nmocks: {Wrok: {result: 1}}",
       "2:9: there is no Task state 'Wrok'; did"},
      {"machine: m.asl.json\nmocks: {Done: {result: 1}}", "2:9: there is no Task state 'Done'"},
      {"machine: m.asl.json\nmocks: [1]", "2:8: expected a map as 'mocks'"},
      {"machine: m.asl.json\nmocks: {Work: {}}", "2:15: expected one of 'result', 'error'"},
      {"machine: m.asl.json\nmocks: {Work: {result: 1, error: E}}", "2:15: expected one of"},
      {"machine: m.asl.json\nmocks: {Work: {never: no}}", "2:23: expected true"},
      {"machine: m.asl.json\nmocks: {Work: {result: 1, cause: C}}",
       "2:34: expected 'cause' beside"},
      {"machine: m.asl.json\nmocks: {Work: {result: 1, times: 2}}",
       "2:27: there is no key 'times'"},
      {"machine: m.asl.json\nmocks: {Work: [{result: 1, times: 0}]}", "2:35: expected at least 1"},
      {"machine: m.asl.json\nmocks: {Work: [{result: 1, times: x}]}", "2:35: expected a whole"},
      {"machine: m.asl.json\nmocks: {Work: {result: 1, delay: 10}}", "2:34: expected a time with"},
      {"machine: m.asl.json\nmocks: {Work: {result: 1, item: -1}}",
       "2:33: expected a whole number"},
      {"machine: m.asl.json\nmocks: {Work: {never: true, heartbeat: 0s}}", "2:40: expected more"},
      {"machine: m.asl.json\nmocks: {Work: {never: true, heartbeats: 1}}",
       "2:41: expected 'heartb"},
      {"machine: m.asl.json\nmocks: {Work: 7}", "2:15: expected a map with result"},
      {"machine: m.asl.json\ncases: [{name: a, expect: {status: OK}}]", "2:36: expected SUCCEEDED"},
      {"machine: m.asl.json\ncases: [{name: a, expect: {error: [E]}}]", "2:35: expected a text"},
      {"machine: m.asl.json\ncases: [{name: a, expect: {visited: Work}}]", "2:37: expected a list"},
      {"machine: m.asl.json\ncases: [{name: a, expect: {visited: [Wok]}}]",
       "2:38: there is no state"},
      {"machine: m.asl.json\ncases: [{name: a, expect: {calls: {Work: x}}}]",
       "2:42: expected a whole"},
      {"machine: m.asl.json\ncases: [{name: a, expect: {arguments: {Work: 1}}}]",
       "2:46: expected a l"},
      {"machine: m.asl.json\ncases: [{name: a, expect: {duration: 1}}]",
       "2:38: expected a time with"},
  };
  for (auto const& row : kRows)
    EXPECT_THAT(files.refusal(std::string(row.text)),
                StartsWith("tests.yaml:" + std::string(row.expected)))
        << row.text;
  EXPECT_THAT(read_suite(files.path("none.yaml")).error(), HasSubstr("none.yaml"));
}

TEST(ReadSuite, RefusesADistributedMap) {
  Files const files(R"({"StartAt": "Each", "States": {"Each": {"Type": "Map", "End": true,
    "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
      "StartAt": "One", "States": {"One": {"Type": "Pass", "End": true}}}}}})");
  EXPECT_THAT(files.refusal("machine: m.asl.json\ncases: [{name: a}]"),
              HasSubstr("'Each' is a distributed Map"));
}

TEST(ReadSuite, ReadsAStateMachineOfAProject) {
  Files const files(two_states());
  files.write("treadle.yaml", R"(
stateMachines:
  a: {definition: m.asl.json, type: EXPRESS}
  b: {definition: m.asl.json}
)");
  auto const suite = files.suite("machine: {project: ., name: a}\ncases: [{name: c}]");
  ASSERT_TRUE(suite) << suite.error();
  EXPECT_EQ(suite->machine->type, asl::MachineType::kExpress);
  EXPECT_THAT(files.refusal("machine: {project: .}\ncases: [{name: c}]"),
              HasSubstr("name one of a, b"));
  EXPECT_THAT(files.refusal("machine: {project: ., name: c}\ncases: [{name: c}]"),
              HasSubstr("there is no state machine 'c'"));
}

}  // namespace
}  // namespace treadle::scenario
