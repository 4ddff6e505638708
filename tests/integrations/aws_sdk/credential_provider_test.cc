// Credentials from servers that answer as STS, containers and instances do.

#include "treadle/integrations/aws_sdk/credential_provider.h"

#include <atomic>
#include <fstream>
#include <memory>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integrations/calls.h"
#include "tests/integrations/functions/local_functions.h"
#include "tests/integrations/scripted_server.h"
#include "tests/support/fake_clock.h"

namespace treadle::integrations::aws_sdk {
namespace {

using ::testing::HasSubstr;
using testing::header;
using testing::reply;
using testing::ScriptedServer;
using namespace std::chrono_literals;

class CredentialProviderTest : public ::testing::Test {
 protected:
  ~CredentialProviderTest() override { loops_.stop(); }

  void serve(ScriptedServer::Answer answer) {
    server_ = std::make_unique<ScriptedServer>(loops_, std::move(answer));
    configuration_.endpoint_url = server_->url();
  }
  void use(CredentialPlan plan) {
    provider_ =
        std::make_unique<CredentialProvider>(configuration_, std::move(plan), http_, clock_);
    loops_.start();
  }
  auto get(std::string const& role = "") -> std::string {
    testing::Awaited<std::string> got;
    provider_->get(
        role, "eu-west-1", [set = got.setter()](CredentialProvider::Got const& keys) mutable {
          set(keys ? keys->access_key_id + "/" + keys->secret_access_key + "/" + keys->session_token
                   : "(none) " + keys.error());
        });
    return got.get();
  }
  auto expires_in(Milliseconds life) -> std::string { return to_iso8601(clock_.now() + life); }
  auto json_keys(std::string const& id, Milliseconds life) -> std::string {
    return R"({"Code":"Success","AccessKeyId":")" + id +
           R"(","SecretAccessKey":"s","Token":"t","Expiration":")" + expires_in(life) + "\"}";
  }
  auto xml_keys(std::string const& id, Milliseconds life) -> std::string {
    return "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">"
           "<AssumeRoleResult><Credentials><AccessKeyId>" +
           id + "</AccessKeyId><SecretAccessKey>s&amp;s</SecretAccessKey><SessionToken>t" +
           "</SessionToken><Expiration>" + expires_in(life) +
           "</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>";
  }

  net::EventLoops loops_{1};
  test::FakeClock clock_;
  AwsConfiguration configuration_;
  HttpCaller http_{loops_, {}};
  std::unique_ptr<ScriptedServer> server_;
  std::unique_ptr<CredentialProvider> provider_;
};

TEST_F(CredentialProviderTest, AsksTheInstanceWithASession) {
  serve([this](net::Request const& request) {
    if (request.method == "PUT")
      return reply(header(request, "X-aws-ec2-metadata-token-ttl-seconds") == "21600" ? 200 : 400,
                   "SESSION", "text/plain");
    if (header(request, "X-aws-ec2-metadata-token") != "SESSION") return reply(401, "");
    if (request.target.ends_with("/security-credentials/"))
      return reply(200, "my role\n", "text/plain");
    return reply(request.target.ends_with("/my%20role") ? 200 : 404, json_keys("IMDS", 6h));
  });
  use({InstanceSource{server_->url()}});
  EXPECT_EQ(get(), "IMDS/s/t");
  EXPECT_EQ(get(), "IMDS/s/t");
  EXPECT_EQ(server_->requests().size(), 3U);  // kept
}

TEST_F(CredentialProviderTest, RefreshesBeforeTheyExpire) {
  std::atomic<int> round = 0;
  serve([&](net::Request const&) {
    return reply(200, json_keys("K" + std::to_string(++round), 10min));
  });
  use({ContainerSource{server_->url() + "/c", "TOKEN", ""}});
  EXPECT_EQ(get(), "K1/s/t");
  EXPECT_EQ(header(server_->requests()[0], "Authorization"), "TOKEN");
  clock_.advance(4min);
  EXPECT_EQ(get(), "K1/s/t");
  clock_.advance(330s);  // 30 s are left: nobody gets them any more
  EXPECT_EQ(get(), "K2/s/t");
  clock_.advance(6min);  // 4 minutes are left: these serve while others are fetched
  EXPECT_EQ(get(), "K2/s/t");
  while (round < 3) std::this_thread::yield();
  clock_.advance(5min);
  EXPECT_EQ(get(), "K3/s/t");
}

TEST_F(CredentialProviderTest, OneRequestForAllWhoWait) {
  serve([&](net::Request const&) { return reply(200, json_keys("K", 1h)); });
  use({ContainerSource{server_->url() + "/c", "", ""}});
  testing::Awaited<int> all;
  std::atomic<int> left = 50;
  auto set = all.setter();
  for (int i = 0; i < 50; ++i)
    provider_->get("", "eu-west-1", [&](CredentialProvider::Got const& got) {
      EXPECT_TRUE(got);
      if (--left == 0) set(0);
    });
  all.get();
  EXPECT_EQ(server_->requests().size(), 1U);
}

TEST_F(CredentialProviderTest, AssumesRolesAndKeepsThemApart) {
  serve([this](net::Request const& request) {
    bool const is_signed = header(request, "Authorization")
                               .contains("Credential=BASE/20231114/eu-west-1/sts/aws4_request");
    if (!is_signed) return reply(403, "<E><Error><Code>C</Code><Message>m</Message></Error></E>");
    return reply(200, xml_keys(request.body.contains("RoleArn=arn%3Aa") ? "A" : "B", 1h),
                 "text/xml");
  });
  use({StaticSource{{"BASE", "s", ""}}});
  EXPECT_EQ(get("arn:a"), "A/s&s/t");
  EXPECT_EQ(get("arn:b"), "B/s&s/t");
  EXPECT_EQ(get("arn:a"), "A/s&s/t");
  EXPECT_EQ(get(), "BASE/s/");
  auto const requests = server_->requests();
  ASSERT_EQ(requests.size(), 2U);
  EXPECT_THAT(requests[0].body, HasSubstr("Action=AssumeRole&Version=2011-06-15"));
  EXPECT_THAT(requests[0].body, HasSubstr("RoleSessionName=treadle&DurationSeconds=3600"));
}

TEST_F(CredentialProviderTest, WebIdentityReadsItsTokenEachTime) {
  testing::TemporaryFolder const folder;
  auto const file = folder.path() + "/token";
  std::ofstream(file) << "first\n";
  serve([this](net::Request const& request) {
    EXPECT_EQ(header(request, "Authorization"), "(none)");
    return reply(200, xml_keys(request.body.contains("WebIdentityToken=first") ? "1" : "2", 2min),
                 "text/xml");
  });
  use({WebIdentitySource{"arn:w", "me", file}});
  EXPECT_EQ(get(), "1/s&s/t");
  std::ofstream(file) << "second\n";
  clock_.advance(2min);
  EXPECT_EQ(get(), "2/s&s/t");
}

TEST_F(CredentialProviderTest, SaysWhyThereAreNone) {
  serve([](net::Request const& request) {
    return request.body.contains("denied")
               ? reply(403,
                       "<R><Error><Code>AccessDenied</Code><Message>not you</Message></Error></R>",
                       "text/xml")
               : reply(200, "<broken", "text/xml");
  });
  use({StaticSource{{"BASE", "secret", ""}}});
  EXPECT_EQ(get("arn:denied"),
            "(none) the role 'arn:denied' can't be assumed: not you (AccessDenied)");
  EXPECT_EQ(get("arn:broken"),
            "(none) the role 'arn:broken' can't be assumed: the answer holds no credentials");
  get("arn:denied");
  EXPECT_EQ(server_->requests().size(), 2U);  // not asked again at once
  clock_.advance(6s);
  get("arn:denied");
  EXPECT_EQ(server_->requests().size(), 3U);
}

}  // namespace
}  // namespace treadle::integrations::aws_sdk
