#include "tests/lint/findings.h"

namespace treadle::lint {
namespace {

using testing::expect_places;

TEST(DataFlow, MissingPath) {
  expect_places(
      "missing-path",
      {
          {"replaced_by_a_task",
           R"("S": {"Type": "Task", "Resource": FN, "ResultPath": "$.parsed", "Next": "Enrich"},
              "Enrich": {"Type": "Task", "Resource": FN, "Next": "Route"},
              "Route": {"Type": "Choice", "Default": "Done", "Choices": [
                {"Variable": "$.parsed.type", "StringEquals": "metric", "Next": "Done"}]},
              "Done": {"Type": "Succeed"})",
           {"/States/Route/Choices[0]/Variable"}},
          {"said_once_a_way",
           R"("S": {"Type": "Task", "Resource": FN, "ResultPath": "$.parsed", "Next": "Enrich"},
              "Enrich": {"Type": "Task", "Resource": FN, "Next": "Route"},
              "Route": {"Type": "Choice", "Default": "Done", "Choices": [
                {"Variable": "$.parsed", "StringEquals": "a", "Next": "Done"},
                {"Variable": "$.parsed", "StringEquals": "b", "Next": "Done"}]},
              "Done": {"Type": "Succeed"})",
           {"/States/Route/Choices[0]/Variable"}},
          {"kept",
           R"("S": {"Type": "Task", "Resource": FN, "ResultPath": "$.parsed", "Next": "Enrich"},
              "Enrich": {"Type": "Task", "Resource": FN, "ResultPath": "$.more", "Next": "Route"},
              "Route": {"Type": "Choice", "Default": "Done", "Choices": [
                {"Variable": "$.parsed.type", "StringEquals": "metric", "Next": "Done"},
                {"Variable": "$.more", "NumericEquals": 1, "Next": "Done"},
                {"Variable": "$.of_the_input", "NumericEquals": 1, "Next": "Done"}]},
              "Done": {"Type": "Succeed"})",
           {}},
          {"result_discarded",
           R"("S": {"Type": "Task", "Resource": FN, "ResultPath": "$.a", "Next": "T"},
              "T": {"Type": "Task", "Resource": FN, "ResultPath": null, "Next": "U"},
              "U": {"Type": "Pass", "InputPath": "$.a", "End": true})",
           {}},
          {"catcher_without_result_path",
           R"("S": {"Type": "Task", "Resource": FN, "End": true,
                    "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Tell"}]},
              "Tell": {"Type": "Task", "Resource": FN, "End": true,
                       "Parameters": {"order.$": "$.orderId", "why.$": "$.Cause"}})",
           {"/States/Tell/Parameters/order.$"}},
          {"catcher_with_result_path",
           R"("S": {"Type": "Task", "Resource": FN, "End": true, "Catch": [
                {"ErrorEquals": ["States.ALL"], "Next": "Tell", "ResultPath": "$.error"}]},
              "Tell": {"Type": "Task", "Resource": FN, "End": true,
                       "Parameters": {"order.$": "$.orderId", "why.$": "$.error.Cause"}})",
           {}},
          {"error_has_two_members",
           R"("S": {"Type": "Task", "Resource": FN, "End": true, "Catch": [
                {"ErrorEquals": ["States.ALL"], "Next": "Tell", "ResultPath": "$.error"}]},
              "Tell": {"Type": "Pass", "InputPath": "$.error.message", "End": true})",
           {"/States/Tell/InputPath"}},
          {"literal_result",
           R"("S": {"Type": "Pass", "Result": {"a": {"b": 1}}, "Next": "T"},
              "T": {"Type": "Pass", "Parameters": {"x.$": "$.a.b", "y.$": "$.a.c"}, "End": true})",
           {"/States/T/Parameters/y.$"}},
          {"template",
           R"_("S": {"Type": "Pass", "Parameters": {"a.$": "$.x", "b": {"c.$": "$.y"}}, "Next": "T"},
              "T": {"Type": "Pass", "Parameters": {"1.$": "$.a.any", "2.$": "$.b.c", "3.$": "$.b.d",
                    "4.$": "States.Format('{} {}', $.a, $.z)"}, "End": true})_",
           {"/States/T/Parameters/3.$", "/States/T/Parameters/4.$"}},
          {"result_selector",
           R"("S": {"Type": "Task", "Resource": FN, "ResultSelector": {"id.$": "$.Id"},
                    "ResultPath": "$.made", "Next": "T"},
              "T": {"Type": "Pass", "Parameters": {"a.$": "$.made.id", "b.$": "$.made.Id"},
                    "End": true})",
           {"/States/T/Parameters/b.$"}},
          {"invoke_wraps_the_answer",
           R"("S": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
                    "Parameters": {"FunctionName": "f"}, "Next": "T"},
              "T": {"Type": "Pass", "InputPath": "$.total", "End": true})",
           {"/States/T/InputPath"}},
          {"invoke_unwrapped",
           R"("S": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
                    "Parameters": {"FunctionName": "f"}, "OutputPath": "$.Payload", "Next": "T"},
              "T": {"Type": "Pass", "InputPath": "$.total", "End": true})",
           {}},
      });
}

TEST(DataFlow, MissingPathOnOneOfSeveralWays) {
  expect_places(
      "missing-path",
      {
          {"one_way_of_two_drops_it",
           R"("S": {"Type": "Task", "Resource": FN, "ResultPath": "$.a", "Next": "Route"},
              "Route": {"Type": "Choice", "Default": "Join", "Choices": [
                {"Variable": "$.big", "BooleanEquals": true, "Next": "Shrink"}]},
              "Shrink": {"Type": "Task", "Resource": FN, "Next": "Join"},
              "Join": {"Type": "Pass", "InputPath": "$.a", "End": true})",
           {"/States/Join/InputPath"}},
          {"perhaps_answered_by_a_task",
           R"("S": {"Type": "Choice", "Default": "A", "Choices": [
                {"Variable": "$.a", "IsPresent": true, "Next": "B"}]},
              "A": {"Type": "Pass", "Parameters": {"x": 1}, "Next": "Use"},
              "B": {"Type": "Task", "Resource": FN, "Next": "Use"},
              "Use": {"Type": "Pass", "InputPath": "$.x", "End": true})",
           {}},
          {"asked_for_first",
           R"("S": {"Type": "Task", "Resource": FN, "ResultPath": "$.a", "Next": "T"},
              "T": {"Type": "Task", "Resource": FN, "Next": "Route"},
              "Route": {"Type": "Choice", "Default": "Done", "Choices": [
                {"And": [{"Variable": "$.a", "IsPresent": true},
                         {"Variable": "$.a", "StringEquals": "x"}], "Next": "Use"},
                {"Not": {"Variable": "$.a", "IsPresent": true}, "Next": "Done"},
                {"Variable": "$.a", "StringEquals": "y", "Next": "Use"}]},
              "Use": {"Type": "Pass", "InputPath": "$.a", "Next": "Done"},
              "Done": {"Type": "Succeed"})",
           {}},
          {"asked_for_too_late",
           R"("S": {"Type": "Task", "Resource": FN, "ResultPath": "$.a", "Next": "T"},
              "T": {"Type": "Task", "Resource": FN, "Next": "Route"},
              "Route": {"Type": "Choice", "Default": "Done", "Choices": [
                {"Or": [{"Variable": "$.a", "StringEquals": "x"},
                        {"Variable": "$.a", "IsPresent": false}], "Next": "Done"}]},
              "Done": {"Type": "Succeed"})",
           {"/States/Route/Choices[0]/Or[0]/Variable"}},
          {"a_parallel_gives_an_array",
           R"("S": {"Type": "Parallel", "Next": "T", "Branches": [
                {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}]},
              "T": {"Type": "Pass", "Parameters": {"a.$": "$[0].x", "b.$": "$.x"}, "End": true})",
           {"/States/T/Parameters/b.$"}},
          {"into_a_branch",
           R"("S": {"Type": "Pass", "Parameters": {"a.$": "$.a"}, "Next": "P"},
              "P": {"Type": "Parallel", "End": true, "Branches": [{"StartAt": "A", "States": {
                "A": {"Type": "Pass", "InputPath": "$.b", "End": true}}}]})",
           {"/States/P/Branches[0]/States/A/InputPath"}},
          {"item_selector",
           R"("S": {"Type": "Map", "End": true, "ItemsPath": "$.items",
                    "ItemSelector": {"item.$": "$$.Map.Item.Value", "order.$": "$.order"},
                    "ItemProcessor": {"StartAt": "A", "States": {
                      "A": {"Type": "Pass", "InputPath": "$.item.id", "Next": "B"},
                      "B": {"Type": "Pass", "InputPath": "$.order", "End": true}}}})",
           {"/States/S/ItemProcessor/States/B/InputPath"}},
          {"a_loop_settles",
           R"("S": {"Type": "Task", "Resource": FN, "ResultPath": "$.job", "Next": "Pause"},
              "Pause": {"Type": "Wait", "Seconds": 5, "Next": "Look"},
              "Look": {"Type": "Task", "Resource": FN, "ResultPath": "$.job", "Next": "Ready"},
              "Ready": {"Type": "Choice", "Default": "Pause", "Choices": [
                {"Variable": "$.job.status", "StringEquals": "done", "Next": "Done"}]},
              "Done": {"Type": "Succeed"})",
           {}},
          {"an_input_that_grows_in_a_loop_is_given_up",
           R"("S": {"Type": "Pass", "Parameters": {"a.$": "$", "b.$": "$"}, "Next": "T"},
              "T": {"Type": "Choice", "Default": "S", "Choices": [
                {"Variable": "$.a.b.a.b", "IsPresent": true, "Next": "Done"}]},
              "Done": {"Type": "Succeed"})",
           {}},
          {"a_name_in_quotes",
           R"("S": {"Type": "Pass", "Result": {"a b": 1}, "Next": "T"},
              "T": {"Type": "Pass", "Parameters": {"x.$": "$['a b']", "y.$": "$['b']",
                    "z.$": "$..b"}, "End": true})",
           {"/States/T/Parameters/y.$"}},
      });
}

TEST(DataFlow, UnwrittenPath) {
  expect_places("unwritten-path",
                {
                    {"a_catcher_before_the_writer",
                     R"("S": {"Type": "Task", "Resource": FN, "ResultPath": "$.hold", "Next": "Pay",
                              "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Undo",
                                         "ResultPath": "$.error"}]},
                        "Pay": {"Type": "Task", "Resource": FN, "ResultPath": "$.paid", "End": true,
                                "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Undo",
                                           "ResultPath": "$.error"}]},
                        "Undo": {"Type": "Task", "Resource": FN, "End": true,
                                 "Parameters": {"hold.$": "$.hold", "why.$": "$.error"}})",
                     {"/States/Undo/Parameters/hold.$"}},
                    {"a_counter_of_a_loop",
                     R"("S": {"Type": "Pass", "InputPath": "$.count", "ResultPath": "$.seen",
                              "Next": "Count"},
                        "Count": {"Type": "Task", "Resource": FN, "ResultPath": "$.count",
                                  "Next": "More"},
                        "More": {"Type": "Choice", "Default": "Done", "Choices": [
                          {"Variable": "$.count", "NumericLessThan": 5, "Next": "S"}]},
                        "Done": {"Type": "Succeed"})",
                     {}},
                    {"perhaps_answered_by_a_task",
                     R"("S": {"Type": "Choice", "Default": "A", "Choices": [
                          {"Variable": "$.a", "IsPresent": true, "Next": "B"}]},
                        "A": {"Type": "Pass", "Result": 1, "ResultPath": "$.x", "Next": "Use"},
                        "B": {"Type": "Task", "Resource": FN, "Next": "Use"},
                        "Use": {"Type": "Pass", "InputPath": "$.x", "End": true})",
                     {}},
                    {"a_default",
                     R"("S": {"Type": "Choice", "Default": "Set", "Choices": [
                          {"Variable": "$.size", "IsPresent": true, "Next": "Use"}]},
                        "Set": {"Type": "Pass", "Result": 10, "ResultPath": "$.size", "Next": "Use"},
                        "Use": {"Type": "Pass", "InputPath": "$.size", "End": true})",
                     {}},
                });
}

TEST(DataFlow, PayloadTooLarge) {
  auto const literal = [](std::size_t bytes) {
    return R"("S": {"Type": "Pass", "Result": ")" + std::string(bytes, 'x') +
           R"(", "ResultPath": "$.big", "Next": "T"}, "T": {"Type": "Pass", "End": true})";
  };
  auto const doubled = [](std::size_t bytes) {
    return R"("S": {"Type": "Pass", "Result": ")" + std::string(bytes, 'x') +
           R"(", "Next": "P"}, "P": {"Type": "Parallel", "End": true, "Branches": [
             {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}},
             {"StartAt": "B", "States": {"B": {"Type": "Pass", "End": true}}}]})";
  };
  auto const small = literal(1'000);
  auto const near = literal(200'000);
  auto const over = literal(300'000);
  auto const two_halves = doubled(140'000);
  auto const two_quarters = doubled(60'000);
  expect_places("payload-too-large", {
                                         {"small", small, {}},
                                         {"near", near, {"/States/S"}},
                                         {"over", over, {"/States/S"}},
                                         {"collected", two_halves, {"/States/P"}},
                                         {"collected_small", two_quarters, {}},
                                     });
}

TEST(Variables, TokenOutsideCallback) {
  expect_places("token-outside-callback",
                {
                    {"plain_task",
                     R"("S": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
                              "Parameters": {"FunctionName": "f", "Payload": {"token.$": "$$.Task.Token"}}, "End": true})",
                     {"/States/S/Parameters/Payload/token.$"}},
                    {"callback",
                     R"("S": {"Type": "Task", "TimeoutSeconds": 9, "End": true,
                              "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
                              "Parameters": {"FunctionName": "f", "Payload": {"token.$": "$$.Task.Token"}}})",
                     {}},
                    {"in_a_call",
                     R"_("S": {"Type": "Pass", "End": true,
                              "Parameters": {"a.$": "States.Format('{}', $$.Task.Token)"}})_",
                     {"/States/S/Parameters/a.$"}},
                });
}

TEST(Variables, Unassigned) {
  expect_places("unassigned-variable",
                {
                    {"assigned_before",
                     R"("S": {"Type": "Pass", "Assign": {"x.$": "$.x"}, "Next": "T"},
                        "T": {"Type": "Pass", "Parameters": {"x.$": "$x.y"}, "End": true})",
                     {}},
                    {"never",
                     R"("S": {"Type": "Pass", "Parameters": {"x.$": "$y"}, "End": true})",
                     {"/States/S/Parameters/x.$"}},
                    {"in_the_same_state",
                     R"_("S": {"Type": "Pass", "Assign": {"x": 1},
                              "Parameters": {"x.$": "States.MathAdd($x, 1)"}, "End": true})_",
                     {"/States/S/Parameters/x.$"}},
                    {"by_one_rule_of_two",
                     R"("S": {"Type": "Choice", "Default": "T", "Choices": [
                          {"Variable": "$.a", "IsNull": true, "Next": "T", "Assign": {"x": 1}}]},
                        "T": {"Type": "Pass", "Parameters": {"x.$": "$x"}, "End": true})",
                     {"/States/T/Parameters/x.$"}},
                    {"by_each_way",
                     R"("S": {"Type": "Choice", "Default": "T", "Assign": {"x": 2}, "Choices": [
                          {"Variable": "$.a", "IsNull": true, "Next": "T", "Assign": {"x": 1}}]},
                        "T": {"Type": "Pass", "Parameters": {"x.$": "$x"}, "End": true})",
                     {}},
                    {"a_failure_does_not_assign",
                     R"("S": {"Type": "Task", "Resource": FN, "Assign": {"x": 1}, "Next": "T",
                              "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "T"}]},
                        "T": {"Type": "Pass", "Parameters": {"x.$": "$x"}, "End": true})",
                     {"/States/T/Parameters/x.$"}},
                    {"seen_in_a_branch",
                     R"("S": {"Type": "Pass", "Assign": {"x": 1}, "Next": "P"},
                        "P": {"Type": "Parallel", "End": true, "Branches": [{"StartAt": "A", "States": {
                          "A": {"Type": "Pass", "Parameters": {"x.$": "$x"}, "End": true}}}]})",
                     {}},
                    {"not_seen_in_a_distributed_map",
                     R"("S": {"Type": "Pass", "Assign": {"x": 1}, "Next": "M"},
                        "M": {"Type": "Map", "End": true, "ItemProcessor": {
                          "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
                          "StartAt": "A", "States": {
                            "A": {"Type": "Pass", "Parameters": {"x.$": "$x"}, "End": true}}}})",
                     {"/States/M/ItemProcessor/States/A/Parameters/x.$"}},
                });
}

}  // namespace
}  // namespace treadle::lint
