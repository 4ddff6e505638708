#include "tests/lint/findings.h"

namespace treadle::lint {
namespace {

using testing::expect_places;

// What follows the state under test.
#define ENDS R"(, "Done": {"Type": "Succeed"}, "Failed": {"Type": "Fail"})"

TEST(ErrorFlow, RetriedNotCaught) {
  expect_places("retried-not-caught", {
                                          {"another_is_caught",
                                           R"("S": {"Type": "Task", "Resource": FN, "Next": "Done",
                    "Retry": [{"ErrorEquals": ["Slow"]}],
                    "Catch": [{"ErrorEquals": ["Declined"], "Next": "Failed"}]})" ENDS,
                                           {"/States/S/Retry"}},
                                          {"caught_by_name",
                                           R"("S": {"Type": "Task", "Resource": FN, "Next": "Done",
                    "Retry": [{"ErrorEquals": ["Slow"]}],
                    "Catch": [{"ErrorEquals": ["Slow"], "Next": "Failed"}]})" ENDS,
                                           {}},
                                          {"caught_by_task_failed",
                                           R"("S": {"Type": "Task", "Resource": FN, "Next": "Done",
                    "Retry": [{"ErrorEquals": ["Slow"]}],
                    "Catch": [{"ErrorEquals": ["States.TaskFailed"], "Next": "Failed"}]})" ENDS,
                                           {}},
                                          {"task_failed_takes_no_timeout",
                                           R"("S": {"Type": "Task", "Resource": FN, "Next": "Done",
                    "Retry": [{"ErrorEquals": ["States.Timeout"]}],
                    "Catch": [{"ErrorEquals": ["States.TaskFailed"], "Next": "Failed"}]})" ENDS,
                                           {"/States/S/Retry"}},
                                          {"never_retried",
                                           R"("S": {"Type": "Task", "Resource": FN, "Next": "Done",
                    "Retry": [{"ErrorEquals": ["Slow"], "MaxAttempts": 0}],
                    "Catch": [{"ErrorEquals": ["Declined"], "Next": "Failed"}]})" ENDS,
                                           {}},
                                          {"all_is_caught_in_two",
                                           R"("S": {"Type": "Task", "Resource": FN, "Next": "Done",
                    "Retry": [{"ErrorEquals": ["States.ALL"]}],
                    "Catch": [{"ErrorEquals": ["States.TaskFailed"], "Next": "Failed"},
                              {"ErrorEquals": ["States.Timeout"], "Next": "Failed"}]})" ENDS,
                                           {}},
                                          {"caught_around",
                                           R"("S": {"Type": "Parallel", "Next": "Done",
                    "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Failed"}],
                    "Branches": [{"StartAt": "T", "States": {
                      "T": {"Type": "Task", "Resource": FN, "End": true,
                            "Retry": [{"ErrorEquals": ["Slow"]}]}}}]})" ENDS,
                                           {}},
                                          {"caught_around_by_another_name",
                                           R"("S": {"Type": "Parallel", "Next": "Done",
                    "Catch": [{"ErrorEquals": ["Declined"], "Next": "Failed"}],
                    "Branches": [{"StartAt": "T", "States": {
                      "T": {"Type": "Task", "Resource": FN, "End": true,
                            "Retry": [{"ErrorEquals": ["Slow"]}]}}}]})" ENDS,
                                           {"/States/S/Branches[0]/States/T/Retry"}},
                                          {"a_distributed_map_has_an_error_of_its_own",
                                           R"("S": {"Type": "Map", "Next": "Done",
                    "Catch": [{"ErrorEquals": ["Slow"], "Next": "Failed"}],
                    "ItemProcessor": {
                      "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
                      "StartAt": "T", "States": {
                        "T": {"Type": "Task", "Resource": FN, "End": true,
                              "Retry": [{"ErrorEquals": ["Slow"]}]}}}})" ENDS,
                                           {"/States/S/ItemProcessor/States/T/Retry"}},
                                      });
}

TEST(ErrorFlow, NothingCaught) {
  expect_places("nothing-caught",
                {
                    {"retried_only",
                     R"("S": {"Type": "Task", "Resource": FN, "End": true,
                              "Retry": [{"ErrorEquals": ["Slow"]}]})",
                     {"/States/S/Retry"}},
                    {"neither", R"("S": {"Type": "Task", "Resource": FN, "End": true})", {}},
                });
}

TEST(ErrorFlow, RejectionNotCaught) {
  constexpr std::string_view kCallback = R"("S": {"Type": "Task", "TimeoutSeconds": 60,
      "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "Parameters": {"QueueUrl": "q", "MessageBody": "m"},
      "Next": "Done")";
  auto const with = [&](std::string_view rest) {
    return std::string(kCallback) + std::string(rest);
  };
  auto const bare = with(R"(}, "Done": {"Type": "Succeed"})");
  auto const timeout =
      with(R"(, "Catch": [{"ErrorEquals": ["States.Timeout"], "Next": "Failed"}]})" ENDS);
  auto const all = with(R"(, "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Failed"}]})" ENDS);
  auto const failed =
      with(R"(, "Catch": [{"ErrorEquals": ["States.TaskFailed"], "Next": "Failed"}]})" ENDS);
  expect_places("rejection-not-caught",
                {
                    {"no_catcher", bare, {"/States/S"}},
                    {"time_out_only", timeout, {"/States/S/Catch"}},
                    {"all", all, {}},
                    {"task_failed", failed, {}},
                    {"no_callback", R"("S": {"Type": "Task", "Resource": FN, "End": true})", {}},
                });
}

TEST(ErrorFlow, UnguardedCompensation) {
  expect_places("unguarded-compensation",
                {
                    {"bare",
                     R"("S": {"Type": "Task", "Resource": FN, "End": true,
                              "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Undo"}]},
                        "Undo": {"Type": "Task", "Resource": FN, "Next": "Failed"},
                        "Failed": {"Type": "Fail"})",
                     {"/States/Undo"}},
                    {"behind_another",
                     R"("S": {"Type": "Task", "Resource": FN, "End": true,
                              "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Note"}]},
                        "Note": {"Type": "Pass", "Next": "Undo"},
                        "Undo": {"Type": "Task", "Resource": FN, "Next": "Failed"},
                        "Failed": {"Type": "Fail"})",
                     {"/States/Undo"}},
                    {"retried",
                     R"("S": {"Type": "Task", "Resource": FN, "End": true,
                              "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Undo"}]},
                        "Undo": {"Type": "Task", "Resource": FN, "Next": "Failed",
                                 "Retry": [{"ErrorEquals": ["States.ALL"]}]},
                        "Failed": {"Type": "Fail"})",
                     {}},
                    {"also_without_a_failure",
                     R"("S": {"Type": "Task", "Resource": FN, "Next": "Clean",
                              "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Clean"}]},
                        "Clean": {"Type": "Task", "Resource": FN, "End": true})",
                     {}},
                    {"a_message",
                     R"("S": {"Type": "Task", "Resource": FN, "End": true,
                              "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Tell"}]},
                        "Tell": {"Type": "Task", "End": true, "Parameters": {"Message": "m"},
                                 "Resource": "arn:aws:states:::sns:publish"})",
                     {}},
                    {"a_read",
                     R"("S": {"Type": "Task", "Resource": FN, "End": true,
                              "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Look"}]},
                        "Look": {"Type": "Task", "End": true, "Parameters": {"TableName": "t", "Key": {}},
                                 "Resource": "arn:aws:states:::dynamodb:getItem"})",
                     {}},
                });
}

TEST(ErrorFlow, AmbiguousTimeout) {
  expect_places("ambiguous-timeout",
                {
                    {"caught_like_all",
                     R"("S": {"Type": "Task", "Resource": FN, "Next": "Done", "TimeoutSeconds": 9,
                              "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Failed"}]})" ENDS,
                     {"/States/S/Catch"}},
                    {"retried",
                     R"("S": {"Type": "Task", "Resource": FN, "End": true, "TimeoutSeconds": 9,
                              "Retry": [{"ErrorEquals": ["States.Timeout"]}]})",
                     {"/States/S/Retry"}},
                    {"shares_its_way",
                     R"("S": {"Type": "Task", "Resource": FN, "Next": "Done", "TimeoutSeconds": 9,
                              "Catch": [{"ErrorEquals": ["States.Timeout"], "Next": "Failed"},
                                        {"ErrorEquals": ["Declined"], "Next": "Failed"}]})" ENDS,
                     {"/States/S/Catch"}},
                    {"way_of_its_own",
                     R"("S": {"Type": "Task", "Resource": FN, "Next": "Done", "TimeoutSeconds": 9,
                              "Catch": [{"ErrorEquals": ["States.Timeout"], "Next": "Look"},
                                        {"ErrorEquals": ["States.ALL"], "Next": "Failed"}]},
                        "Look": {"Type": "Pass", "Next": "Failed"})" ENDS,
                     {}},
                    {"no_time_out",
                     R"("S": {"Type": "Task", "Resource": FN, "Next": "Done",
                              "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Failed"}]})" ENDS,
                     {}},
                });
}

TEST(ErrorFlow, BranchesNotUndone) {
  constexpr std::string_view kBranches = R"("Branches": [
      {"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": FN, "End": true}}},
      {"StartAt": "B", "States": {"B": {"Type": "Task", "Resource": FN, "End": true}}}])";
  auto const parallel = [&](std::string_view rest) {
    return R"("S": {"Type": "Parallel", "Next": "Done", )" + std::string(kBranches) +
           std::string(rest);
  };
  auto const bare = parallel(R"(}, "Done": {"Type": "Succeed"})");
  auto const one = parallel(
      R"(, "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "UndoA"}]},
         "UndoA": {"Type": "Task", "Resource": FN, "Next": "Failed"})" ENDS);
  auto const both = parallel(
      R"(, "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "UndoA"}]},
         "UndoA": {"Type": "Task", "Resource": FN, "Next": "UndoB"},
         "UndoB": {"Type": "Task", "Resource": FN, "Next": "Failed"})" ENDS);
  expect_places("branches-not-undone", {
                                           {"nothing", bare, {"/States/S"}},
                                           {"one_of_two", one, {"/States/S"}},
                                           {"both", both, {}},
                                           {"one_busy_branch",
                                            R"("S": {"Type": "Parallel", "End": true, "Branches": [
                          {"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": FN, "End": true}}},
                          {"StartAt": "B", "States": {"B": {"Type": "Pass", "End": true}}}]})",
                                            {}},
                                       });
}

TEST(Handlers, NotReached) {
  expect_places("handler-not-reached",
                {
                    {"taken_before",
                     R"("S": {"Type": "Task", "Resource": FN, "Next": "Done", "Catch": [
                          {"ErrorEquals": ["A", "B"], "Next": "Failed"},
                          {"ErrorEquals": ["C", "B"], "Next": "Done"}]})" ENDS,
                     {"/States/S/Catch[1]/ErrorEquals"}},
                    {"wildcard_before",
                     R"("S": {"Type": "Task", "Resource": FN, "End": true, "Retry": [
                          {"ErrorEquals": ["States.TaskFailed"]}, {"ErrorEquals": ["A"]},
                          {"ErrorEquals": ["States.Timeout"]}]})",
                     {"/States/S/Retry[1]/ErrorEquals"}},
                    {"heartbeat_is_a_time_out",
                     R"("S": {"Type": "Task", "Resource": FN, "End": true, "Retry": [
                          {"ErrorEquals": ["States.Timeout"]},
                          {"ErrorEquals": ["States.HeartbeatTimeout"]}]})",
                     {"/States/S/Retry[1]/ErrorEquals"}},
                    {"runtime",
                     R"("S": {"Type": "Task", "Resource": FN, "Next": "Done", "Catch": [
                          {"ErrorEquals": ["States.Runtime"], "Next": "Failed"}]})" ENDS,
                     {"/States/S/Catch[0]/ErrorEquals"}},
                    {"error_of_other_states",
                     R"("S": {"Type": "Task", "Resource": FN, "Next": "Done", "Catch": [
                          {"ErrorEquals": ["States.NoChoiceMatched"], "Next": "Failed"}]})" ENDS,
                     {"/States/S/Catch[0]/ErrorEquals"}},
                    {"from_inside",
                     R"("S": {"Type": "Parallel", "Next": "Done", "Catch": [
                          {"ErrorEquals": ["States.NoChoiceMatched"], "Next": "Failed"}],
                          "Branches": [{"StartAt": "P", "States": {
                            "P": {"Type": "Pass", "End": true}}}]})" ENDS,
                     {}},
                    {"all_stays_the_last_resort",
                     R"("S": {"Type": "Task", "Resource": FN, "Next": "Done", "Catch": [
                          {"ErrorEquals": ["States.TaskFailed", "States.Timeout"], "Next": "Failed"},
                          {"ErrorEquals": ["States.ALL"], "Next": "Failed"}]})" ENDS,
                     {}},
                });
}

TEST(Handlers, UnknownErrorName) {
  expect_places("unknown-error-name", {
                                          {"misspelled",
                                           R"("S": {"Type": "Task", "Resource": FN, "End": true,
                              "Retry": [{"ErrorEquals": ["States.TimeOut"]}]})",
                                           {"/States/S/Retry[0]/ErrorEquals"}},
                                          {"a_status_of_http",
                                           R"("S": {"Type": "Task", "Resource": FN, "End": true,
                              "Retry": [{"ErrorEquals": ["States.Http.StatusCode.503"]}]})",
                                           {}},
                                          {"raised_by_a_fail_state",
                                           R"("S": {"Type": "Parallel", "Next": "Done",
                              "Catch": [{"ErrorEquals": ["States.Quorum"], "Next": "Failed"}],
                              "Branches": [{"StartAt": "F", "States": {
                                "F": {"Type": "Fail", "Error": "States.Quorum"}}}]})" ENDS,
                                           {}},
                                          {"of_the_function",
                                           R"("S": {"Type": "Task", "Resource": FN, "End": true,
                              "Retry": [{"ErrorEquals": ["StatesMan"]}]})",
                                           {}},
                                      });
}

}  // namespace
}  // namespace treadle::lint
