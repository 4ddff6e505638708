// HTTP Tasks and API Gateway against a server on loopback, which the settings allow.

#include "treadle/integrations/optimized/http_task.h"

#include <atomic>
#include <memory>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integrations/calls.h"
#include "tests/integrations/scripted_server.h"
#include "treadle/base/system_clock.h"
#include "treadle/integrations/optimized/api_gateway.h"

namespace treadle::integrations::optimized {
namespace {

using testing::error_of;
using ::testing::HasSubstr;
using testing::header;
using testing::output_of;
using testing::reply;
using testing::ScriptedServer;
using ::testing::StartsWith;

class HttpTaskTest : public ::testing::Test {
 protected:
  HttpTaskTest() {
    settings_.allow = {"127.0.0.0/8"};
    settings_.connections = {
        {.name = "key",
         .arn = {},
         .authorization = Authorization::kApiKey,
         .user = "X-Key",
         .secret = "hidden",
         .fields = {.headers = {{"X-Fixed", "c"}}, .query = {{"q", "c"}}, .body = {{"b", "c"}}}},
        {.name = "basic",
         .arn = "arn:aws:events:us-east-1:123456789012:connection/basic/1",
         .authorization = Authorization::kBasic,
         .user = "u",
         .secret = "p"},
    };
  }
  ~HttpTaskTest() override { loops_.stop(); }

  void serve(ScriptedServer::Answer answer) {
    server_ = std::make_unique<ScriptedServer>(loops_, std::move(answer));
    settings_.allow_http = {"127.0.0.1:" + server_->port()};
    settings_.connections.push_back(
        {.name = "oauth",
         .arn = {},
         .authorization = Authorization::kOAuthClientCredentials,
         .user = "id",
         .secret = "secret",
         .token_url = server_->url() + "/token",
         .token_fields = {.headers = {}, .query = {}, .body = {{"scope", "all"}}}});
  }
  auto run(std::string connection, std::string rest, std::string url = {}) -> CallResult {
    if (!connector_) {
      connector_ = std::make_unique<HttpTaskConnector>(settings_, loops_, clock_);
      loops_.start();
    }
    auto const arn = "arn:aws:events:us-east-1:123456789012:connection/" + connection + "/1";
    return testing::result_of(
        *connector_,
        testing::make_call(testing::service_resource("http", "invoke"),
                           R"({"ApiEndpoint":")" + (url.empty() ? server_->url() + "/x" : url) +
                               R"(","InvocationConfig":{"ConnectionArn":")" + arn + "\"}," + rest +
                               "}"));
  }

  net::EventLoops loops_{1};
  SystemClock clock_;
  HttpTaskSettings settings_;
  std::unique_ptr<ScriptedServer> server_;
  std::unique_ptr<HttpTaskConnector> connector_;
};

TEST_F(HttpTaskTest, TheConnectionsPartsWin) {
  serve([](net::Request const&) { return reply(200, R"({"ok":true})", "application/json"); });
  auto const output = output_of(
      run("key", R"("Method":"POST","Headers":{"X-Fixed":"t","X-Mine":"t"},)"
                 R"("QueryParameters":{"q":"t","r":"a b"},"RequestBody":{"b":"t","n":1.0})"));
  EXPECT_THAT(output, StartsWith(R"({"Headers":{)"));
  EXPECT_THAT(output,
              HasSubstr(R"("ResponseBody":{"ok":true},"StatusCode":200,"StatusText":"OK")"));
  auto const request = server_->requests().at(0);
  EXPECT_EQ(request.target, "/x?r=a%20b&q=c");
  EXPECT_EQ(request.body, R"({"b":"c","n":1.0})");
  EXPECT_EQ(header(request, "X-Key"), "hidden");
  EXPECT_EQ(header(request, "X-Fixed"), "c");
  EXPECT_EQ(header(request, "X-Mine"), "t");
  EXPECT_EQ(header(request, "Content-Type"), "application/json; charset=UTF-8");
  EXPECT_EQ(header(request, "User-Agent"), "Amazon|StepFunctions|HttpInvoke|us-east-1");
  EXPECT_EQ(header(request, "Treadle-Idempotency-Key"), "key-4");
}

TEST_F(HttpTaskTest, FormsAndBasic) {
  serve([](net::Request const&) { return reply(204, ""); });
  run("basic", R"("Method":"PUT","RequestBody":{"a":[1,2]},"Transform":{"RequestBodyEncoding":)"
               R"("URL_ENCODED","RequestEncodingOptions":{"ArrayFormat":"COMMAS"}})");
  auto const request = server_->requests().at(0);
  EXPECT_EQ(request.body, "a=1%2C2");
  EXPECT_EQ(header(request, "Content-Type"), "application/x-www-form-urlencoded");
  EXPECT_EQ(header(request, "Authorization"), "Basic dTpw");
}

TEST_F(HttpTaskTest, Statuses) {
  serve([](net::Request const& request) {
    if (request.target.contains("redirect")) {
      auto response = reply(302, "", "");
      response.headers.set("Location", "/elsewhere");
      return response;
    }
    if (request.target.contains("binary"))
      return reply(request.target.contains("500") ? 500 : 200, "\xff\xfe", "text/plain");
    if (request.target.contains("huge")) return reply(200, std::string(400'000, 'a'), "text/plain");
    return reply(404, R"({"error": "no such duck"})", "application/json");
  });
  auto const at = [this](std::string const& path) {
    return error_of(run("basic", R"("Method":"GET")", server_->url() + path));
  };
  EXPECT_EQ(at("/x"), (Error{"States.Http.StatusCode.404", R"({"error": "no such duck"})"}));
  EXPECT_EQ(at("/redirect"), (Error{"States.Http.StatusCode.302", "Found"}));
  EXPECT_EQ(at("/binary").name, "States.Runtime");
  EXPECT_EQ(at("/binary500"), (Error{"States.Http.StatusCode.500", "Internal Server Error"}));
  EXPECT_EQ(at("/huge").name, "States.DataLimitExceeded");
  EXPECT_EQ(server_->requests().size(), 5U);
}

TEST_F(HttpTaskTest, WhatIsNotPermitted) {
  serve([](net::Request const&) { return reply(200, ""); });
  auto const get = std::string(R"("Method":"GET")");
  auto const cause = [this](std::string connection, std::string rest, std::string url = {}) {
    auto const error = error_of(run(std::move(connection), std::move(rest), std::move(url)));
    EXPECT_EQ(error.name, "States.Runtime");
    return error.cause;
  };
  EXPECT_THAT(cause("basic", get, "http://127.0.0.1:1/"), HasSubstr("is not https"));
  EXPECT_THAT(cause("basic", get, "ftp://127.0.0.1/"), HasSubstr("is no URL"));
  EXPECT_THAT(cause("basic", get, "https://u:p@127.0.0.1/"), HasSubstr("is no URL"));
  auto const unconnected = error_of(run("none", get));
  EXPECT_EQ(unconnected.name, "Events.ConnectionResource.ResourceNotFound");
  EXPECT_THAT(unconnected.cause, HasSubstr("There is no such connection"));
  EXPECT_THAT(cause("basic", R"("Method":"TRACE")"), HasSubstr("no method"));
  for (auto const* name :
       {"Host", "X-Amz-Date", "x-forwarded-for", "Transfer-Encoding", "Authorization"})
    EXPECT_THAT(cause("basic", get + R"(,"Headers":{")" + name + R"(":"x"})"),
                HasSubstr("The 'Headers' field contains unsupported values: ["));
  EXPECT_TRUE(server_->requests().empty());
}

TEST_F(HttpTaskTest, AddressesThatAreNotPublic) {
  serve([](net::Request const&) { return reply(200, ""); });
  settings_.allow.clear();
  for (auto const* host : {"127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]"}) {
    auto const url = "http://" + std::string(host) + ":" + server_->port() + "/";
    settings_.allow_http = {"127.0.0.1", "localhost", "::1", "::ffff:127.0.0.1"};
    auto const error = error_of(run("basic", R"("Method":"GET")", url));
    EXPECT_EQ(error.name, "States.Http.Socket") << host;
  }
  EXPECT_TRUE(server_->requests().empty());
}

TEST_F(HttpTaskTest, TokensAreKeptAndRenewedWhenRefused) {
  std::atomic<int> tokens = 0;
  serve([&](net::Request const& request) {
    if (request.target == "/token")
      return reply(200, R"({"access_token":"T)" + std::to_string(++tokens) + R"("})",
                   "application/json");
    auto const token = header(request, "Authorization");
    if (request.target == "/never") return reply(401, "no", "text/plain");
    return token == "Bearer T" + std::to_string(tokens.load()) ? reply(200, token, "text/plain")
                                                               : reply(401, "", "text/plain");
  });
  auto const get = std::string(R"("Method":"GET")");
  EXPECT_THAT(output_of(run("oauth", get)), HasSubstr("Bearer T1"));
  EXPECT_THAT(output_of(run("oauth", get)), HasSubstr("Bearer T1"));
  EXPECT_EQ(tokens, 1);
  EXPECT_EQ(server_->requests().at(0).body,
            "grant_type=client_credentials&client_id=id&client_secret=secret&scope=all");
  EXPECT_EQ(error_of(run("oauth", get, server_->url() + "/never")),
            (Error{"States.Http.StatusCode.401", "no"}));
  EXPECT_EQ(tokens, 2);  // once more, not for ever
}

TEST_F(HttpTaskTest, ApiGateway) {
  serve([](net::Request const& request) {
    if (request.target == "/prod/denied")
      return reply(403, R"({"message":"Missing Authentication Token"})", "application/json");
    return reply(200, "[1]", "application/json");
  });
  AwsConfiguration configuration;
  configuration.services.emplace(
      "apigateway", ServiceSetting{ServicePlace::kUrl, server_->url(), "treadle.yaml:1:1"});
  HttpCaller http(loops_, {});
  aws_sdk::CredentialProvider credentials(configuration, {aws_sdk::NoSource{"none"}}, http, clock_);
  ApiGatewayConnector connector(configuration, http, credentials, clock_);
  loops_.start();
  auto const invoke = [&](std::string const& members) {
    return testing::result_of(
        connector,
        testing::make_call(testing::service_resource("apigateway", "invoke"), "{" + members + "}"));
  };
  auto const api = std::string(
      R"("ApiEndpoint":"abc.execute-api.eu-west-1.amazonaws.com","Method":"POST","Stage":"prod",)");
  EXPECT_THAT(output_of(invoke(api + R"("Path":"a/b","AuthType":"IAM_ROLE","QueryParameters":)"
                                     R"({"q":["1","2"]},"RequestBody":{"x":null,"y":1})")),
              HasSubstr(R"("ResponseBody":[1],"StatusCode":200)"));
  auto const request = server_->requests().at(0);
  EXPECT_EQ(request.target, "/prod/a/b?q=1&q=2");
  EXPECT_EQ(request.body, R"({"y":1})");
  EXPECT_EQ(header(request, "Host"), "abc.execute-api.eu-west-1.amazonaws.com");
  net::SignatureVerifier const verifier(
      {{.id = "test", .secret = "test", .actions = {}, .resources = {}}},
      {.region = "eu-west-1", .service = "execute-api"});
  EXPECT_TRUE(verifier.verify(request, clock_.now()));
  EXPECT_EQ(error_of(invoke(api + R"("Path":"/denied")")),
            (Error{"ApiGateway.403", R"({"message":"Missing Authentication Token"})"}));
  EXPECT_THAT(error_of(invoke(api + R"("Headers":{"Authorization":["x"]})")).cause,
              HasSubstr("The 'Headers' field contains unsupported values: [authorization]"));
  EXPECT_THAT(error_of(invoke(api + R"("Headers":{"A":"x"})")).cause,
              HasSubstr("The value of the field 'Headers' has an invalid format"));
  EXPECT_EQ(error_of(invoke(R"("ApiEndpoint":"a b","Method":"GET")")).name, "States.Runtime");
  configuration.services.clear();
  for (auto const* host : {"127.0.0.1", "evil.example", "a.execute-api.x.evil.example",
                           "a.execute-api.us-east-1.amazonaws.com.evil.example", "a.b/?c"})
    EXPECT_EQ(error_of(invoke(R"("Method":"GET","ApiEndpoint":")" + std::string(host) + "\"")).name,
              "States.Runtime")
        << host;
  loops_.stop();
}

}  // namespace
}  // namespace treadle::integrations::optimized
