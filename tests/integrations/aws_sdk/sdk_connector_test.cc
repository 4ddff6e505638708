// Names and causes of errors, as recorded.

#include "treadle/integrations/aws_sdk/sdk_connector.h"

#include <string>

#include <gtest/gtest.h>

#include "tests/integrations/calls.h"
#include "tests/integrations/fake_service_caller.h"

namespace treadle::integrations::aws_sdk {
namespace {

using testing::error_of;
using testing::FakeServiceCaller;
using Kind = CallProblem::Kind;

auto sdk_call(std::string_view service, std::string_view action, std::string parameters = "{}")
    -> TaskCall {
  auto resource = std::make_shared<asl::Resource>(*testing::service_resource(service, action));
  resource->is_aws_sdk = true;
  resource->history_resource_type = "aws-sdk:" + resource->service;
  return testing::make_call(resource, std::move(parameters));
}

auto result(FakeServiceCaller& caller, TaskCall call) -> CallResult {
  SdkConnector connector(caller);
  return testing::result_of(connector, std::move(call));
}

TEST(SdkConnector, PassesTheCallOn) {
  FakeServiceCaller caller;
  caller.answers(R"({"Item":{"id":{"S":"1"}}})");
  auto call = sdk_call("dynamodb", "getItem", R"({"TableName":"t"})");
  call.trace_header = "Root=1-2-3";
  call.role_arn = "arn:role";
  EXPECT_EQ(result(caller, std::move(call)),
            CallResult(CallSucceeded{R"({"Item":{"id":{"S":"1"}}})"}));
  auto const& sent = caller.calls.at(0);
  EXPECT_EQ(sent.service + ":" + sent.action, "dynamodb:getItem");
  EXPECT_EQ(sent.parameters, R"({"TableName":"t"})");
  EXPECT_EQ(sent.region, "us-east-1");
  EXPECT_EQ(sent.role_arn, "arn:role");
  EXPECT_EQ(sent.idempotency_token, "key-4");
  EXPECT_EQ(sent.headers.find("Treadle-Idempotency-Key"), "key-4");
  EXPECT_EQ(sent.headers.find("X-Amzn-Trace-Id"), "Root=1-2-3");
}

TEST(SdkConnector, ErrorsOfServices) {
  struct Case {
    char const* service;
    ServiceError error;
    std::uint32_t attempts;
    Error shown;
  };
  Case const cases[] = {
      {"DynamoDB",
       {.code = "ResourceNotFoundException",
        .message = "Requested resource not found",
        .status = 400,
        .request_id = "R",
        .is_modelled = true},
       1,
       {"DynamoDb.ResourceNotFoundException",
        "Requested resource not found (Service: DynamoDb, Status Code: 400, Request ID: R)"}},
      {"S3",
       {.code = "NoSuchKey",
        .message = "The specified key does not exist.",
        .status = 404,
        .request_id = "R",
        .extended_request_id = "X",
        .is_modelled = true},
       1,
       {"S3.NoSuchKeyException",
        "The specified key does not exist. (Service: S3, Status Code: 404, Request ID: R, Extended "
        "Request ID: X)"}},
      {"Secrets Manager",
       {.code = "ValidationException",
        .message = "Invalid name.",
        .status = 400,
        .request_id = "R"},
       1,
       {"SecretsManager.SecretsManagerException",
        "Invalid name. (Service: SecretsManager, Status Code: 400, Request ID: R)"}},
      {"SFN",
       {.code = "InvalidToken",
        .message = "Invalid Token: 'Invalid token'",
        .status = 400,
        .request_id = "R",
        .is_modelled = true},
       2,
       {"Sfn.InvalidTokenException",
        "Invalid Token: 'Invalid token' (Service: Sfn, Status Code: 400, Request ID: R) (SDK "
        "Attempt Count: 2)"}},
      {"S3",
       {.code = "503", .status = 503},
       3,
       {"S3.S3Exception", "null (Service: S3, Status Code: 503, Request ID: null)"}},
  };
  for (auto const& c : cases) {
    FakeServiceCaller caller;
    caller.refuses(c.service, c.error, c.attempts);
    auto const shown = result(caller, sdk_call("x", "y"));
    EXPECT_EQ(error_of(shown), c.shown);
    EXPECT_EQ(std::get<CallFailed>(shown).stage, CallStage::kRun);
  }
}

TEST(SdkConnector, ProblemsOfTheClient) {
  struct Case {
    Kind kind;
    std::uint32_t attempts;
    CallStage stage;
    Error shown;
  };
  Case const cases[] = {
      {Kind::kNotSent,
       3,
       CallStage::kStart,
       {"S3.SdkClientException", "Unable to execute HTTP request: m"}},
      {Kind::kNotSent, 0, CallStage::kStart, {"S3.SdkClientException", "m"}},
      {Kind::kLost,
       1,
       CallStage::kRun,
       {"S3.SdkClientException", "Unable to execute HTTP request: m"}},
      {Kind::kTimeout,
       1,
       CallStage::kRun,
       {"S3.SdkClientException", "Unable to execute HTTP request: Read timed out: m"}},
      {Kind::kUnknown, 0, CallStage::kStart, {"States.Runtime", "m"}},
      {Kind::kTooLarge,
       1,
       CallStage::kRun,
       {"States.DataLimitExceeded",
        "The state/task 'aws-sdk:s3' returned a result with a size exceeding the maximum number of "
        "bytes service limit."}},
  };
  for (auto const& c : cases) {
    FakeServiceCaller caller;
    caller.fails(c.kind, "m", c.attempts);
    auto const shown = result(caller, sdk_call("s3", "getObject"));
    EXPECT_EQ(error_of(shown), c.shown);
    EXPECT_EQ(std::get<CallFailed>(shown).stage, c.stage) << c.shown.cause;
  }
}

TEST(SdkConnector, AnswersThatNobodyCanRead) {
  FakeServiceCaller caller;
  caller.refuses("S3", {.message = "no XML", .status = 200});
  EXPECT_EQ(error_of(result(caller, sdk_call("s3", "getObject"))),
            (Error{"S3.SdkClientException",
                   "Unable to unmarshall response (no XML). Response Code: 200"}));
}

TEST(SdkConnector, ParametersThatDoNotFit) {
  FakeServiceCaller caller;
  CallProblem problem;
  problem.kind = Kind::kParameters;
  problem.sentences = {"The field 'TableName' is required but was missing",
                       "The field 'X' is not supported by Step Functions"};
  caller.result = std::unexpected(problem);
  auto const shown = result(caller, sdk_call("dynamodb", "getItem", R"({"X":1})"));
  EXPECT_EQ(error_of(shown),
            (Error{"States.Runtime",
                   "The Parameters '{\"X\":1}' could not be used to start the Task: [The field "
                   "'TableName' is required but was missing, The field 'X' is not supported by "
                   "Step Functions]"}));
  EXPECT_EQ(std::get<CallFailed>(shown).stage, CallStage::kStart);
}

}  // namespace
}  // namespace treadle::integrations::aws_sdk
