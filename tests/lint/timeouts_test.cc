#include "tests/lint/findings.h"
#include "treadle/lint/durations.h"

namespace treadle::lint {
namespace {

using testing::expect_places;

constexpr std::string_view kMinute = R"("TimeoutSeconds": 60, )";

TEST(Timeouts, CallbackWithoutTimeout) {
  expect_places(
      "callback-without-timeout",
      {
          {"callback",
           R"("S": {"Type": "Task", "End": true, "Parameters": {"QueueUrl": "q", "MessageBody": "m"},
                    "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken"})",
           {"/States/S"}},
          {"activity",
           R"("S": {"Type": "Task", "End": true,
                    "Resource": "arn:aws:states:us-east-1:123456789012:activity:pack"})",
           {"/States/S"}},
          {"heartbeat",
           R"("S": {"Type": "Task", "End": true, "HeartbeatSeconds": 60,
                    "Resource": "arn:aws:states:us-east-1:123456789012:activity:pack"})",
           {}},
          {"time_out_from_the_input",
           R"("S": {"Type": "Task", "End": true, "TimeoutSecondsPath": "$.limit",
                    "Resource": "arn:aws:states:us-east-1:123456789012:activity:pack"})",
           {}},
          {"of_the_machine",
           R"("S": {"Type": "Task", "End": true,
                    "Resource": "arn:aws:states:us-east-1:123456789012:activity:pack"})",
           {},
           kMinute},
      });
}

TEST(Timeouts, TaskWithoutTimeout) {
  expect_places(
      "task-without-timeout",
      {
          {"without", R"("S": {"Type": "Task", "Resource": FN, "End": true})", {"/States/S"}},
          {"with",
           R"("S": {"Type": "Task", "Resource": FN, "End": true, "TimeoutSeconds": 9})",
           {}},
          {"of_the_machine", R"("S": {"Type": "Task", "Resource": FN, "End": true})", {}, kMinute},
      });
}

TEST(Timeouts, NeverReached) {
  expect_places(
      "timeout-never-reached",
      {
          {"longer_than_the_machine",
           R"("S": {"Type": "Task", "Resource": FN, "End": true, "TimeoutSeconds": 60})",
           {"/States/S/TimeoutSeconds"},
           kMinute},
          {"shorter",
           R"("S": {"Type": "Task", "Resource": FN, "End": true, "TimeoutSeconds": 59})",
           {},
           kMinute},
          {"no_limit",
           R"("S": {"Type": "Task", "Resource": FN, "End": true, "TimeoutSeconds": 86400})",
           {}},
      });
  expect_places("timeout-never-reached",
                {{"five_minutes",
                  R"("S": {"Type": "Task", "Resource": FN, "End": true, "TimeoutSeconds": 300})",
                  {"/States/S/TimeoutSeconds"}}},
                {.type = asl::MachineType::kExpress});
}

TEST(Timeouts, EndsInTimeout) {
  expect_places("ends-in-timeout", {
                                       {"one_wait",
                                        R"("S": {"Type": "Wait", "Seconds": 60, "End": true})",
                                        {"/States/S/Seconds"},
                                        kMinute},
                                       {"together",
                                        R"("S": {"Type": "Wait", "Seconds": 40, "Next": "T"},
                        "T": {"Type": "Wait", "Seconds": 40, "End": true})",
                                        {"/TimeoutSeconds"},
                                        kMinute},
                                       {"one_way_is_short",
                                        R"("S": {"Type": "Choice", "Default": "T", "Choices": [
                          {"Variable": "$.a", "IsPresent": true, "Next": "U"}]},
                        "T": {"Type": "Wait", "Seconds": 40, "Next": "U"},
                        "U": {"Type": "Wait", "Seconds": 40, "End": true})",
                                        {},
                                        kMinute},
                                       {"of_branches_the_longest_counts",
                                        R"("S": {"Type": "Parallel", "Next": "T", "Branches": [
                          {"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": 1, "End": true}}},
                          {"StartAt": "B", "States": {"B": {"Type": "Wait", "Seconds": 50, "End": true}}}]},
                        "T": {"Type": "Wait", "Seconds": 20, "End": true})",
                                        {"/TimeoutSeconds"},
                                        kMinute},
                                       {"a_map_may_be_empty",
                                        R"("S": {"Type": "Map", "Next": "T", "ItemProcessor": {
                          "StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": 50, "End": true}}}},
                        "T": {"Type": "Wait", "Seconds": 20, "End": true})",
                                        {},
                                        kMinute},
                                   });
  expect_places("ends-in-timeout",
                {{"five_minutes",
                  R"("S": {"Type": "Wait", "Seconds": 301, "End": true})",
                  {"/", "/States/S/Seconds"}}},
                {.type = asl::MachineType::kExpress});
}

TEST(Timeouts, MayEndInTimeout) {
  expect_places("may-end-in-timeout",
                {
                    {"retries",
                     R"("S": {"Type": "Task", "Resource": FN, "End": true, "TimeoutSeconds": 20,
                              "Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 2}]})",
                     {"/TimeoutSeconds"},
                     kMinute},
                    {"fewer_retries",
                     R"("S": {"Type": "Task", "Resource": FN, "End": true, "TimeoutSeconds": 20,
                              "Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 1}]})",
                     {},
                     kMinute},
                    {"a_loop_counts_once",
                     R"("S": {"Type": "Wait", "Seconds": 30, "Next": "T"},
                        "T": {"Type": "Choice", "Default": "S", "Choices": [
                          {"Variable": "$.done", "BooleanEquals": true, "Next": "Done"}]},
                        "Done": {"Type": "Succeed"})",
                     {},
                     kMinute},
                });
}

struct PauseCase {
  std::string_view name;
  std::uint32_t interval_seconds;
  std::uint32_t attempts_max;
  double backoff_rate;
  std::optional<std::uint32_t> delay_seconds_max;
  Attempts expected;
};

TEST(Durations, Attempts) {
  PauseCase const cases[] = {
      {"defaults", 1, 3, 2.0, std::nullopt, {4, 1 + 2 + 4}},
      {"never", 1, 0, 2.0, std::nullopt, {1, 0}},
      {"capped", 5, 4, 2.0, 10, {5, 5 + 10 + 10 + 10}},
      {"even", 2, 1'000'000, 1.0, std::nullopt, {1'000'001, 2'000'000}},
  };
  for (auto const& row : cases) {
    SCOPED_TRACE(row.name);
    asl::State state;
    auto& retrier = state.retriers.emplace_back();
    retrier.interval_seconds = row.interval_seconds;
    retrier.attempts_max = row.attempts_max;
    retrier.backoff_rate = row.backoff_rate;
    retrier.delay_seconds_max = row.delay_seconds_max;
    auto const attempts = attempts_of(state);
    EXPECT_EQ(attempts.count, row.expected.count);
    EXPECT_EQ(attempts.pause_seconds, row.expected.pause_seconds);
  }
}

}  // namespace
}  // namespace treadle::lint
