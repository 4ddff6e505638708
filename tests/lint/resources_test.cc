#include "tests/lint/findings.h"

namespace treadle::lint {
namespace {

using testing::expect_places;

TEST(Resources, UnknownResource) {
  expect_places("unknown-resource", {
                                        {"not_optimized",
                                         R"("S": {"Type": "Task", "End": true, "Parameters": {},
                              "Resource": "arn:aws:states:::s3:putObject"})",
                                         {"/States/S/Resource"}},
                                        {"of_another_service",
                                         R"("S": {"Type": "Task", "End": true,
                              "Resource": "arn:aws:s3:::bucket/key"})",
                                         {"/States/S/Resource"}},
                                        {"aws_sdk",
                                         R"("S": {"Type": "Task", "End": true, "Parameters": {},
                              "Resource": "arn:aws:states:::aws-sdk:s3:putObject"})",
                                         {}},
                                    });
}

TEST(Resources, TheFixIsNamed) {
  struct Row {
    std::string_view name;
    std::string_view resource;
    std::string_view fix;
  };
  for (auto const& row : {
           Row{"same_name", "arn:aws:states:::s3:putObject", "aws-sdk:s3:putObject"},
           Row{"hyphen", "arn:aws:states:::timestream-write:writeRecords",
               "aws-sdk:timestreamwrite:writeRecords"},
           Row{"name_of_the_endpoint", "arn:aws:states:::logs:putLogEvents",
               "aws-sdk:cloudwatchlogs:putLogEvents"},
           Row{"under_aws_sdk", "arn:aws:states:::aws-sdk:cognito-idp:adminGetUser",
               "aws-sdk:cognitoidentityprovider"},
       }) {
    SCOPED_TRACE(row.name);
    auto const findings = lint(testing::machine(fmt::format(
        R"("S": {{"Type": "Task", "End": true, "TimeoutSeconds": 9, "Parameters": {{}},
                  "Resource": "{}"}})",
        row.resource)));
    ASSERT_EQ(findings.size(), 1U);
    EXPECT_THAT(findings[0].message, ::testing::HasSubstr(row.fix));
    EXPECT_EQ(findings[0].level, Level::kWarning);
  }
}

TEST(Resources, StrictAwsMakesItAnError) {
  auto const findings = lint(testing::machine(R"("S": {"Type": "Task", "End": true,
      "TimeoutSeconds": 9, "Parameters": {}, "Resource": "arn:aws:states:::s3:putObject"})"),
                             {.strict_aws = true});
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].code, "unknown-resource");
  EXPECT_EQ(findings[0].level, Level::kError);
}

TEST(Resources, InputAsRequest) {
  expect_places("input-as-request",
                {
                    {"without_parameters",
                     R"("S": {"Type": "Task", "End": true,
                              "Resource": "arn:aws:states:::events:putEvents"})",
                     {"/States/S"}},
                    {"with_parameters",
                     R"("S": {"Type": "Task", "End": true, "Parameters": {"Entries.$": "$.e"},
                              "Resource": "arn:aws:states:::events:putEvents"})",
                     {}},
                    {"function", R"("S": {"Type": "Task", "Resource": FN, "End": true})", {}},
                });
}

TEST(Express, Unsupported) {
  std::vector<testing::Case> const cases = {
      {"activity",
       R"("S": {"Type": "Task", "End": true,
                "Resource": "arn:aws:states:us-east-1:123456789012:activity:pack"})",
       {"/States/S/Resource"}},
      {"job",
       R"("S": {"Type": "Task", "End": true, "Parameters": {"JobName": "j"},
                "Resource": "arn:aws:states:::glue:startJobRun.sync"})",
       {"/States/S/Resource"}},
      {"callback",
       R"("S": {"Type": "Task", "End": true, "Parameters": {"QueueUrl": "q", "MessageBody": "m"},
                "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken"})",
       {"/States/S/Resource"}},
      {"distributed_map",
       R"("S": {"Type": "Map", "End": true, "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"},
            "StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}})",
       {"/States/S/ItemProcessor/ProcessorConfig/Mode"}},
      {"call", R"("S": {"Type": "Task", "Resource": FN, "End": true})", {}},
  };
  expect_places("express-unsupported", cases, {.type = asl::MachineType::kExpress});
  for (auto const& row : cases)
    EXPECT_TRUE(testing::summaries(testing::machine(row.states), "express-unsupported").empty())
        << row.name;
}

TEST(Express, Repeats) {
  std::vector<testing::Case> const cases = {
      {"retried_effect",
       R"("S": {"Type": "Task", "Resource": FN, "End": true,
                "Retry": [{"ErrorEquals": ["States.ALL"]}]})",
       {"/States/S/Retry"}},
      {"retried_read",
       R"("S": {"Type": "Task", "Resource": "arn:aws:states:::dynamodb:getItem", "End": true,
                "Parameters": {"TableName": "t", "Key": {}}, "Retry": [{"ErrorEquals": ["States.ALL"]}]})",
       {}},
      {"not_retried", R"("S": {"Type": "Task", "Resource": FN, "End": true})", {}},
  };
  expect_places("express-repeats", cases, {.type = asl::MachineType::kExpress});
}

}  // namespace
}  // namespace treadle::lint
