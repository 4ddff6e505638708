#include "treadle/integrations/lambda_message.h"

#include <gtest/gtest.h>

#include "tests/integrations/calls.h"

namespace treadle::integrations {
namespace {

TEST(LambdaRequest, AFunctionArnGetsTheWholeInputAsItIs) {
  auto const request = make_lambda_request(testing::arn_call("f", R"({ "a" : 1.0 })"));
  ASSERT_TRUE(request);
  EXPECT_EQ(request->function, "arn:aws:lambda:us-east-1:123456789012:function:f");
  EXPECT_EQ(request->payload, R"({ "a" : 1.0 })");
  EXPECT_EQ(request->idempotency_key, "key-4");
}

TEST(LambdaRequest, LambdaInvokeSaysWhatItWants) {
  auto const request = make_lambda_request(testing::invoke_call(
      R"({"FunctionName":"f:PROD","Payload":{"a":[1.0, "x"]},"Qualifier":"7","InvocationType":"Event",)"
      R"("LogType":"Tail","ClientContext":"e30="})"));
  ASSERT_TRUE(request);
  EXPECT_EQ(request->function, "f:PROD");
  EXPECT_EQ(request->payload, R"({"a":[1.0,"x"]})");
  EXPECT_EQ(request->qualifier, "7");
  EXPECT_EQ(request->invocation_type, "Event");
  EXPECT_EQ(request->log_type, "Tail");
  EXPECT_EQ(request->client_context, "e30=");
}

TEST(LambdaRequest, APayloadThatIsAbsentOrNullIsAnEmptyObject) {
  for (auto const* parameters :
       {R"({"FunctionName":"f"})", R"({"FunctionName":"f","Payload":null})"})
    EXPECT_EQ(make_lambda_request(testing::invoke_call(parameters))->payload, "{}");
}

TEST(LambdaRequest, NeedsAFunctionName) {
  for (auto const* parameters : {R"({"Payload":1})", R"({"FunctionName":3})", "[]"}) {
    auto const request = make_lambda_request(testing::invoke_call(parameters));
    ASSERT_FALSE(request) << parameters;
    EXPECT_EQ(request.error().name, "States.Runtime");
    EXPECT_EQ(request.error().cause,
              "The Parameters '" + std::string(parameters) +
                  "' could not be used to start the Task: [The field 'FunctionName' is "
                  "required but was missing]");
  }
}

TEST(FunctionName, IsTakenApart) {
  struct Case {
    char const* function;
    char const* name;
    char const* qualifier;
  };
  Case const cases[] = {
      {"f", "f", ""},
      {"f:PROD", "f", "PROD"},
      {"123456789012:function:f", "f", ""},
      {"arn:aws:lambda:us-east-1:123456789012:function:f", "f", ""},
      {"arn:aws:lambda:us-east-1:123456789012:function:f:7", "f", "7"},
      {"arn:aws-cn:lambda:cn-north-1:123456789012:function:f:$LATEST", "f", "$LATEST"},
  };
  for (auto const& c : cases) {
    EXPECT_EQ(short_function_name(c.function), c.name) << c.function;
    EXPECT_EQ(qualifier_of(c.function), c.qualifier) << c.function;
  }
}

}  // namespace
}  // namespace treadle::integrations
