// What the binary knows of services without a folder of models, against Debian's.
#include "treadle/integrations/aws_sdk/core_models.h"

#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "treadle/integrations/aws_sdk/message.h"
#include "treadle/json/arena.h"
#include "treadle/json/parse.h"

namespace treadle::integrations::aws_sdk {
namespace {

using ::testing::HasSubstr;

constexpr auto kDebians = "/usr/lib/python3/dist-packages/botocore/data";

struct Case {
  char const* service;
  char const* action;
  char const* parameters;
};
Case const kCases[] = {
    {"dynamodb", "putItem", R"({"TableName":"t","Item":{"id":{"S":"1"},"l":{"L":[{"N":"2"}]}}})"},
    {"dynamodb", "getItem", R"({"TableName":"t","Key":{"id":{"S":"1"}}})"},
    {"dynamodb", "updateItem", R"({"TableName":"t","Key":{"id":{"S":"1"}}})"},
    {"dynamodb", "deleteItem", R"({"TableName":"t","Key":{"id":{"S":"1"}}})"},
    {"eventbridge", "putEvents", R"({"Entries":[{"Source":"s","Time":"2026-11-27T00:00:00Z"}]})"},
    {"lambda", "invoke", R"({"FunctionName":"f","Payload":{"a":1},"InvocationType":"Event"})"},
    {"s3", "getObject", R"({"Bucket":"b","Key":"a/b c","Range":"bytes=0-1"})"},
    {"s3", "putObject", R"({"Bucket":"b","Key":"k","Body":"x","Metadata":{"m":"1"}})"},
    {"sfn", "startExecution", R"({"StateMachineArn":"arn","Input":"{}"})"},
    {"sfn", "startSyncExecution", R"({"StateMachineArn":"arn"})"},
    {"sfn", "describeExecution", R"({"ExecutionArn":"arn"})"},
    {"sfn", "stopExecution", R"({"ExecutionArn":"arn","Cause":"c"})"},
    {"sns", "publish",
     R"({"TopicArn":"t","Message":"m","MessageAttributes":{"a":{"DataType":"String","StringValue":"v"}}})"},
    {"sqs", "sendMessage", R"({"QueueUrl":"https://q/1/n","MessageBody":"m","DelaySeconds":1})"},
    {"timestreamwrite", "writeRecords",
     R"({"DatabaseName":"d","TableName":"t","Records":[{"MeasureName":"m","MeasureValue":"1"}]})"},
};

auto request_of(ServiceModels& models, Case const& row) -> std::string {
  auto const model = models.find(row.service);
  if (!model) return model.error();
  auto const* const operation = (*model)->find_operation(row.action);
  if (operation == nullptr) return "no such action";
  json::Arena arena;
  auto const request =
      make_request(**model, *operation, *json::parse(arena, row.parameters), "token");
  if (!request) return request.error().front();
  auto text = request->method + ' ' + request->target + '\n' + request->host_prefix;
  for (auto const& header : request->headers)
    text += fmt::format("{}: {}\n", header.name, header.value);
  return text + request->body;
}

TEST(CoreModels, AskAsTheWholeModelsDo) {
  ServiceModels core("");
  ServiceModels whole(kDebians);
  for (auto const& row : kCases) {
    SCOPED_TRACE(std::string(row.service) + ":" + row.action);
    EXPECT_TRUE((*core.find(row.service))->is_partial);
    EXPECT_FALSE((*whole.find(row.service))->is_partial);
    EXPECT_THAT(request_of(core, row), HasSubstr("/"));
    EXPECT_EQ(request_of(core, row), request_of(whole, row));
  }
}

TEST(CoreModels, ReadAnswersAsTheWholeModelsDo) {
  ServiceModels core("");
  ServiceModels whole(kDebians);
  struct {
    Case call;
    int status;
    char const* body;
  } const answers[] = {
      {{"sfn", "describeExecution", ""},
       200,
       R"({"executionArn":"a","status":"FAILED","startDate":1.5,"cause":"c"})"},
      {{"dynamodb", "getItem", ""}, 200, R"({"Item":{"a":{"B":"AQI="},"b":{"BOOL":true}}})"},
      {{"dynamodb", "putItem", ""}, 400, R"({"__type":"x#ConditionalCheckFailedException"})"},
      {{"sns", "publish", ""},
       200,
       "<PublishResponse><PublishResult><MessageId>m</MessageId></PublishResult></"
       "PublishResponse>"},
      {{"s3", "getObject", ""}, 404, "<Error><Code>NoSuchKey</Code><Message>m</Message></Error>"},
  };
  for (auto const& row : answers) {
    SCOPED_TRACE(row.call.action);
    auto const read = [&](ServiceModels& models) {
      auto const model = *models.find(row.call.service);
      auto const answer =
          read_answer(*model, *model->find_operation(row.call.action), row.status, {}, row.body);
      return answer ? answer->output
                    : answer.error().code + (answer.error().is_modelled ? " modelled" : "");
    };
    EXPECT_EQ(read(core), read(whole));
    EXPECT_FALSE(read(core).empty());
  }
}

TEST(CoreModels, KnowWhichCallsNeedAnEndpointOfTheirOwn) {
  ServiceModels core("");
  auto const timestream = *core.find("timestreamwrite");
  EXPECT_TRUE(timestream->find_operation("writeRecords")->needs_discovery);
  EXPECT_EQ(timestream->find_endpoint_operation()->name, "DescribeEndpoints");
  auto const dynamodb = *core.find("dynamodb");
  EXPECT_FALSE(dynamodb->find_operation("putItem")->needs_discovery);
}

}  // namespace
}  // namespace treadle::integrations::aws_sdk
