// Calls of a small service of our own, which a server on loopback plays.

#include "treadle/integrations/aws_sdk/http_service_caller.h"

#include <atomic>
#include <future>
#include <memory>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integrations/calls.h"
#include "tests/integrations/functions/local_functions.h"
#include "tests/integrations/scripted_server.h"
#include "tests/net/client_fixture.h"
#include "treadle/base/random.h"
#include "treadle/base/system_clock.h"

namespace treadle::integrations::aws_sdk {
namespace {

using ::testing::HasSubstr;
using Kind = CallProblem::Kind;
using testing::header;
using testing::reply;
using testing::ScriptedServer;

constexpr auto kModel = R"({
  "metadata": {"protocol": "json", "jsonVersion": "1.0", "serviceId": "Ducks", "endpointPrefix":
    "ducks", "signingName": "ducks", "targetPrefix": "Ducks_2020", "apiVersion": "2020-01-01"},
  "operations": {
    "Quack": {"name": "Quack", "http": {"method": "POST", "requestUri": "/"},
      "input": {"shape": "In"}, "output": {"shape": "Out"}, "errors": [{"shape": "NoPond"}]},
    "QuackOnce": {"name": "QuackOnce", "http": {"method": "POST", "requestUri": "/"},
      "input": {"shape": "OnceIn"}, "output": {"shape": "Out"}}},
  "shapes": {
    "In": {"type": "structure", "required": ["Name"], "members": {"Name": {"shape": "Text"}}},
    "OnceIn": {"type": "structure", "members":
      {"Token": {"shape": "Text", "idempotencyToken": true}}},
    "Out": {"type": "structure", "members": {"Sound": {"shape": "Text"}}},
    "NoPond": {"type": "structure", "members": {}, "exception": true},
    "Text": {"type": "string"}}})";

// Draws no delays.
class NoDelay final : public Random {
 public:
  [[nodiscard]] auto next_u64() -> std::uint64_t override { return 0; }
};

class HttpServiceCallerTest : public ::testing::Test {
 protected:
  HttpServiceCallerTest() {
    models_folder_.write("ducks/2020-01-01/service-2.json", kModel);
    models_ = std::make_unique<ServiceModels>(models_folder_.path());
  }
  ~HttpServiceCallerTest() override { loops_.stop(); }

  void serve(ScriptedServer::Answer answer) {
    server_ = std::make_unique<ScriptedServer>(loops_, std::move(answer));
    configuration_.endpoint_url = server_->url();
  }
  auto start() -> HttpServiceCaller& {
    credentials_ = std::make_unique<CredentialProvider>(configuration_, plan_, http_, clock_);
    caller_ = std::make_unique<HttpServiceCaller>(ServiceCallerParts{
        configuration_, *models_, *credentials_, http_, local_, loops_, clock_, random_});
    loops_.start();
    return *caller_;
  }
  static auto quack(std::string action = "quack", std::string parameters = R"({"Name":"d"})")
      -> ServiceCall {
    ServiceCall call{.service = "ducks",
                     .action = std::move(action),
                     .parameters = std::move(parameters),
                     .region = "eu-west-1",
                     .role_arn = {},
                     .idempotency_token = "token-1",
                     .timeout = {}};
    call.headers.set("Treadle-Idempotency-Key", "key-1");
    return call;
  }
  auto result(ServiceCall call) -> ServiceResult {
    if (!caller_) start();
    testing::Awaited<ServiceResult> awaited;
    caller_->call({{1, 2}, 3}, std::move(call), awaited.setter());
    return awaited.get();
  }

  net::EventLoops loops_{1};
  SystemClock clock_;
  NoDelay random_;
  testing::TemporaryFolder models_folder_;
  std::unique_ptr<ServiceModels> models_;
  AwsConfiguration configuration_;
  CredentialPlan plan_{NoSource{"none are configured"}};
  LocalServices local_;
  HttpCaller http_{loops_, {}};
  std::unique_ptr<ScriptedServer> server_;
  std::unique_ptr<CredentialProvider> credentials_;
  std::unique_ptr<HttpServiceCaller> caller_;
};

TEST_F(HttpServiceCallerTest, SendsSignedRequestsAndReadsAnswers) {
  serve([](net::Request const&) { return reply(200, R"({"Sound":"quack"})"); });
  auto const answer = result(quack());
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->output, R"({"Sound":"quack"})");
  EXPECT_FALSE(answer->request_id.empty());
  auto const request = server_->requests().at(0);
  EXPECT_EQ(header(request, "X-Amz-Target"), "Ducks_2020.Quack");
  EXPECT_EQ(header(request, "Treadle-Idempotency-Key"), "key-1");
  EXPECT_EQ(request.body, R"({"Name":"d"})");
  net::SignatureVerifier const verifier(
      {{.id = "test", .secret = "test", .actions = {}, .resources = {}}},
      {.region = "eu-west-1", .service = "ducks"});
  auto const key = verifier.verify(request, clock_.now());
  EXPECT_TRUE(key) << key.error().message;
}

TEST_F(HttpServiceCallerTest, RetriesWhatSdksRetry) {
  struct Case {
    char const* name;
    int status;
    char const* body;
    std::uint32_t attempts;
  };
  Case const cases[] = {
      {"throttled", 400, R"({"__type":"ThrottlingException","message":"m"})", 3},
      {"server_error", 500, R"({"__type":"InternalServerError"})", 3},
      {"not_json", 503, "<html>no</html>", 3},
      {"gateway", 504, "", 3},
      {"not_implemented", 501, "{}", 1},
      {"modelled", 400, R"({"__type":"NoPond","message":"m"})", 1},
      {"denied", 403, R"({"__type":"AccessDeniedException"})", 1},
  };
  Case const* now = nullptr;
  serve([&](net::Request const&) { return reply(now->status, now->body); });
  for (auto const& c : cases) {
    now = &c;
    auto const before = server_->requests().size();
    auto const answer = result(quack());
    ASSERT_FALSE(answer) << c.name;
    EXPECT_EQ(answer.error().kind, Kind::kService) << c.name;
    EXPECT_EQ(answer.error().error.status, c.status) << c.name;
    EXPECT_EQ(answer.error().attempts, c.attempts) << c.name;
    EXPECT_EQ(server_->requests().size() - before, c.attempts) << c.name;
    EXPECT_EQ(answer.error().service_name, "Ducks");
    EXPECT_EQ(answer.error().error.is_modelled, std::string(c.name) == "modelled") << c.name;
  }
}

TEST_F(HttpServiceCallerTest, ARetryMaySucceed) {
  std::atomic<int> round = 0;
  serve([&](net::Request const&) {
    return ++round < 3 ? reply(500, "") : reply(200, R"({"Sound":"at last"})");
  });
  auto const answer = result(quack());
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->output, R"({"Sound":"at last"})");
}

TEST_F(HttpServiceCallerTest, RefusesBeforeAnythingIsSent) {
  serve([](net::Request const&) { return reply(200, "{}"); });
  auto call = quack();
  call.service = "geese";
  EXPECT_EQ(result(call).error().kind, Kind::kUnknown);
  EXPECT_EQ(result(quack("bark")).error().kind, Kind::kUnknown);
  EXPECT_THAT(result(quack("bark")).error().error.message, HasSubstr("bark"));
  auto const wrong = result(quack("quack", R"({"Nmae":1})"));
  EXPECT_EQ(wrong.error().kind, Kind::kParameters);
  EXPECT_THAT(wrong.error().sentences,
              ::testing::Contains("The field 'Name' is required but was missing"));
  EXPECT_EQ(result(quack("quack", "[1]")).error().kind, Kind::kParameters);
  auto partly = quack("listTopics", "{}");
  partly.service = "sns";
  EXPECT_THAT(result(partly).error().error.message, HasSubstr("--service-models DIR"));
  EXPECT_TRUE(server_->requests().empty());
}

TEST_F(HttpServiceCallerTest, OnlyWhatIsSafeIsSentTwiceWhenItGotLost) {
  net::RawServer raw;
  configuration_.endpoint_url = raw.url();
  std::thread peer([&raw] {
    for (int connection = 0; connection < 4; ++connection) {
      auto const caller = raw.accept();
      net::RawServer::read_head(caller);
      raw.end(caller);
    }
  });
  auto const unsafe = result(quack());
  EXPECT_EQ(unsafe.error().kind, Kind::kLost);
  EXPECT_EQ(unsafe.error().attempts, 1U);
  auto const safe = result(quack("quackOnce", "{}"));
  EXPECT_EQ(safe.error().kind, Kind::kLost);
  EXPECT_EQ(safe.error().attempts, 3U);
  peer.join();
}

TEST_F(HttpServiceCallerTest, WhatWasNotSentMayBeSentAgain) {
  {
    net::EventLoops gone(1);
    ScriptedServer const closed(gone, nullptr);
    configuration_.endpoint_url = closed.url();
  }
  auto const refused = result(quack());
  EXPECT_EQ(refused.error().kind, Kind::kNotSent);
  EXPECT_EQ(refused.error().attempts, 3U);
}

TEST_F(HttpServiceCallerTest, AnswersBeyondTheLimit) {
  serve([](net::Request const& request) {
    auto const size = request.body.contains("huge") ? 4'000'000U : 300'000U;
    return reply(200, R"({"Sound":")" + std::string(size, 'a') + "\"}");
  });
  for (auto const* name : {R"({"Name":"huge"})", R"({"Name":"large"})"})
    EXPECT_EQ(result(quack("quack", name)).error().kind, Kind::kTooLarge) << name;
}

TEST_F(HttpServiceCallerTest, ServicesOfThisProcess) {
  net::Request seen;
  local_.emplace("ducks", [&](net::Request&& request, net::Responder responder) {
    seen = std::move(request);
    responder.send(reply(200, R"({"Sound":"near"})"));
  });
  auto const answer = result(quack());
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->output, R"({"Sound":"near"})");
  EXPECT_EQ(answer->request_id, seen.id.view());
  EXPECT_EQ(answer->headers.find("Content-Length"), "16");
  EXPECT_EQ(header(seen, "X-Amz-Target"), "Ducks_2020.Quack");
  EXPECT_EQ(header(seen, "Authorization"), "(none)");
  EXPECT_TRUE(caller_->is_local("ducks"));
}

TEST_F(HttpServiceCallerTest, NoCredentialsNoEndpoint) {
  auto const answer = result(quack());
  EXPECT_EQ(answer.error().kind, Kind::kNotSent);
  EXPECT_EQ(answer.error().attempts, 0U);
  EXPECT_THAT(answer.error().error.message, HasSubstr("AWS_ENDPOINT_URL_DUCKS"));
  EXPECT_THAT(answer.error().error.message, HasSubstr("services: {ducks: URL}"));
}

TEST_F(HttpServiceCallerTest, CancelAnswersAtOnce) {
  serve(nullptr);
  server_->holds = true;
  start();
  testing::Awaited<ServiceResult> awaited;
  caller_->call({{1, 2}, 3}, quack(), awaited.setter());
  while (server_->requests().empty()) std::this_thread::yield();
  caller_->cancel({{1, 2}, 3});
  EXPECT_EQ(awaited.get().error().kind, Kind::kCancelled);
  caller_->cancel({{1, 2}, 3});  // nothing left to cancel
  loops_.stop();
}

TEST_F(HttpServiceCallerTest, CancelEndsTheCallThatWaitsForItsModelAndNotTheNextOfItsId) {
  serve([](net::Request const&) { return reply(200, R"({"Sound":"quack"})"); });
  start();
  // Whoever asks for a service that there is not is told on the thread that reads models.
  std::promise<void> release;
  auto unknown = quack();
  unknown.service = "geese";
  caller_->call({{9, 9}, 9}, std::move(unknown),
                [held = release.get_future()](ServiceResult const&) { held.wait(); });
  testing::Awaited<ServiceResult> first;
  testing::Awaited<ServiceResult> second;
  caller_->call({{1, 2}, 3}, quack(), first.setter());
  caller_->cancel({{1, 2}, 3});
  caller_->call({{1, 2}, 3}, quack(), second.setter());
  release.set_value();
  auto const cancelled = first.get();
  ASSERT_FALSE(cancelled);
  EXPECT_EQ(cancelled.error().kind, Kind::kCancelled);
  EXPECT_TRUE(second.get());
  EXPECT_EQ(server_->requests().size(), 1U);
}

TEST_F(HttpServiceCallerTest, TimeIsForAllAttempts) {
  serve(nullptr);
  server_->holds = true;
  auto call = quack("quackOnce", "{}");
  call.timeout = Milliseconds(50);
  auto const answer = result(call);
  EXPECT_EQ(answer.error().kind, Kind::kTimeout);
  EXPECT_EQ(answer.error().attempts, 1U);
  EXPECT_THAT(server_->requests().at(0).body, HasSubstr(R"("Token":"token-1")"));
  loops_.stop();
}

TEST_F(HttpServiceCallerTest, AssumesTheRoleOfTheTask) {
  plan_ = {StaticSource{{"BASE", "s", ""}}};
  serve([](net::Request const& request) {
    if (!request.body.starts_with("Action=AssumeRole")) return reply(200, "{}");
    return reply(200,
                 "<R><Credentials><AccessKeyId>ROLE</AccessKeyId><SecretAccessKey>r"
                 "</SecretAccessKey><SessionToken>st</SessionToken></Credentials></R>",
                 "text/xml");
  });
  auto call = quack();
  call.role_arn = "arn:aws:iam::123456789012:role/other";
  ASSERT_TRUE(result(call));
  auto const request = server_->requests().at(1);
  EXPECT_THAT(header(request, "Authorization"), HasSubstr("Credential=ROLE/"));
  EXPECT_EQ(header(request, "X-Amz-Security-Token"), "st");
}

}  // namespace
}  // namespace treadle::integrations::aws_sdk
