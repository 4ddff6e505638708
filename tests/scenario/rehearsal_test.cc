#include "treadle/scenario/rehearsal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/scenario/run_case.h"

namespace treadle::scenario {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// One Task state "Work" with these further members.
auto task(std::string const& members, std::string_view resource = kFunction) -> std::string {
  return R"({"StartAt": "Work", "States": {"Work": {"Type": "Task", "Resource": )" +
         std::string(resource) + members + R"(, "End": true}}})";
}

constexpr std::string_view kCallback = R"("arn:aws:states:::sqs:sendMessage.waitForTaskToken")";
constexpr std::string_view kActivity = R"("arn:aws:states:us-east-1:123456789012:activity:a")";

TEST(Rehearsal, TimeJumpsToWhatIsDue) {
  Files const files(R"({"StartAt": "Sleep", "States": {"Sleep":
    {"Type": "Wait", "Seconds": 86400, "Next": "Until"},
    "Until": {"Type": "Wait", "Timestamp": "2026-01-03T00:00:00Z", "End": true}}})");
  EXPECT_THAT(differences(files, "expect: {duration: 2d}"), IsEmpty());
  EXPECT_THAT(differences(files, "now: 2026-01-02T12:00:00Z, expect: {duration: 1d}"), IsEmpty());
}

TEST(Rehearsal, AnswersInOrder) {
  Files const files(task(R"(, "Retry": [{"ErrorEquals": ["E"], "MaxAttempts": 3}])"));
  EXPECT_THAT(differences(files, R"(mocks: {Work: [{error: E, times: 2}, {result: 7}]},
    expect: {output: 7, calls: {Work: 3}, duration: 3s})"),
              IsEmpty());
  EXPECT_THAT(differences(files, "mocks: {Work: [{error: E}]}"),
              ElementsAre("call 2 of state 'Work' has no answer: none of its mocks is left that "
                          "fits"));
  EXPECT_THAT(differences(files, ""),
              ElementsAre("state 'Work' made a call and has no mock: add 'Work: {result: ...}' to "
                          "mocks"));
}

TEST(Rehearsal, AnswersByIterationAndArguments) {
  Files const files(R"({"StartAt": "Each", "States": {"Each": {"Type": "Map", "End": true,
    "ItemProcessor": {"StartAt": "Work", "States": {"Work": {"Type": "Task", "End": true,
      "Resource": )" +
                    std::string(kFunction) + "}}}}}}");
  EXPECT_THAT(differences(files, R"(input: [{k: a}, {k: b}, {k: c}], mocks: {Work:
    [{item: 1, result: one}, {when: {k: c}, result: see}, {result: rest, times: always}]},
    expect: {output: [rest, one, see], arguments: {Work: [{k: a}, {k: b}, {k: c}]}})"),
              IsEmpty());
  EXPECT_THAT(differences(files, "input: [1, 2], mocks: {Work: {item: 0, result: 1}}"),
              ElementsAre(HasSubstr("call 2 of state 'Work' in iteration 1 has no answer")));
}

TEST(Rehearsal, CallbacksComeAfterTheirDelay) {
  for (auto const resource : {kCallback, kActivity}) {
    Files const files(task(
        R"(, "TimeoutSeconds": 86400, "Parameters": {"QueueUrl": "q", "MessageBody": "m"}, "Catch":
      [{"ErrorEquals": ["States.Timeout"], "Next": "Late"}], "End": true},
      "Late": {"Type": "Pass")",
        resource));
    EXPECT_THAT(differences(files, R"(mocks: {Work: {delay: 5h, result: {ok: true}}},
      expect: {output: {ok: true}, duration: 5h})"),
                IsEmpty());
    EXPECT_THAT(differences(files, R"(mocks: {Work: {never: true}},
      expect: {visited: [Work, Late], duration: 24h})"),
                IsEmpty());
    EXPECT_THAT(differences(files, R"(mocks: {Work: {delay: 1m, error: No, cause: why}},
      expect: {error: No, cause: why, duration: 1m})"),
                IsEmpty());
    EXPECT_THAT(differences(files, R"(mocks: {Work: {delay: 24h, result: 1}},
      expect: {output: 1, notVisited: [Late]})"),
                IsEmpty())
        << "an answer at the moment of the time-out wins";
  }
}

TEST(Rehearsal, JobsEndAfterTheirDelay) {
  Files const files(task(R"(, "Parameters": {"StateMachineArn": "a"})",
                         R"("arn:aws:states:::states:startExecution.sync:2")"));
  EXPECT_THAT(differences(files, R"(mocks: {Work: {delay: 1h, result: {Status: SUCCEEDED}}},
    expect: {output: {Status: SUCCEEDED}, duration: 1h,
             eventsInclude: [TaskScheduled, TaskStarted, TaskSubmitted, TaskSucceeded]})"),
              IsEmpty());
}

TEST(Rehearsal, HeartbeatsKeepATaskAlive) {
  Files const files(task(
      R"(, "HeartbeatSeconds": 60, "TimeoutSeconds": 3600, "Parameters": {"QueueUrl": "q", "MessageBody": "m"})",
      kCallback));
  EXPECT_THAT(differences(files, R"(mocks: {Work: {never: true, heartbeat: 50s, heartbeats: 3}},
    expect: {error: States.Timeout, duration: 3m30s, eventsInclude: [TaskTimedOut]})"),
              IsEmpty());
  EXPECT_THAT(differences(files, R"(mocks: {Work: {delay: 10m, heartbeat: 50s, result: 1}},
    expect: {output: 1, duration: 10m})"),
              IsEmpty());
  EXPECT_THAT(differences(files, R"(mocks: {Work: {delay: 10m, result: 1}},
    expect: {error: States.Timeout, duration: 1m})"),
              IsEmpty());
}

TEST(Rehearsal, WhatNobodyEndsIsTold) {
  Files const files(task(R"(, "Parameters": {"QueueUrl": "q", "MessageBody": "m"})", kCallback));
  EXPECT_THAT(differences(files, "mocks: {Work: {never: true}}"),
              ElementsAre("status: expected SUCCEEDED, got RUNNING: it is still waiting in state "
                          "'Work', and nothing is due that could end it"));
  EXPECT_THAT(differences(files, "mocks: {Work: {never: true}}, expect: {status: RUNNING}"),
              IsEmpty());
  EXPECT_THAT(differences(files, "mocks: {Work: {delay: 400d, result: 1}}"),
              ElementsAre(HasSubstr("'Work' until 2027-02-05T00:00:00.000Z, more than a year")));
}

TEST(Rehearsal, AFullHistoryEndsIt) {
  constexpr auto kCircle = R"({"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"},
    "B": {"Type": "Choice", "Choices": [{"Variable": "$.x", "IsPresent": true, "Next": "C"}],
    "Default": "A"}, "C": {"Type": "Succeed"}}})";
  Files const files(kCircle);
  EXPECT_THAT(differences(files, R"(expect: {error: States.Runtime,
    causeIncludes: "maximum number of history events"})"),
              IsEmpty());
  auto const express =
      files.suite("machine: {definition: m.asl.json, type: EXPRESS}\ncases: [{name: c}]");
  ASSERT_TRUE(express) << express.error();
  EXPECT_EQ(rehearse(*express->machine, express->cases[0], 1).problem,
            "the execution was given up after 250000 events");
}

TEST(Rehearsal, ExpressExecutionsEndAfterFiveMinutes) {
  Files const files(R"({"StartAt": "Sleep", "States": {"Sleep":
    {"Type": "Wait", "Seconds": 301, "End": true}}})");
  auto const suite = files.suite(R"(
machine: {definition: m.asl.json, type: EXPRESS}
cases: [{name: c, expect: {status: TIMED_OUT, duration: 5m}}])");
  ASSERT_TRUE(suite) << suite.error();
  std::vector<Suite> const suites = {*suite};
  EXPECT_TRUE(run_suites(suites, {.filter = {}})[0].passed());
}

TEST(Rehearsal, AbortedBranchesAreNotWaitedFor) {
  auto const branch = [](std::string const& name) {
    return R"({"StartAt": ")" + name + R"(", "States": {")" + name +
           R"(": {"Type": "Task", "End": true, "Resource": )" + std::string(kFunction) + "}}}";
  };
  Files const files(R"({"StartAt": "Both", "States": {"Both": {"Type": "Parallel", "Branches": [)" +
                    branch("Quick") + "," + branch("Slow") +
                    R"(], "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Rest"}], "End": true},
    "Rest": {"Type": "Wait", "Seconds": 5, "End": true}}})");
  EXPECT_THAT(
      differences(files, R"(mocks: {Quick: {error: E, delay: 1s}, Slow: {result: 1, delay: 1d}},
    expect: {duration: 6s, visited: [Both, Quick, Slow, Rest]})"),
      IsEmpty());
  EXPECT_THAT(
      differences(files, R"(mocks: {Quick: {result: 2, delay: 1h}, Slow: {result: 1, delay: 1d}},
    expect: {duration: 1d, output: [2, 1]})"),
      IsEmpty());
}

TEST(Rehearsal, VariablesAndDifferences) {
  Files const files(R"({"QueryLanguage": "JSONata", "StartAt": "Set", "States": {"Set":
    {"Type": "Pass", "Assign": {"x": "{% $states.input.n * 2 %}"}, "Output": {"y": [1]}, "End": true}}})");
  EXPECT_THAT(differences(files, "input: {n: 3}, expect: {variables: {x: 6}, output: {y: [1]}}"),
              IsEmpty());
  EXPECT_THAT(
      differences(files,
                  R"(input: {n: 3}, expect: {status: FAILED, error: E, variables: {x: 7, z: 1},
        output: {y: [2]}, outputIncludes: {q: 1}, visited: [], visitedIncludes: [Set, Set],
        notVisited: [Set], eventsInclude: [TaskScheduled], calls: {Set: 1}, duration: 1s})"),
      ElementsAre("status: expected FAILED, got SUCCEEDED", "output.y[0]: expected 2, got 1",
                  "output.q: expected 1, got nothing", R"(error: expected "E", got "")",
                  "visited: expected none, got Set",
                  "visitedIncludes: expected Set -> Set, got Set",
                  "notVisited: expected Set is not entered, got Set",
                  HasSubstr("eventsInclude: expected TaskScheduled, got ExecutionStarted -> "),
                  "calls.Set: expected 1, got 0", "variables.x: expected 7, got 6",
                  "variables.z: expected 1, got nothing", "duration: expected 1s, got 0s"));
}

TEST(Rehearsal, ChanceIsTheSameForTheSameSeedAndName) {
  Files const files(R"asl({"StartAt": "Draw", "States": {"Draw":
    {"Type": "Pass", "Parameters": {"id.$": "States.UUID()"}, "End": true}}})asl");
  auto const suite = files.suite("machine: m.asl.json\ncases: [{name: a}, {name: b}]");
  ASSERT_TRUE(suite) << suite.error();
  auto const draw = [&](std::size_t index, std::uint64_t seed) {
    return *rehearse(*suite->machine, suite->cases[index], seed).output;
  };
  EXPECT_EQ(draw(0, 1), draw(0, 1));
  EXPECT_NE(draw(0, 1), draw(0, 2));
  EXPECT_NE(draw(0, 1), draw(1, 1));
}

}  // namespace
}  // namespace treadle::scenario
