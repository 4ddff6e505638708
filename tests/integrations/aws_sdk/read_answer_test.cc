// Answers that botocore does not have, or has otherwise: errors without a body, foreign text, hostile XML.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integrations/aws_sdk/models.h"
#include "treadle/integrations/aws_sdk/message.h"

namespace treadle::integrations::aws_sdk {
namespace {

using ::testing::HasSubstr;
using testing::model_of;

constexpr auto kGet = R"("http":{"method":"GET","requestUri":"/"},)";
constexpr auto kShapes =
    R"("In":{"type":"structure","members":{}},"Out":{"type":"structure","members":{
    "name":{"shape":"Text"},"count":{"shape":"Long"},"real":{"shape":"Real"},"at":{"shape":"Time"},"flag":{"shape":"Flag"},
    "bytes":{"shape":"Bytes"},"texts":{"shape":"Texts"},"tags":{"shape":"Tags"},"any":{"shape":"Any"},
    "out":{"shape":"Out"}}})";

auto answer(ServiceModel const& model, int status, net::Headers const& headers,
            std::string_view body) -> Result<ServiceAnswer, ServiceError> {
  return read_answer(model, model.operations.front(), status, headers, body);
}

// The output, or "CODE: MESSAGE".
auto shown(ServiceModel const& model, std::string_view body, net::Headers const& headers = {})
    -> std::string {
  auto const read = answer(model, 200, headers, body);
  return read ? read->output : read.error().code + ": " + read.error().message;
}

struct Case {
  char const* body;
  char const* shown;
};

TEST(ReadAnswer, OfJson) {
  auto const model = model_of("json", kShapes, kGet);
  Case const cases[] = {
      {"", "{}"},
      {"{}", "{}"},
      {R"({"name":"x","other":1,"count":null})", R"({"Name":"x"})"},
      {R"({"texts":[],"tags":{},"out":{}})", R"({"Texts":[],"Tags":{},"Out":{}})"},
      {R"({"tags":{"a":"b","c":null},"texts":["a",null]})",
       R"({"Texts":["a",null],"Tags":{"a":"b"}})"},
      {R"({"at":1682935200})", R"({"At":"2023-05-01T10:00:00Z"})"},
      {R"({"at":1682935200.123})", R"({"At":"2023-05-01T10:00:00.123Z"})"},
      {R"({"at":1.6829352E9})", R"({"At":"2023-05-01T10:00:00Z"})"},
      {R"({"at":-0.5})", R"({"At":"1969-12-31T23:59:59.500Z"})"},
      {R"({"at":"Mon, 01 May 2023 10:00:00 GMT"})", R"({"At":"2023-05-01T10:00:00Z"})"},
      {R"({"at":1e300})", ": the answer's field 'At' is no time"},
      {R"({"at":true})", ": the answer's field 'At' is no time"},
      {R"({"bytes":"aMOp"})", R"({"Bytes":"hé"})"},
      {R"({"bytes":"/w=="})", R"({"Bytes":"/w=="})"},
      {R"({"bytes":"no base64"})", R"({"Bytes":"no base64"})"},
      {R"({"count":"12","name":5,"real":"NaN"})", R"({"Name":5,"Count":"12","Real":"NaN"})"},
      {R"({"any":{"b":[null,{"c":1.0}]}})", R"({"Any":{"b":[null,{"c":1.0}]}})"},
      {R"({"texts":"a"})", ": the answer's field 'Texts' is no array"},
      {R"({"tags":[1]})", ": the answer's field 'Tags' is no object"},
      {R"({"out":{"out":7}})", ": the answer's field 'Out' is no object"},
      {"[]", ": the answer is no JSON object"},
  };
  for (auto const& c : cases) EXPECT_EQ(shown(*model, c.body), c.shown) << c.body;
  EXPECT_THAT(shown(*model, "<html>"), HasSubstr(": the answer is not JSON"));
  std::string deep;
  for (int i = 0; i < 201; ++i) deep += R"({"out":)";
  EXPECT_THAT(shown(*model, deep + "null" + std::string(201, '}')), HasSubstr("nested too deeply"));
}

TEST(ReadAnswer, OfXml) {
  auto const model = model_of("rest-xml", kShapes, kGet);
  Case const cases[] = {
      {"", "{}"},
      {"<R/>", "{}"},
      {"\n<?xml version=\"1.0\"?><R><name> a&amp;b&#xE9; </name></R>", R"({"Name":" a&bé "})"},
      {"<R><n:name xmlns:n=\"u\">x<!-- c -->y</n:name></R>", R"({"Name":"xy"})"},
      {"<R><name><![CDATA[<]]></name><count> +7 </count></R>", R"({"Name":"<","Count":7})"},
      {"<R><real>1.5E3</real><flag>TRUE</flag></R>",
       ": the answer's field 'Flag' is not of its type"},
      {"<R><real>-Infinity</real><flag>false</flag></R>", R"({"Real":"-Infinity","Flag":false})"},
      {"<R><count>many</count></R>", ": the answer's field 'Count' is not of its type"},
      {"<R><count>99999999999999999999</count></R>",
       ": the answer's field 'Count' is not of its type"},
      {"<R><texts/><tags></tags></R>", R"({"Texts":[],"Tags":{}})"},
      {"<R><texts><member>a</member><member/></texts></R>", R"({"Texts":["a",""]})"},
      {"<R><tags><entry><key>k</key><value>v</value></entry><entry><key>x</key></entry></tags></R>",
       R"({"Tags":{"k":"v"}})"},
      {"<R><at>2023-05-01T10:00:00.250Z</at></R>", R"({"At":"2023-05-01T10:00:00.250Z"})"},
      {"<R><at>2023-05-01 10:00:00</at></R>", R"({"At":"2023-05-01T10:00:00Z"})"},
      {"<Error><Code>Gone</Code><Message>m</Message></Error>", "Gone: m"},
  };
  for (auto const& c : cases) EXPECT_EQ(shown(*model, c.body), c.shown) << c.body;
}

TEST(ReadAnswer, RefusesHostileXml) {
  auto const model = model_of("rest-xml", kShapes, kGet);
  auto const entity =
      R"(<!DOCTYPE a [<!ENTITY x "y"><!ENTITY z SYSTEM "file:///etc/passwd">]><R><name>&x;&z;</name></R>)";
  EXPECT_EQ(shown(*model, entity), ": the XML has a DOCTYPE");
  EXPECT_THAT(shown(*model, "<R><name>&x;</name></R>"), HasSubstr("the XML can't be read"));
  EXPECT_THAT(shown(*model, "<R><name></R>"), HasSubstr("the XML can't be read"));
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "<out>";
  EXPECT_EQ(shown(*model, deep), ": the XML is nested too deeply");
  std::string wide = "<R>";
  for (int i = 0; i < 600'000; ++i) wide += "<a/>";
  EXPECT_EQ(shown(*model, wide + "</R>"), ": the XML has too many elements");
  EXPECT_EQ(shown(*model, std::string(17'000'000, ' ') + "<R/>"), "{}");
  EXPECT_EQ(shown(*model, "<R>" + std::string(17'000'000, ' ') + "</R>"), ": the XML is too long");
}

TEST(ReadAnswer, OfBodiesAndHeaders) {
  auto const shapes =
      R"("In":{"type":"structure","members":{}},"Out":{"type":"structure","payload":"body","members":{
      "body":{"shape":"Bytes","streaming":true},"meta":{"shape":"Tags","location":"headers","locationName":"x-meta-"},
      "size":{"shape":"Long","location":"header","locationName":"Content-Length"},
      "at":{"shape":"Time","location":"header","locationName":"Last-Modified"},
      "list":{"shape":"Texts","location":"header","locationName":"x-list"},
      "status":{"shape":"Int","location":"statusCode"}}})";
  auto const model = model_of("rest-xml", shapes, kGet);
  EXPECT_EQ(shown(*model, ""), R"({"Meta":{},"Status":200,"Body":""})");
  EXPECT_EQ(shown(*model, R"({"a":1})"), R"({"Meta":{},"Status":200,"Body":"{\"a\":1}"})");
  EXPECT_EQ(shown(*model, "\xFF"), R"({"Meta":{},"Status":200,"Body":"/w=="})");
  EXPECT_EQ(
      shown(*model, "b",
            {{"X-Meta-Key", "v\xE9"},
             {"content-length", "1"},
             {"x-list", "a, b,,c"},
             {"Last-Modified", "Mon, 01 May 2023 10:00:00 GMT"}}),
      R"({"Meta":{"Key":"vé"},"Size":1,"At":"2023-05-01T10:00:00Z","List":["a","b","","c"],"Status":200,"Body":"b"})");
  EXPECT_EQ(shown(*model, "", {{"x-list", R"(a , "b,c" ,"say \"x\\\"","open)"}}),
            R"({"Meta":{},"List":["a","b,c","say \"x\\\"","open"],"Status":200,"Body":""})");
  EXPECT_EQ(shown(*model, "", {{"Content-Length", "many"}, {"Last-Modified", "never"}}),
            R"({"Meta":{},"Status":200,"Body":""})");
}

TEST(ReadAnswer, OfQuery) {
  auto const wrapped = testing::read(
      R"({"metadata":{"protocol":"query"},"operations":{"DoIt":{"output":{"shape":"Out",
      "resultWrapper":"DoItResult"}}},"shapes":{"T":{"type":"string"},"Out":{"type":"structure","members":{"a":{"shape":"T"}}}}})");
  EXPECT_EQ(shown(*wrapped, "<R><DoItResult><a>x</a></DoItResult></R>"), R"({"A":"x"})");
  EXPECT_EQ(shown(*wrapped, "<DoItResult><a>x</a></DoItResult>"), R"({"A":"x"})");
  EXPECT_EQ(shown(*wrapped, "<R><a>x</a></R>"), ": the answer has no element DoItResult");
  auto const read =
      answer(*wrapped, 200, {},
             "<R><DoItResult/><ResponseMetadata><RequestId>i</RequestId></ResponseMetadata></R>");
  EXPECT_EQ(read->request_id, "i");
}

struct ErrorCase {
  char const* protocol;
  net::Headers headers;
  char const* body;
  char const* shown;  // CODE|MESSAGE|EXCEPTION|REQUEST ID|EXTENDED
};

TEST(ReadAnswer, Errors) {
  ErrorCase const cases[] = {
      {"json", {}, R"({"__type":"com.x#Gone","message":"m"})", "Gone|m|NotThereException||"},
      {"json", {}, R"({"__type":"Gone:http://x","Message":"m"})", "Gone|m|NotThereException||"},
      {"json",
       {{"x-amzn-requestid", "i"}},
       R"({"__type":"NotThere"})",
       "NotThere||NotThereException|i|"},
      {"json", {{"x-amzn-query-error", "Gone;Sender"}}, R"({"__type":"X"})", "X||||"},
      {"json", {}, "<html>", "404|Not Found|||"},
      {"json", {}, R"({"__type":7,"message":[]})", "404|Not Found|||"},
      {"json", {}, R"({"message":"m"})", "404|m|||"},
      {"rest-json",
       {{"x-amzn-ErrorType", "Gone:http://x"}},
       R"({"code":"Y","message":"m"})",
       "Gone|m|NotThereException||"},
      {"rest-json", {}, R"({"code":"Other","Message":"m"})", "Other|m|||"},
      {"rest-xml", {}, "", "404|Not Found|||"},
      {"rest-xml", {{"x-amz-request-id", "i"}, {"x-amz-id-2", "e"}}, "", "404|Not Found||i|e"},
      {"rest-xml",
       {},
       "<Error><Code>Gone</Code><Message>m</Message><RequestId>i</RequestId><HostId>e</HostId></"
       "Error>",
       "Gone|m|NotThereException|i|e"},
      {"rest-xml", {}, "<html><body>no</body></html>", "404|Not Found|||"},
      {"query",
       {},
       "<ErrorResponse><Error><Code>Gone</Code><Message>m</Message></Error><RequestId>i</"
       "RequestId></ErrorResponse>",
       "Gone|m|NotThereException|i|"},
      {"ec2",
       {},
       "<Response><Errors><Error><Code>X</Code><Message>m</Message></Error></Errors><RequestID>i</"
       "RequestID></Response>",
       "X|m||i|"},
  };
  for (auto const& c : cases) {
    auto const read = answer(*model_of(c.protocol, kShapes, kGet), 404, c.headers, c.body);
    ASSERT_FALSE(read) << c.body;
    auto const& e = read.error();
    EXPECT_EQ(fmt::format("{}|{}|{}|{}|{}", e.code, e.message, e.exception, e.request_id,
                          e.extended_request_id),
              c.shown)
        << c.protocol << c.body;
    EXPECT_EQ(e.is_modelled, !e.exception.empty());
    EXPECT_EQ(e.status, 404);
  }
}

TEST(ReadAnswer, AServiceThatWasOfQueryKeepsItsCodes) {
  auto const model = model_of("json", kShapes, kGet, R"(,"awsQueryCompatible":{})");
  auto const read = answer(*model, 400, {{"x-amzn-query-error", "Old.Code;Sender"}},
                           R"({"__type":"x#NotThere"})");
  EXPECT_EQ(read.error().code, "Old.Code");
  EXPECT_EQ(read.error().exception, "NotThereException");
}

TEST(ReadAnswer, OfS3WithoutABody) {
  auto const s3 = testing::read(
      R"({"metadata":{"protocol":"rest-xml","serviceId":"S3"},"operations":{"HeadObject":{}},
      "shapes":{"NoSuchKey":{"type":"structure","exception":true}}})");
  auto const read = answer(*s3, 404, {}, "");
  EXPECT_EQ(read.error().code, "NoSuchKey");
  EXPECT_EQ(read.error().exception, "NoSuchKeyException");
  EXPECT_EQ(answer(*s3, 403, {}, "").error().code, "403");
}

TEST(ReadAnswer, OfAPlaceThatIsTheRoot) {
  auto const s3 = testing::read(
      R"({"metadata":{"protocol":"rest-xml","serviceId":"S3"},"operations":{"GetBucketLocation":{
      "output":{"shape":"Out"}}},"shapes":{"T":{"type":"string"},"Out":{"type":"structure","members":{
      "LocationConstraint":{"shape":"T"}}}}})");
  EXPECT_EQ(shown(*s3, "<LocationConstraint>eu-west-1</LocationConstraint>"),
            R"({"LocationConstraint":"eu-west-1"})");
}

}  // namespace
}  // namespace treadle::integrations::aws_sdk
