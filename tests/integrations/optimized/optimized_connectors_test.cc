// The optimized integrations that are a call of an API: what they send, give and say, as recorded.

#include <memory>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integrations/calls.h"
#include "tests/integrations/fake_service_caller.h"
#include "treadle/integrations/optimized/dynamodb.h"
#include "treadle/integrations/optimized/event_bridge.h"
#include "treadle/integrations/optimized/generic.h"
#include "treadle/integrations/optimized/sns.h"
#include "treadle/integrations/optimized/sqs.h"

namespace treadle::integrations::optimized {
namespace {

using testing::error_of;
using testing::FakeServiceCaller;
using ::testing::HasSubstr;
using testing::output_of;
using ::testing::StartsWith;

template <typename ConnectorType>
auto result(FakeServiceCaller& caller, std::string_view service, std::string_view action,
            std::string parameters) -> CallResult {
  ConnectorType connector(caller);
  auto call = testing::make_call(testing::service_resource(service, action), std::move(parameters));
  call.execution_arn = "arn:aws:states:us-east-1:123456789012:execution:m:run";
  return testing::result_of(connector, std::move(call));
}

auto generic(FakeServiceCaller& caller, std::string_view service, std::string_view action,
             std::string parameters) -> CallResult {
  GenericConnector connector(*find_optimized_service(service), caller);
  return testing::result_of(
      connector,
      testing::make_call(testing::service_resource(service, action), std::move(parameters)));
}

TEST(DynamoDbConnector, OutputWithMetadata) {
  FakeServiceCaller caller;
  caller.answers(R"({"Zeta":1,"Item":{"id":{"S":"1"}}})",
                 {{"Server", "Server"}, {"Content-Length", "2"}}, "ID");
  auto const shown =
      result<DynamoDbConnector>(caller, "dynamodb", "getItem", R"({"TableName":"t","Key":{}})");
  EXPECT_EQ(output_of(shown),
            R"({"Item":{"id":{"S":"1"}},"SdkHttpMetadata":{"AllHttpHeaders":{"Server":["Server"],)"
            R"("Content-Length":["2"]},"HttpHeaders":{"Content-Length":"2","Server":"Server"},)"
            R"("HttpStatusCode":200},"SdkResponseMetadata":{"RequestId":"ID"},"Zeta":1})");
  EXPECT_EQ(caller.calls.at(0).service, "dynamodb");
}

TEST(DynamoDbConnector, Errors) {
  FakeServiceCaller caller;
  caller.refuses("DynamoDB", {.code = "ResourceNotFoundException",
                              .message = "Requested resource not found",
                              .status = 400,
                              .request_id = "R",
                              .is_modelled = true});
  auto const call = [&] {
    return error_of(
        result<DynamoDbConnector>(caller, "dynamodb", "putItem", R"({"TableName":"t","Item":{}})"));
  };
  EXPECT_EQ(call(), (Error{"DynamoDB.ResourceNotFoundException",
                           "Requested resource not found (Service: AmazonDynamoDBv2; Status Code: "
                           "400; Error Code: ResourceNotFoundException; Request ID: R; Proxy: "
                           "null)"}));
  caller.refuses("DynamoDB", {.code = "ValidationException", .message = "m", .status = 400});
  EXPECT_EQ(call(), (Error{"DynamoDB.AmazonDynamoDBException",
                           "m (Service: AmazonDynamoDBv2; Status Code: 400; Error Code: "
                           "ValidationException; Request ID: null; Proxy: null)"}));
  caller.fails(aws_sdk::CallProblem::Kind::kLost, "m");
  EXPECT_EQ(call(), (Error{"DynamoDB.SdkClientException", "Unable to execute HTTP request: m"}));
}

TEST(DynamoDbConnector, NullParameters) {
  FakeServiceCaller caller;
  auto const error = error_of(
      result<DynamoDbConnector>(caller, "dynamodb", "putItem", R"({"TableName":"t","Item":null})"));
  EXPECT_EQ(error.name, "DynamoDB.AmazonDynamoDBException");
  EXPECT_THAT(error.cause,
              StartsWith("1 validation error detected: Value null at 'item' failed to satisfy "
                         "constraint: Member must not be null (Service: AmazonDynamoDBv2; Status "
                         "Code: 400; Error Code: ValidationException; Request ID: "));
  EXPECT_TRUE(caller.calls.empty());
}

TEST(SnsConnector, MessagesThatAreNoText) {
  struct Case {
    char const* message;
    char const* sent;
  };
  Case const cases[] = {
      {R"("hello")", R"("hello")"},
      {R"({"a": 1.0, "b": "\""})", R"("{\"a\":1.0,\"b\":\"\\\"\"}")"},
      {"true", R"("true")"},
      {"null", "null"},
  };
  for (auto const& c : cases) {
    FakeServiceCaller caller;
    result<SnsConnector>(caller, "sns", "publish",
                         R"({"TopicArn":"t","Message":)" + std::string(c.message) + "}");
    EXPECT_EQ(caller.calls.at(0).parameters,
              R"({"TopicArn":"t","Message":)" + std::string(c.sent) + "}");
  }
}

TEST(SnsConnector, ErrorCodesThatDifferFromNames) {
  FakeServiceCaller caller;
  caller.refuses("SNS", {.code = "NotFound",
                         .message = "Topic does not exist",
                         .status = 404,
                         .request_id = "R",
                         .is_modelled = true});
  EXPECT_EQ(error_of(result<SnsConnector>(caller, "sns", "publish", R"({"Message":"m"})")),
            (Error{"SNS.NotFoundException",
                   "Topic does not exist (Service: AmazonSNS; Status Code: 404; Error Code: "
                   "NotFound; Request ID: R; Proxy: null)"}));
}

TEST(SqsConnector, BodiesThatAreNoText) {
  FakeServiceCaller caller;
  caller.answers(R"({"MD5OfMessageBody":"x","MessageId":"y"})");
  auto const shown = result<SqsConnector>(caller, "sqs", "sendMessage",
                                          R"({"QueueUrl":"q","MessageBody":{"t":[1]}})");
  EXPECT_EQ(caller.calls.at(0).parameters, R"({"QueueUrl":"q","MessageBody":"{\"t\":[1]}"})");
  EXPECT_THAT(output_of(shown), StartsWith(R"({"MD5OfMessageBody":"x","MessageId":"y","Sdk)"));
}

TEST(EventBridgeConnector, EntriesGetTextAndResources) {
  FakeServiceCaller caller;
  caller.answers(R"({"Entries":[{"EventId":"e"}],"FailedEntryCount":0})");
  auto const shown = result<EventBridgeConnector>(
      caller, "events", "putEvents",
      R"({"Entries":[{"Detail":{"a":1},"Source":"s","Resources":["mine"]}]})");
  EXPECT_EQ(caller.calls.at(0).service, "eventbridge");
  EXPECT_EQ(caller.calls.at(0).parameters,
            R"({"Entries":[{"Detail":"{\"a\":1}","Source":"s","Resources":["mine",)"
            R"("arn:aws:states:us-east-1:123456789012:stateMachine:m",)"
            R"("arn:aws:states:us-east-1:123456789012:execution:m:run"]}]})");
  EXPECT_THAT(output_of(shown),
              StartsWith(R"({"Entries":[{"EventId":"e"}],"FailedEntryCount":0,)"));
}

TEST(EventBridgeConnector, ExpressExecutions) {
  FakeServiceCaller caller;
  EventBridgeConnector connector(caller);
  auto call =
      testing::make_call(testing::service_resource("events", "putEvents"), R"({"Entries":[{}]})");
  call.execution_arn = "arn:aws:states:us-east-1:123456789012:express:m:run:id";
  testing::result_of(connector, std::move(call));
  EXPECT_THAT(caller.calls.at(0).parameters,
              HasSubstr(R"("arn:aws:states:us-east-1:123456789012:stateMachine:m")"));
}

TEST(EventBridgeConnector, AnEntryThatWasRefused) {
  FakeServiceCaller caller;
  auto const answer = std::string(
      R"({"Entries":[{"ErrorCode":"MalformedDetail","ErrorMessage":"Detail is malformed."}],)"
      R"("FailedEntryCount":1})");
  caller.answers(answer);
  EXPECT_EQ(error_of(result<EventBridgeConnector>(caller, "events", "putEvents",
                                                  R"({"Entries":[{"Detail":"\"x\""}]})")),
            (Error{"EventBridge.FailedEntry", answer}));
}

TEST(GenericConnector, TheApisOwnActions) {
  FakeServiceCaller caller;
  caller.answers(R"({"ResultSet":{}})");
  EXPECT_THAT(
      output_of(generic(caller, "athena", "getQueryResults", R"({"QueryExecutionId":"q"})")),
      StartsWith(R"({"ResultSet":{},"SdkHttpMetadata":)"));
  EXPECT_EQ(caller.calls.at(0).service + ":" + caller.calls.at(0).action, "athena:getQueryResults");
  caller.refuses("Glue", {.code = "EntityNotFoundException",
                          .message = "m",
                          .status = 400,
                          .request_id = "R",
                          .is_modelled = true});
  EXPECT_EQ(error_of(generic(caller, "glue", "startJobRun", R"({"JobName":"j"})")).name,
            "Glue.EntityNotFoundException");
}

TEST(GenericConnector, ActionsUnderAnotherName) {
  FakeServiceCaller caller;
  caller.answers(R"({"StepIds":["s-1"]})");
  auto const shown =
      generic(caller, "elasticmapreduce", "addStep", R"({"ClusterId":"j-1","Step":{"Name":"n"}})");
  EXPECT_EQ(caller.calls.at(0).service + ":" + caller.calls.at(0).action, "emr:addJobFlowSteps");
  EXPECT_EQ(caller.calls.at(0).parameters, R"({"JobFlowId":"j-1","Steps":[{"Name":"n"}]})");
  EXPECT_THAT(output_of(shown), HasSubstr(R"("StepId":"s-1")"));
}

TEST(GenericConnector, WhatTheIntegrationAddsToAnswers) {
  FakeServiceCaller caller;
  caller.answers("{}");
  EXPECT_THAT(
      output_of(generic(caller, "emr-serverless", "stopApplication", R"({"ApplicationId":"a-1"})")),
      StartsWith(R"({"ApplicationId":"a-1","Sdk)"));
  caller.answers(R"({"Body":"{\"generations\":[1.0]}","ContentType":"application/json"})");
  EXPECT_THAT(output_of(generic(caller, "bedrock", "invokeModel", R"({"ModelId":"m","Body":{}})")),
              StartsWith(R"({"Body":{"generations":[1.0]},"ContentType":"application/json",)"));
  EXPECT_EQ(caller.calls.back().service, "bedrockruntime");
}

}  // namespace
}  // namespace treadle::integrations::optimized
