// Which fields a definition may and must have, and what each may hold.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/asl/definitions.h"

namespace treadle::asl::testing {
namespace {

using ::testing::ElementsAre;

struct Case {
  char const* name;
  std::string definition;
  std::vector<std::string> messages;
};

auto const kTask = std::string(
    R"("Type": "Task", "End": true, "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f")");

Case const kCases[] = {
    {"smallest", machine_of(R"("Type": "Succeed")"), {}},
    {"nothing_at_all", "{}", {"/: These fields are required: [States, StartAt]"}},
    {"no_start",
     R"({"States": {"S": {"Type": "Succeed"}}})",
     {"/: These fields are required: [StartAt]"}},
    {"no_states", R"({"StartAt": "S", "States": {}})", {"/States: Value cannot be empty"}},
    {"unknown_top_field",
     R"({"StartAt": "S", "Starts": 1, "States": {"S": {"Type": "Succeed"}}})",
     {"/: Field 'Starts' is not supported"}},
    {"version",
     R"({"Version": "2.0", "StartAt": "S", "States": {"S": {"Type": "Succeed"}}})",
     {"/Version: The field 'Version' should have one of these values: [1.0]"}},
    {"machine_timeout",
     R"({"TimeoutSeconds": 0, "StartAt": "S", "States": {"S": {"Type": "Succeed"}}})",
     {"/TimeoutSeconds: Value must be between 1 and 99999999, but was 0"}},
    {"state_is_no_object",
     R"({"StartAt": "S", "States": {"S": 1}})",
     {"/States/S: Expected value of type Object"}},
    {"no_type", machine_of(R"("End": true)"), {"/States/S: These fields are required: [Type]"}},
    {"unknown_type",
     machine_of(R"("Type": "Loop")"),
     {"/States/S/Type: The field 'Type' should have one of these values: [Task, Wait, Pass, "
      "Succeed, "
      "Fail, Choice, Parallel, Map]"}},
    {"next_and_end",
     R"({"StartAt": "S", "States": {"S": {"Type": "Pass", "Next": "T", "End": true}, "T": {"Type": "Succeed"}}})",
     {"/States/S: Exactly one of these fields is required: [Next, End]"}},
    {"end_false_is_no_end",
     machine_of(R"("Type": "Pass", "End": false)"),
     {"/States/S: Exactly one of these fields is required: [Next, End]"}},
    {"comment_is_no_text",
     machine_of(R"("Type": "Succeed", "Comment": 1)"),
     {"/States/S/Comment: Expected value of type String"}},
    {"retry_on_pass",
     machine_of(R"("Type": "Pass", "End": true, "Retry": [])"),
     {"/States/S: Field 'Retry' is not supported"}},
    {"timeout_on_map",
     map_machine_of(R"("TimeoutSeconds": 1,)"),
     {"/States/S: Field 'TimeoutSeconds' is not supported"}},
    {"end_on_fail",
     machine_of(R"("Type": "Fail", "End": true)"),
     {"/States/S: Field 'End' is not supported"}},
    {"result_path_on_wait",
     machine_of(R"("Type": "Wait", "Seconds": 1, "End": true, "ResultPath": null)"),
     {"/States/S: Field 'ResultPath' is not supported"}},
    {"null_paths",
     machine_of(kTask + R"(, "InputPath": null, "OutputPath": null, "ResultPath": null)"),
     {}},
    {"heartbeat_not_below_timeout",
     machine_of(kTask + R"(, "TimeoutSeconds": 5, "HeartbeatSeconds": 5)"),
     {"/States/S/HeartbeatSeconds: HeartbeatSeconds must be smaller than TimeoutSeconds"}},
    {"timeout_twice",
     machine_of(kTask + R"(, "TimeoutSeconds": 5, "TimeoutSecondsPath": "$.t")"),
     {"/States/S: Only one of these fields is allowed: [TimeoutSeconds, TimeoutSecondsPath]"}},
    {"fraction_is_no_integer",
     machine_of(kTask + R"(, "TimeoutSeconds": 1.5)"),
     {"/States/S/TimeoutSeconds: Expected value of type Integer"}},
    {"credentials_without_role",
     machine_of(kTask + R"(, "Credentials": {"Role": "r"})"),
     {"/States/S/Credentials: The field 'RoleArn' is required but was missing"}},
    {"credentials_by_path", machine_of(kTask + R"(, "Credentials": {"RoleArn.$": "$.role"})"), {}},
    {"wait_for_nothing",
     machine_of(R"("Type": "Wait", "End": true)"),
     {"/States/S: Exactly one of these fields is required: [Seconds, SecondsPath, Timestamp, "
      "TimestampPath]"}},
    {"wait_without_zone",
     machine_of(R"("Type": "Wait", "End": true, "Timestamp": "2026-01-02T03:04:05")"),
     {"/States/S/Timestamp: String does not match RFC3339 timestamp"}},
    {"wait_zero_seconds", machine_of(R"("Type": "Wait", "End": true, "Seconds": 0)"), {}},
    {"fail_error_twice",
     machine_of(R"("Type": "Fail", "Error": "E", "ErrorPath": "$.e")"),
     {"/States/S: Only one of these fields is allowed: [Error, ErrorPath]"}},
    {"fail_calls_text_function",
     machine_of(R"json("Type": "Fail", "CausePath": "States.Format('{}', $.why)")json"),
     {}},
    {"fail_calls_other_function",
     machine_of(R"json("Type": "Fail", "CausePath": "States.MathAdd($.a, 1)")json"),
     {"/States/S/CausePath: Value must be a Reference Path or an intrinsic function that "
      "returns a String"}},
    {"result_path_into_context",
     machine_of(R"("Type": "Pass", "End": true, "ResultPath": "$$.a")"),
     {"/States/S/ResultPath: Value is not a Reference Path: $$.a does not lead into the "
      "state's input"}},
    {"result_path_with_wildcard",
     machine_of(R"("Type": "Pass", "End": true, "ResultPath": "$.a[*]")"),
     {"/States/S/ResultPath: Value is not a Reference Path: $.a[*] may lead to several "
      "values"}},
    {"bad_template_member",
     machine_of(R"("Type": "Pass", "End": true, "Parameters": {"a": {"b.$": "nowhere"}})"),
     {"/States/S/Parameters/a: The value for the field 'b.$' must be a valid JSONPath or a "
      "valid intrinsic "
      "function call"}},
    {"bad_template_member_in_an_array",
     machine_of(R"("Type": "Pass", "End": true, "Parameters": {"a/b": [1, {"c~/d.$": 7}]})"),
     {"/States/S/Parameters/a/b[1]: The value for the field 'c~/d.$' must be a valid JSONPath or a "
      "valid "
      "intrinsic function call"}},
    {"name_with_and_without_dollar",
     machine_of(R"("Type": "Pass", "End": true, "Parameters": {"a": [{"b": 1, "b.$": "$.b"}]})"),
     {"/States/S/Parameters/a[0]: The fields 'b' and 'b.$' exclude each other"}},
    {"path_with_open_bracket",
     machine_of(R"("Type": "Pass", "End": true, "OutputPath": "$.a[")"),
     {"/States/S/OutputPath: Value is not a valid JSONPath: the last bracket is not closed"}},
    {"assign_reserved",
     machine_of(R"("Type": "Pass", "End": true, "Assign": {"states": 1})"),
     {"/States/S/Assign: Variable name 'states' is reserved"}},
    {"assign_no_identifier",
     machine_of(
         R"("Type": "Pass", "End": true, "Assign": {"1st": 1, "_2nd.$": "$.a", "größe": 3})"),
     {"/States/S/Assign: Variable name '1st' is not a valid identifier"}},
    {"assign_of_an_outer_variable",
     R"({"StartAt": "A", "States": {
         "A": {"Type": "Pass", "Assign": {"x": 1}, "Next": "M"},
         "M": {"Type": "Map", "End": true, "ItemProcessor": {"StartAt": "B", "States": {
           "B": {"Type": "Parallel", "End": true, "Branches": [{"StartAt": "C", "States": {
             "C": {"Type": "Pass", "Assign": {"x.$": "$.x", "y": 1}, "End": true}}}, {"StartAt": "D", "States": {
             "D": {"Type": "Pass", "Assign": {"y": 1}, "End": true}}}]}}}}}})",
     {"/States/M/ItemProcessor/States/B/Branches[0]/States/C/Assign: Variable 'x' is assigned in "
      "an "
      "outer scope already"}},
    {"assign_in_a_child_execution",
     R"({"StartAt": "A", "States": {
         "A": {"Type": "Pass", "Assign": {"x": 1}, "Next": "M"},
         "M": {"Type": "Map", "End": true, "ItemProcessor": {
           "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, "StartAt": "B", "States": {
             "B": {"Type": "Pass", "Assign": {"x": 1}, "End": true}}}}}})",
     {}},
    {"parallel_without_branches",
     machine_of(R"("Type": "Parallel", "End": true, "Branches": [])"),
     {"/States/S/Branches: Value cannot be empty"}},
    {"branch_with_end",
     machine_of(R"("Type": "Parallel", "End": true,
                   "Branches": [{"StartAt": "B", "End": true, "States": {"B": {"Type": "Succeed"}}}])"),
     {"/States/S/Branches[0]: Field 'End' is not supported"}},
    {"branch_is_no_object",
     machine_of(R"("Type": "Parallel", "End": true, "Branches": [[]])"),
     {"/States/S/Branches[0]: Expected value of type Object"}},
};

TEST(Schema, Cases) {
  for (auto const& c : kCases) EXPECT_EQ(messages(c.definition), c.messages) << c.name;
}

TEST(Schema, StatesMayBeCalledLikeFields) {
  auto const text = R"({"StartAt": "Iterator", "States": {
      "Iterator": {"Type": "Pass", "Next": "Branches"},
      "Branches": {"Type": "Pass", "Result": {"Iterator": {"States": 1}, "Next": 2}, "End": true}}})";
  EXPECT_THAT(messages(text), ElementsAre());
}

TEST(Schema, ErrorsComeBeforeWarnings) {
  auto const text = machine_of(
      R"("Type": "Pass", "End": true, "Parameters": {"a": "$.looks.like.a.path"}, "ResultPath": "$$")");
  EXPECT_THAT(summaries(text), ElementsAre("SCHEMA_VALIDATION_FAILED at /States/S/ResultPath",
                                           "?NO_DOLLAR at /States/S/Parameters/a"));
}

TEST(Schema, WarningsOfLiterals) {
  EXPECT_THAT(
      summaries(machine_of(
          R"json("Type": "Pass", "End": true, "Parameters": {"a": [{"b": "States.UUID()"}], "c": "$5"})json")),
      ElementsAre("?NO_DOLLAR at /States/S/Parameters/a[0]/b"));
  EXPECT_THAT(summaries(machine_of(R"("Type": "Pass", "End": true, "Result": {"a.$": 1})")),
              ElementsAre("?PASS_RESULT_IS_STATIC at /States/S/Result"));
  EXPECT_THAT(summaries(machine_of(R"("Type": "Fail", "Cause": "$.why")")),
              ElementsAre("?NO_PATH at /States/S/Cause"));
}

// ----- Retry and Catch

auto task_with(std::string_view members) -> std::string {
  return machine_of(kTask + ", " + std::string(members));
}

Case const kErrorCases[] = {
    {"all_defaults", task_with(R"("Retry": [{"ErrorEquals": ["A", "B"]}])"), {}},
    {"everything_set",
     task_with(
         R"("Retry": [{"ErrorEquals": ["A"], "IntervalSeconds": 2, "MaxAttempts": 0, "BackoffRate": 1,
                  "MaxDelaySeconds": 31622399, "JitterStrategy": "FULL", "Comment": "c"}])"),
     {}},
    {"no_errors",
     task_with(R"("Retry": [{"ErrorEquals": []}])"),
     {"/States/S/Retry[0]/ErrorEquals: Value cannot be empty"}},
    {"errors_missing",
     task_with(R"("Retry": [{"MaxAttempts": 1}])"),
     {"/States/S/Retry[0]: These fields are required: [ErrorEquals]"}},
    {"error_is_no_text",
     task_with(R"("Retry": [{"ErrorEquals": [true]}])"),
     {"/States/S/Retry[0]/ErrorEquals[0]: Expected value of type String"}},
    {"all_with_company",
     task_with(R"("Retry": [{"ErrorEquals": ["States.ALL", "A"]}])"),
     {"/States/S/Retry[0]/ErrorEquals: States.ALL must appear alone"}},
    {"all_not_last",
     task_with(R"("Retry": [{"ErrorEquals": ["States.ALL"]}, {"ErrorEquals": ["A"]}])"),
     {"/States/S/Retry[0]/ErrorEquals: States.ALL must be in the last element"}},
    {"rate_below_one",
     task_with(R"("Retry": [{"ErrorEquals": ["A"], "BackoffRate": 0.9}])"),
     {"/States/S/Retry[0]/BackoffRate: Value must be at least 1.0"}},
    {"interval_zero",
     task_with(R"("Retry": [{"ErrorEquals": ["A"], "IntervalSeconds": 0}])"),
     {"/States/S/Retry[0]/IntervalSeconds: Value must be between 1 and 99999999, but was 0"}},
    {"delay_too_long",
     task_with(R"("Retry": [{"ErrorEquals": ["A"], "MaxDelaySeconds": 31622400}])"),
     {"/States/S/Retry[0]/MaxDelaySeconds: Value must be between 1 and 31622399, but was "
      "31622400"}},
    {"jitter",
     task_with(R"("Retry": [{"ErrorEquals": ["A"], "JitterStrategy": "SOME"}])"),
     {"/States/S/Retry[0]/JitterStrategy: The field 'JitterStrategy' should have one of these "
      "values: "
      "[NONE, FULL]"}},
    {"catch_without_next",
     task_with(R"("Catch": [{"ErrorEquals": ["A"]}])"),
     {"/States/S/Catch[0]: These fields are required: [Next]"}},
    {"catch_with_result_path_null",
     task_with(R"("Catch": [{"ErrorEquals": ["A"], "Next": "S", "ResultPath": null}])"),
     {}},
    {"catch_unknown_field",
     task_with(R"("Catch": [{"ErrorEquals": ["A"], "Next": "S", "Wait": 1}])"),
     {"/States/S/Catch[0]: Field 'Wait' is not supported"}},
};

TEST(RetryAndCatch, Cases) {
  for (auto const& c : kErrorCases) EXPECT_EQ(messages(c.definition), c.messages) << c.name;
}

}  // namespace
}  // namespace treadle::asl::testing
