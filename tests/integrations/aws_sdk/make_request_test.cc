// What is wrong with parameters, and the corners of requests that botocore leaves to others.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integrations/aws_sdk/models.h"
#include "treadle/integrations/aws_sdk/message.h"
#include "treadle/json/arena.h"
#include "treadle/json/parse.h"

namespace treadle::integrations::aws_sdk {
namespace {

using ::testing::HasSubstr;
using testing::model_of;

constexpr auto kPost = R"("http":{"method":"POST","requestUri":"/"},)";

auto request(ServiceModel const& model, std::string_view parameters, std::string_view token = "")
    -> Result<ServiceRequest, std::vector<std::string>> {
  json::Arena arena;
  auto const parsed = json::parse(arena, parameters);
  EXPECT_TRUE(parsed) << parameters;
  return make_request(model, model.operations.front(), *parsed, token);
}

auto problems(ServiceModel const& model, std::string_view parameters) -> std::string {
  auto const made = request(model, parameters);
  std::string out;
  if (!made)
    for (auto const& problem : made.error()) out += (out.empty() ? "" : "; ") + problem;
  return out;
}

TEST(MakeRequest, SaysAllThatIsWrong) {
  auto const model = model_of("json", R"("Inner":{"type":"structure","required":["deep"],"members":{
      "deep":{"shape":"Int"}}},"Inners":{"type":"list","member":{"shape":"Inner"}},
    "InnerMap":{"type":"map","key":{"shape":"Text"},"value":{"shape":"Inner"}},"Out":{"type":"structure","members":{}},
    "In":{"type":"structure","required":["name"],"members":{"name":{"shape":"Text"},"int":{"shape":"Int"},
      "long":{"shape":"Long"},"real":{"shape":"Real"},"flag":{"shape":"Flag"},"time":{"shape":"Time"},
      "bytes":{"shape":"Bytes"},"any":{"shape":"Any"},"list":{"shape":"Inners"},"map":{"shape":"InnerMap"},
      "events":{"shape":"Events"}}})",
                              kPost);
  struct {
    char const* parameters;
    char const* problems;
  } const cases[] = {
      {"{}", "The field 'Name' is required but was missing"},
      {R"({"Name":null})", "The field 'Name' is required but was missing"},
      {R"({"Name":"x"})", ""},
      {R"({"name":"x"})", ""},
      {R"({"Name":"x","Foo":1})", "The field 'Foo' is not supported by Step Functions"},
      {R"({"Foo":null,"Int":"1"})",
       "The field 'Name' is required but was missing; The value for the field 'Int' must be an "
       "INTEGER; "
       "The field 'Foo' is not supported by Step Functions"},
      {R"({"Name":1})", "The value for the field 'Name' must be a STRING"},
      {R"({"Name":"\ud800"})",
       "The value for the field 'Name' must be Unicode text without lone surrogates"},
      {R"({"Name":"x","Int":1.0})", ""},
      {R"({"Name":"x","Int":1.5})", "The value for the field 'Int' must be an INTEGER"},
      {R"({"Name":"x","Int":2147483648})", "The value for the field 'Int' must be an INTEGER"},
      {R"({"Name":"x","Long":9223372036854775807})", ""},
      {R"({"Name":"x","Long":9223372036854775808})",
       "The value for the field 'Long' must be a LONG"},
      {R"({"Name":"x","Real":"NaN"})", ""},
      {R"({"Name":"x","Real":"1"})", "The value for the field 'Real' must be a NUMBER"},
      {R"({"Name":"x","Flag":"true"})", "The value for the field 'Flag' must be a BOOLEAN"},
      {R"({"Name":"x","Time":"2023-05-01"})", ""},
      {R"({"Name":"x","Time":1682935200.5})", ""},
      {R"({"Name":"x","Time":"May"})",
       "The value for the field 'Time' must be a TIMESTAMP (ISO 8601, as 2023-05-01T10:00:00Z)"},
      {R"({"Name":"x","Bytes":{"a":[1]},"Any":[{"b":null}]})", ""},
      {R"({"Name":"x","List":{}})", "The value for the field 'List' must be a LIST"},
      {R"({"Name":"x","Map":[]})", "The value for the field 'Map' must be a MAP"},
      {R"({"Name":"x","List":[{"Deep":1},{"Deep":true},7,{}]})",
       "The value for the field 'List[1].Deep' must be an INTEGER; "
       "The value for the field 'List[2]' must be a STRUCT; The field 'List[3].Deep' is required "
       "but was missing"},
      {R"({"Name":"x","Map":{"k":{"Deep":1,"X":2}}})",
       "The field 'Map.k.X' is not supported by Step Functions"},
      {R"({"Name":"x","Events":{}})",
       "The field 'Events' is a stream of events, which Step Functions can't send"},
      {"[]", "The parameters must be a JSON object"},
      {"7", "The parameters must be a JSON object"},
  };
  for (auto const& c : cases) EXPECT_EQ(problems(*model, c.parameters), c.problems) << c.parameters;
  EXPECT_EQ(problems(*model, "null"), "The field 'Name' is required but was missing");
}

TEST(MakeRequest, RefusesWhatWouldTakeTooMuch) {
  auto const model = model_of(
      "json",
      R"("In":{"type":"structure","members":{"in":{"shape":"In"}}},"Out":{"type":"structure",
    "members":{}})",
      kPost);
  std::string deep;
  for (int i = 0; i < 201; ++i) deep += R"({"In":)";
  EXPECT_THAT(problems(*model, deep + "null" + std::string(201, '}')),
              HasSubstr("more than 200 levels"));
  std::string wide = "{";
  for (int i = 0; i < 5'000; ++i) wide += fmt::format(R"({}"f{}":1)", i == 0 ? "" : ",", i);
  EXPECT_EQ(request(*model, wide + "}").error().size(), 100U);
}

TEST(MakeRequest, SendsNothingThatAnHttpMessageCannotCarry) {
  auto const model = model_of(
      "rest-json", R"("In":{"type":"structure","members":{
      "label":{"shape":"Text","location":"uri","locationName":"label"},"head":{"shape":"Text","location":"header"},
      "heads":{"shape":"Tags","location":"headers","locationName":"x-"},"account":{"shape":"Text","hostLabel":true}}},
    "Out":{"type":"structure","members":{}})",
      R"("http":{"method":"GET","requestUri":"/a/{label}"},"endpoint":{"hostPrefix":"{account}.data-"},)");
  struct {
    char const* parameters;
    char const* problem;
  } const cases[] = {
      {R"({"Label":""})", "must not be empty"},
      {R"({"Label":"x","Head":"a\r\nB: c"})", "has characters that no HTTP header can carry"},
      {R"({"Label":"x","Heads":{"k":"a\nb"}})", "has characters that no HTTP header can carry"},
      {R"({"Label":"x","Heads":{"k:":"a"}})", "is no name of an HTTP header"},
      {R"({"Label":"x","Account":"evil.example.com/"})", "must be a name that a host may have"},
      {R"({"Label":"x","Account":""})", "must be a name that a host may have"},
  };
  for (auto const& c : cases)
    EXPECT_THAT(problems(*model, c.parameters), HasSubstr(c.problem)) << c.parameters;
  auto const made = request(*model, R"({"Label":"a/b?","Account":"a1","Heads":{"k":"v"}})");
  ASSERT_TRUE(made);
  EXPECT_EQ(made->target, "/a/a%2Fb%3F");
  EXPECT_EQ(made->host_prefix, "a1.data-");
  EXPECT_EQ(made->headers.find("x-k"), "v");
  EXPECT_EQ(made->body, R"({"account":"a1"})");
}

TEST(MakeRequest, FillsInATokenWhereNoneIsGiven) {
  auto const model = model_of("json", R"("In":{"type":"structure","required":["token"],"members":{
      "token":{"shape":"Text","idempotencyToken":true}}},"Out":{"type":"structure","members":{}})",
                              kPost);
  EXPECT_EQ(request(*model, "{}", "t-1")->body, R"({"token":"t-1"})");
  EXPECT_EQ(request(*model, R"({"Token":null})", "t-1")->body, R"({"token":"t-1"})");
  EXPECT_EQ(request(*model, R"({"token":"mine"})", "t-1")->body, R"({"token":"mine"})");
  EXPECT_FALSE(request(*model, "{}"));
}

TEST(MakeRequest, AddsTheChecksumsThatAreAskedFor) {
  auto const model = model_of("rest-xml", R"("In":{"type":"structure","payload":"body","members":{
      "body":{"shape":"Bytes"},"algorithm":{"shape":"Text","location":"header","locationName":"x-amz-sdk-checksum-algorithm"}}},
    "Out":{"type":"structure","members":{}})",
                              R"("http":{"method":"PUT","requestUri":"/"},
    "httpChecksum":{"requestAlgorithmMember":"algorithm","requestChecksumRequired":true},)");
  auto const of = [&](char const* algorithm, char const* header) {
    auto const made = request(*model, fmt::format(R"({{"Body":"123456789"{}}})", algorithm));
    return made ? std::string(made->headers.find(header).value_or("")) : "";
  };
  EXPECT_EQ(of("", "Content-MD5"), "JfnnlDI7RTiF9RgfG2JNCw==");
  EXPECT_EQ(of(R"(,"Algorithm":"CRC32")", "x-amz-checksum-crc32"), "y/Q5Jg==");
  EXPECT_EQ(of(R"(,"Algorithm":"CRC32C")", "x-amz-checksum-crc32c"), "4waSgw==");
  EXPECT_EQ(of(R"(,"Algorithm":"CRC64NVME")", "x-amz-checksum-crc64nvme"), "rosUhgp5mIg=");
  EXPECT_EQ(of(R"(,"Algorithm":"SHA1")", "x-amz-checksum-sha1"), "98O8HYCOBHMq32eZZczDTKeuNEE=");
  EXPECT_EQ(of(R"(,"Algorithm":"SHA256")", "x-amz-checksum-sha256"),
            "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU=");
  EXPECT_EQ(of(R"(,"Algorithm":"CRC32")", "Content-MD5"), "");
  EXPECT_EQ(of(R"(,"Algorithm":"other")", "Content-MD5"), "JfnnlDI7RTiF9RgfG2JNCw==");
}

TEST(MakeRequest, WritesTimesToTheMillisecond) {
  auto const shapes = R"("In":{"type":"structure","members":{"at":{"shape":"Time"},
      "text":{"shape":"Time","timestampFormat":"rfc822"}}},"Out":{"type":"structure","members":{}})";
  auto const parameters =
      R"({"At":"2023-05-01T12:00:00.250+02:00","Text":"1969-12-31T23:59:59.5Z"})";
  EXPECT_EQ(request(*model_of("json", shapes, kPost), parameters)->body,
            R"({"at":1682935200.250,"text":"Wed, 31 Dec 1969 23:59:59 GMT"})");
  EXPECT_EQ(request(*model_of("query", shapes, kPost), R"({"At":-1.5})")->body,
            "Action=DoIt&Version=2020-01-01&at=1969-12-31T23%3A59%3A58.500Z");
}

TEST(MakeRequest, SaysWhatTreadleCannotDo) {
  auto const empty =
      R"("In":{"type":"structure","members":{}},"Out":{"type":"structure","members":{}})";
  auto const events =
      R"("In":{"type":"structure","members":{}},"Out":{"type":"structure","members":{"e":{"shape":"Events"}}})";
  EXPECT_THAT(problems(*model_of("carrier-pigeon", empty, kPost), "{}"),
              HasSubstr("a protocol that treadle does not"));
  EXPECT_THAT(problems(*model_of("rest-json", events, kPost), "{}"),
              HasSubstr("a stream of events"));
  EXPECT_EQ(problems(*model_of("rest-xml", empty, kPost), "{}"), "");
}

TEST(MakeRequest, QuotesValuesOfOneHeaderThatWouldBeTakenForTwo) {
  auto const model = model_of("rest-json", R"("In":{"type":"structure","members":{
      "list":{"shape":"Texts","location":"header","locationName":"x-list"}}},"Out":{"type":"structure","members":{}})",
                              kPost);
  auto const made = request(*model, R"({"List":["","a b","c,d","say \"x\\\""]})");
  EXPECT_EQ(made->headers.find("x-list"), R"(,a b,"c,d","say \"x\\\"")");
  EXPECT_EQ(request(*model, R"({"List":[]})")->headers.find("x-list"), std::nullopt);
}

TEST(MakeRequest, TellsAServiceThatItKnowsCodesOfQuery) {
  auto const shapes =
      R"("In":{"type":"structure","members":{}},"Out":{"type":"structure","members":{}})";
  auto const made = request(*model_of("json", shapes, kPost, R"(,"awsQueryCompatible":{})"), "{}");
  EXPECT_EQ(made->headers.find("x-amzn-query-mode"), "true");
  EXPECT_EQ(made->headers.find("X-Amz-Target"), "Odd.DoIt");
  EXPECT_EQ(made->body, "{}");
}

}  // namespace
}  // namespace treadle::integrations::aws_sdk
