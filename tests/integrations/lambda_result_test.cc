#include "treadle/integrations/lambda_result.h"

#include <string>

#include <gtest/gtest.h>

#include "tests/integrations/calls.h"

namespace treadle::integrations {
namespace {

using testing::error_of;
using testing::output_of;

auto response(int status, std::string body, net::Headers headers = {}) -> LambdaResponse {
  return {status, std::move(headers), std::move(body)};
}

auto arn_result(LambdaResponse const& answer) -> CallResult {
  auto const call = testing::arn_call("f", "{}");
  return to_call_result(call, *make_lambda_request(call), answer);
}

auto invoke_result(LambdaResponse const& answer, std::string parameters = R"({"FunctionName":"f"})")
    -> CallResult {
  auto const call = testing::invoke_call(std::move(parameters));
  return to_call_result(call, *make_lambda_request(call), answer);
}

auto function_error(std::string payload) -> LambdaResponse {
  return response(200, std::move(payload), {{"X-Amz-Function-Error", "Unhandled"}});
}

TEST(LambdaResult, AFunctionArnGivesThePayloadToTheCharacter) {
  for (auto const* payload :
       {"0", "0.0", "\"HelloWorld!\"", "[[1, 2, 3],  [4]]", R"({ "a" : "\u00e9" })", "null"})
    EXPECT_EQ(output_of(arn_result(response(200, payload))), payload);
}

TEST(LambdaResult, LambdaInvokeGivesPayloadAndMetadata) {
  auto const answer = response(200, R"({ "a": 0.0 })",
                               {{"Date", "d"},
                                {"x-amzn-RequestId", "r-1"},
                                {"X-Amz-Executed-Version", "$LATEST"},
                                {"connection", "keep-alive"},
                                {"Set-Cookie", "a"},
                                {"set-cookie", "b"}});
  EXPECT_EQ(
      output_of(invoke_result(answer)),
      R"({"ExecutedVersion":"$LATEST","Payload":{"a":0.0},"SdkHttpMetadata":{"AllHttpHeaders":{)"
      R"("Date":["d"],"x-amzn-RequestId":["r-1"],"X-Amz-Executed-Version":["$LATEST"],)"
      R"("connection":["keep-alive"],"Set-Cookie":["a","b"]},"HttpHeaders":{"connection":"keep-alive",)"
      R"("Date":"d","Set-Cookie":"a","X-Amz-Executed-Version":"$LATEST","x-amzn-RequestId":"r-1"},)"
      R"("HttpStatusCode":200},"SdkResponseMetadata":{"RequestId":"r-1"},"StatusCode":200})");
}

TEST(LambdaResult, TheLogIsShownWhereItWasAskedFor) {
  auto const tail = R"({"FunctionName":"f","LogType":"Tail"})";
  auto const with_log = response(200, "1", {{"X-Amz-Log-Result", "bG9n"}});
  EXPECT_TRUE(
      output_of(invoke_result(with_log, tail)).starts_with(R"({"LogResult":"bG9n","Payload":1,)"));
  EXPECT_TRUE(output_of(invoke_result(with_log)).starts_with(R"({"Payload":1,)"));
  EXPECT_TRUE(output_of(invoke_result(response(200, "1"), tail))
                  .starts_with(R"({"LogResult":"","Payload":1,)"));
}

TEST(LambdaResult, AnEventCallHasNoPayload) {
  EXPECT_TRUE(output_of(invoke_result(response(202, ""))).starts_with(R"({"Payload":"",)"));
}

TEST(LambdaResult, FunctionErrorsKeepTheirTypeAndPayload) {
  auto const payload =
      R"({"errorMessage": "no", "errorType": "ValidationError", "stackTrace": []})";
  EXPECT_EQ(error_of(arn_result(function_error(payload))), (Error{"ValidationError", payload}));
  EXPECT_EQ(error_of(invoke_result(function_error(payload))),
            (Error{"ValidationError",
                   R"({"errorMessage":"no","errorType":"ValidationError","stackTrace":[]})"}));
}

TEST(LambdaResult, AFunctionErrorWithoutATypeIsUnknown) {
  for (auto const* payload :
       {R"({"errorMessage": "Task timed out"})", R"({"errorType": 7})", "text", "[]"})
    EXPECT_EQ(error_of(arn_result(function_error(payload))),
              (Error{"Lambda.Unknown",
                     "The cause could not be determined because Lambda did not return an error "
                     "type. Returned payload: " +
                         std::string(payload)}));
}

TEST(LambdaResult, ErrorTextsAreCut) {
  auto const long_type = std::string(300, 'T');
  auto const message = std::string(40'000, 'm');
  auto const error = error_of(arn_result(
      function_error(R"({"errorType":")" + long_type + R"(","errorMessage":")" + message + "\"}")));
  EXPECT_EQ(error.name, long_type.substr(0, 256));
  EXPECT_EQ(error.cause.size(), 32'768U);
  EXPECT_EQ(truncated("a\u00e9\u00e9b", 2), "a\u00e9");
  EXPECT_EQ(truncated("a\u00e9", 3), "a\u00e9");
}

TEST(LambdaResult, ServiceErrors) {
  struct Case {
    char const* name;
    LambdaResponse answer;
    char const* error;
    char const* cause;
  };
  Case const cases[] = {
      {"not_found",
       response(404, R"({"Type":"User","Message":"Function not found: arn:x:$LATEST"})",
                {{"x-amzn-ErrorType", "ResourceNotFoundException"}, {"x-amzn-RequestId", "r-1"}}),
       "Lambda.ResourceNotFoundException",
       "Function not found: arn:x:$LATEST (Service: AWSLambda; Status Code: 404; Error Code: "
       "ResourceNotFoundException; Request ID: r-1; Proxy: null)"},
      {"throttled_with_an_address",
       response(429, R"({"message":"Rate Exceeded."})",
                {{"x-amzn-errortype", "TooManyRequestsException:http://internal.amazon.com/"}}),
       "Lambda.TooManyRequestsException",
       "Rate Exceeded. (Service: AWSLambda; Status Code: 429; Error Code: "
       "TooManyRequestsException; Request ID: "
       "null; Proxy: null)"},
      {"throttled_without_a_code", response(429, ""), "Lambda.TooManyRequestsException",
       "null (Service: AWSLambda; Status Code: 429; Error Code: TooManyRequestsException; Request "
       "ID: null; Proxy: "
       "null)"},
      {"code_in_the_body",
       response(500, R"({"__type":"com.amazonaws.lambda#ServiceException","message":"oops"})"),
       "Lambda.ServiceException",
       "oops (Service: AWSLambda; Status Code: 500; Error Code: ServiceException; Request ID: "
       "null; Proxy: null)"},
      {"unknown_to_the_model",
       response(403, R"({"message":"not authorized"})",
                {{"x-amzn-ErrorType", "AccessDeniedException"}}),
       "Lambda.AWSLambdaException",
       "not authorized (Service: AWSLambda; Status Code: 403; Error Code: AccessDeniedException; "
       "Request ID: null; "
       "Proxy: null)"},
      {"a_proxy_in_between", response(502, "<html>bad gateway</html>"), "Lambda.AWSLambdaException",
       "null (Service: AWSLambda; Status Code: 502; Error Code: null; Request ID: null; Proxy: "
       "null)"},
  };
  for (auto const& c : cases) {
    EXPECT_EQ(error_of(arn_result(c.answer)), (Error{c.error, c.cause})) << c.name;
    EXPECT_EQ(error_of(invoke_result(c.answer)), (Error{c.error, c.cause})) << c.name;
  }
}

TEST(LambdaResult, ResultsOverTheLimit) {
  auto const large = response(200, std::string(262'145, 'a'));
  EXPECT_EQ(error_of(invoke_result(large)),
            (Error{"States.DataLimitExceeded",
                   "The state/task 'lambda' returned a result with a size exceeding the "
                   "maximum number of bytes service limit."}));
  EXPECT_EQ(error_of(arn_result(large)),
            (Error{"States.DataLimitExceeded",
                   "The state/task 'arn:aws:lambda:us-east-1:123456789012:function:f' returned a "
                   "result with a size "
                   "exceeding the maximum number of bytes service limit."}));
  auto const fits = '"' + std::string(262'142, 'a') + '"';
  EXPECT_EQ(output_of(arn_result(response(200, fits))), fits);
  EXPECT_EQ(error_of(invoke_result(response(200, fits))).name,
            "States.DataLimitExceeded");  // with its metadata
}

TEST(LambdaResult, WhatIsNoJsonFails) {
  Error const expected{"Lambda.Unknown",
                       "The function's response is not valid JSON. Returned payload: oops"};
  EXPECT_EQ(error_of(arn_result(response(200, "oops"))), expected);
  EXPECT_EQ(error_of(invoke_result(response(200, "oops"))), expected);
}

}  // namespace
}  // namespace treadle::integrations
