// What a call of an AWS API costs this process besides the network: parameters to request, signature,
// answer to output, in each protocol. Beside each stands what parsing the same parameters and answer and
// signing the same request take: the least that anybody needs who makes the call.
//
//   aws_call_bench [MODELS]      MODELS: a folder like botocore's data directory
#include <cstdio>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "bench/measure.h"
#include "treadle/integrations/aws_sdk/message.h"
#include "treadle/json/parse.h"
#include "treadle/net/sigv4.h"

namespace {

namespace json = treadle::json;
namespace sdk = treadle::integrations::aws_sdk;
using treadle::bench::measure;

struct Row {
  char const* name;
  char const* service;
  char const* action;
  std::string_view parameters;
  std::string_view answer;
};

constexpr Row kRows[] = {
    {"json: DynamoDB PutItem", "dynamodb", "putItem",
     R"({"TableName":"orders","Item":{"id":{"S":"o-000184467"},"total":{"N":"67.95"},"tags":{"SS":["kitchen","steel"]},)"
     R"("customer":{"M":{"name":{"S":"Zoe"},"premium":{"BOOL":true}}}},"ReturnValues":"ALL_OLD"})",
     R"({"Attributes":{"id":{"S":"o-000184467"},"total":{"N":"61.00"}}})"},
    {"rest-xml: S3 PutObject", "s3", "putObject",
     R"({"Bucket":"orders","Key":"2026/11/26/o-000184467.json","ContentType":"application/json",)"
     R"("Body":{"orderId":"o-000184467","customer":{"id":48213,"name":"Zoe"},"total":67.95}})",
     ""},
    {"query: SNS Publish", "sns", "publish",
     R"({"TopicArn":"arn:aws:sns:us-east-1:123456789012:orders","Message":"o-000184467 is on its way",)"
     R"("MessageAttributes":{"kind":{"DataType":"String","StringValue":"shipped"}}})",
     R"(<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>)"
     R"(567910cd-659e-55d4-8ccb-5aaf14679dc0</MessageId></PublishResult><ResponseMetadata><RequestId>)"
     R"(d74b8436-ae13-5ab4-a9ff-ce54dfea72a0</RequestId></ResponseMetadata></PublishResponse>)"},
    {"rest-json: Batch SubmitJob", "batch", "submitJob",
     R"({"JobName":"nightly","JobQueue":"fast","JobDefinition":"etl:3","Parameters":{"day":"2026-11-26"}})",
     R"({"jobArn":"arn:aws:batch:us-east-1:123456789012:job/1","jobName":"nightly","jobId":"1"})"},
};

void sign(sdk::ServiceModel const& model, sdk::ServiceRequest const& request,
          treadle::net::Headers& headers) {
  static treadle::net::Credentials const keys{"AKIDEXAMPLE", "secret", ""};
  headers.set("Host", "127.0.0.1:8000");
  treadle::net::sign({.method = request.method, .target = request.target, .body = request.body},
                     headers, keys,
                     {.region = "us-east-1", .service = std::string(model.signing_name)},
                     treadle::Timestamp{treadle::Milliseconds{1'795'000'000'000}});
}

auto request_of(sdk::ServiceModel const& model, sdk::Operation const& operation, Row const& row,
                json::Arena& arena) -> sdk::ServiceRequest {
  auto request = sdk::make_request(model, operation, *json::parse(arena, row.parameters), "token");
  TREADLE_ASSERT(request);
  return *std::move(request);
}

// Nanoseconds of one call: message, signature, answer.
auto call_time(sdk::ServiceModel const& model, sdk::Operation const& operation, Row const& row)
    -> double {
  json::Arena arena;
  treadle::net::Headers const headers{{"Content-Type", "text/xml"}, {"x-amzn-RequestId", "1"}};
  return measure([&] {
    arena.reset();
    auto request = request_of(model, operation, row, arena);
    sign(model, request, request.headers);
    TREADLE_ASSERT(sdk::read_answer(model, operation, 200, headers, row.answer));
  });
}

auto least_time(sdk::ServiceModel const& model, sdk::Operation const& operation, Row const& row)
    -> double {
  json::Arena arena;
  auto const request = request_of(model, operation, row, arena);
  auto time = treadle::bench::measure_parse(row.parameters, arena);
  if (row.answer.starts_with('{')) time += treadle::bench::measure_parse(row.answer, arena);
  return time + measure([&] {
           auto headers = request.headers;
           sign(model, request, headers);
         });
}

}  // namespace

auto main(int count, char** arguments) -> int {
  sdk::ServiceModels models(count > 1 ? arguments[1]
                                      : "/usr/lib/python3/dist-packages/botocore/data");
  for (auto const& row : kRows) {
    auto const model = models.find(row.service);
    if (!model) {
      fmt::print(stderr, "aws_call_bench: {}\n", model.error());
      return 2;
    }
    auto const* const operation = (*model)->find_operation(row.action);
    auto const call = call_time(**model, *operation, row);
    auto const least = least_time(**model, *operation, row);
    fmt::print("{:28} {:8.0f} ns a call, {:6.0f} ns to parse and to sign, ratio {:.2f}\n", row.name,
               call, least, call / least);
  }
  return 0;
}
