#include "treadle/asl/resource.h"

#include <gtest/gtest.h>

#include "tests/asl/definitions.h"

namespace treadle::asl::testing {
namespace {

struct ServiceCase {
  char const* text;
  ResourceVerdict verdict;
  char const* service;
  char const* action;
  Pattern pattern;
  char const* history_type;
  char const* history_resource;
};

constexpr auto kSupported = ResourceVerdict::kSupported;
constexpr auto kLenient = ResourceVerdict::kLenient;

ServiceCase const kServices[] = {
    {"arn:aws:states:::lambda:invoke", kSupported, "lambda", "invoke", Pattern::kRequestResponse,
     "lambda", "invoke"},
    {"arn:aws-cn:states:::sqs:sendMessage.waitForTaskToken", kSupported, "sqs", "sendMessage",
     Pattern::kWaitForTaskToken, "sqs", "sendMessage.waitForTaskToken"},
    {"arn:aws:states:::states:startExecution.sync", kSupported, "states", "startExecution",
     Pattern::kSync, "states", "startExecution.sync"},
    {"arn:aws:states:::states:startExecution.sync:2", kSupported, "states", "startExecution",
     Pattern::kSync2, "states", "startExecution.sync:2"},
    {"arn:aws:states:::aws-sdk:dynamodb:putItem", kSupported, "dynamodb", "putItem",
     Pattern::kRequestResponse, "aws-sdk:dynamodb", "putItem"},
    {"arn:aws:states:us-east-1:123456789012:aws-sdk:s3:getObject.waitForTaskToken", kSupported,
     "s3", "getObject", Pattern::kWaitForTaskToken, "aws-sdk:s3", "getObject.waitForTaskToken"},
    {"arn:aws:states:::s3:putObject", kLenient, "s3", "putObject", Pattern::kRequestResponse, "s3",
     "putObject"},
    {"arn:aws:swf:us-east-1:123456789012:task:x", kLenient, "swf", "task:x",
     Pattern::kRequestResponse, "swf", "task:x"},
    {"arn:aws:states:::treadle:approval.waitForTaskToken", ResourceVerdict::kExtension, "treadle",
     "approval", Pattern::kWaitForTaskToken, "treadle", "approval.waitForTaskToken"},
};

TEST(Resource, Services) {
  for (auto const& c : kServices) {
    auto const [resource, verdict] = parse_resource(c.text);
    EXPECT_EQ(verdict, c.verdict) << c.text;
    EXPECT_EQ(resource.kind, ResourceKind::kService) << c.text;
    EXPECT_EQ(resource.text, c.text);
    EXPECT_EQ(resource.service, c.service) << c.text;
    EXPECT_EQ(resource.action, c.action) << c.text;
    EXPECT_EQ(resource.pattern, c.pattern) << c.text;
    EXPECT_EQ(resource.history_resource_type, c.history_type) << c.text;
    EXPECT_EQ(resource.history_resource, c.history_resource) << c.text;
    EXPECT_EQ(resource.is_aws_sdk, resource.history_resource_type.starts_with("aws-sdk:"))
        << c.text;
  }
}

TEST(Resource, FunctionsAndActivities) {
  struct {
    char const* text;
    ResourceKind kind;
  } const cases[] = {
      {"arn:aws:lambda:us-east-1:123456789012:function:f", ResourceKind::kLambdaFunction},
      {"arn:aws-us-gov:lambda:us-gov-west-1:123456789012:function:f:live",
       ResourceKind::kLambdaFunction},
      {"arn:aws:states:us-east-1:123456789012:activity:a", ResourceKind::kActivity},
  };
  for (auto const& c : cases) {
    auto const [resource, verdict] = parse_resource(c.text);
    EXPECT_EQ(verdict, kSupported) << c.text;
    EXPECT_EQ(resource.kind, c.kind) << c.text;
  }
}

TEST(Resource, Refused) {
  char const* const texts[] = {
      "",
      "f",
      "${FunctionArn}",
      "arn:aws:lambda",
      "arn:aws:lambda:us-east-1:123456789012:function:",
      "arn:aws:lambda:us-east-1:123456789012:layer:l",
      "arn:aws:states:us-east-1:123456789012:activity:",
      "arn:aws:states:us-east-1:123456789012:stateMachine:m",
      "arn:aws:states:::lambda",
      "arn:aws:states:::lambda:Invoke",
      "arn:aws:states:::lambda:invoke.sync",
      "arn:aws:states:::lambda:invoke.later",
      "arn:aws:states:::dynamodb:query",
      "arn:aws:states:::sqs:sendMessage.sync:2",
      "arn:aws:states:::s3:putObject.sync",
      "arn:aws:states:::treadle:approval",
      "arn:aws:states:::treadle:approve.waitForTaskToken",
      "arn:aws:states:::aws-sdk:dynamodb",
      "arn:aws:states:::aws-sdk:batch:submitJob.sync",
      "arn:aws:states:::lambda:invoke now",
  };
  for (auto const* text : texts)
    EXPECT_EQ(parse_resource(text).verdict, ResourceVerdict::kRefused) << text;
}

auto task(std::string_view resource) -> std::string {
  return machine_of(fmt::format(R"("Type": "Task", "End": true, "Resource": "{}")", resource));
}

TEST(Resource, WhatAwsLacksIsAWarningOrStrictlyAnError) {
  auto const text = task("arn:aws:states:::s3:putObject");
  EXPECT_EQ(summaries(text), std::vector<std::string>{"?INVALID_RESOURCE at /States/S/Resource"});
  EXPECT_NE(parse_definition(text).definition, nullptr);
  EXPECT_EQ(
      messages(text, {.type = MachineType::kStandard, .strict_aws = true}),
      std::vector<std::string>{
          "/States/S/Resource: The resource provided arn:aws:states:::s3:putObject is not "
          "recognized. The "
          "value is not a valid resource ARN, or the resource is not available in this region."});
}

TEST(Resource, OursIsSaidToBeOursAndStrictlyRefused) {
  auto const text = task("arn:aws:states:::treadle:approval.waitForTaskToken");
  EXPECT_EQ(messages(text),
            std::vector<std::string>{"INVALID_RESOURCE /States/S/Resource: "
                                     "arn:aws:states:::treadle:approval.waitForTaskToken is an "
                                     "extension of treadle's: AWS does not recognize it"});
  EXPECT_NE(parse_definition(text).definition, nullptr);
  EXPECT_EQ(summaries(text, {.type = MachineType::kStandard, .strict_aws = true}),
            std::vector<std::string>{"SCHEMA_VALIDATION_FAILED at /States/S/Resource"});
  EXPECT_EQ(parse_definition(text, {.type = MachineType::kExpress, .strict_aws = false}).definition,
            nullptr)
      << "Express workflows wait for no tokens";
}

TEST(Resource, WhatIsNoArn) {
  EXPECT_EQ(messages(task("${Function}")),
            std::vector<std::string>{"/States/S/Resource: Value is not a valid resource ARN"});
}

TEST(Resource, ParametersThatACallNeeds) {
  struct {
    char const* resource;
    char const* parameters;
    std::vector<std::string> messages;
  } const cases[] = {
      {"lambda:invoke", R"({"FunctionName.$": "$.f"})", {}},
      {"lambda:invoke.waitForTaskToken",
       R"({"Payload": 1})",
       {"/States/S/Parameters: The field 'FunctionName' is required but was missing"}},
      {"dynamodb:putItem",
       "{}",
       {"/States/S/Parameters: The field 'Item' is required but was missing",
        "/States/S/Parameters: The field 'TableName' is required but was missing"}},
      {"aws-sdk:dynamodb:putItem", "{}", {}},
      {"http:invoke",
       R"({"ApiEndpoint": "https://a", "Method": "GET", "Headers":
           {"Accept": "a", "Range": "b", "Authorization": "c", "X-AMZN-Any.$": "$.d"}})",
       {"/States/S/Parameters: The 'Headers' field contains unsupported values: [authorization, "
        "x-amzn-any]"}},
      {"apigateway:invoke",
       R"({"ApiEndpoint": "a", "Method": "GET", "Headers": {"X-Forwarded": ["b"], "Accept": ["c"]}})",
       {"/States/S/Parameters: The 'Headers' field contains unsupported values: [x-forwarded]"}},
      {"apigateway:invoke",
       R"({"ApiEndpoint": "a", "Method": "GET", "Headers.$": "$.headers"})",
       {}},
  };
  for (auto const& c : cases) {
    auto const text = machine_of(fmt::format(
        R"("Type": "Task", "End": true, "Resource": "arn:aws:states:::{}", "Parameters": {})",
        c.resource, c.parameters));
    EXPECT_EQ(messages(text), c.messages) << c.resource << " " << c.parameters;
  }
  EXPECT_TRUE(messages(task("arn:aws:states:::sqs:sendMessage")).empty());
}

TEST(ExpressRules, Tasks) {
  struct {
    char const* resource;
    std::vector<std::string> messages;
  } const cases[] = {
      {"arn:aws:states:::sqs:sendMessage", {}},
      {"arn:aws:states:::sqs:sendMessage.waitForTaskToken",
       {"/States/S/Resource: Express state machine does not support '.waitForTaskToken' service "
        "integration "}},
      {"arn:aws:states:::batch:submitJob.sync",
       {"/States/S/Resource: Express state machine does not support '.sync' service integration "}},
      {"arn:aws:states:us-east-1:123456789012:activity:a",
       {"/States/S/Resource: Express state machine does not support Activity ARN"}},
  };
  for (auto const& c : cases) {
    EXPECT_EQ(messages(task(c.resource), {.type = MachineType::kExpress, .strict_aws = false}),
              c.messages)
        << c.resource;
    EXPECT_TRUE(messages(task(c.resource)).empty()) << c.resource;
  }
}

// The children of a Distributed Map are executions of their own type.
TEST(ExpressRules, ChildrenOfADistributedMap) {
  auto const map = [](std::string_view type) {
    return machine_of(fmt::format(R"("Type": "Map", "End": true, "ItemProcessor": {{
        "ProcessorConfig": {{"Mode": "DISTRIBUTED", "ExecutionType": "{}"}}, "StartAt": "T", "States": {{
        "T": {{"Type": "Task", "Resource": "arn:aws:states:::ecs:runTask.sync", "End": true}}}}}})",
                                  type));
  };
  EXPECT_TRUE(messages(map("STANDARD")).empty());
  EXPECT_EQ(summaries(map("EXPRESS")),
            std::vector<std::string>{
                "SCHEMA_VALIDATION_FAILED at /States/S/ItemProcessor/States/T/Resource"});
  EXPECT_EQ(summaries(map("STANDARD"), {.type = MachineType::kExpress, .strict_aws = false}),
            std::vector<std::string>{
                "SCHEMA_VALIDATION_FAILED at /States/S/ItemProcessor/ProcessorConfig/Mode"});
}

}  // namespace
}  // namespace treadle::asl::testing
