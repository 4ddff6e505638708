// Calls that go where the service says, with servers on loopback for AWS and for its cells.
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integrations/calls.h"
#include "tests/integrations/functions/local_functions.h"
#include "tests/integrations/scripted_server.h"
#include "tests/support/fake_clock.h"
#include "treadle/base/random.h"
#include "treadle/integrations/aws_sdk/http_service_caller.h"

namespace treadle::integrations::aws_sdk {
namespace {

using namespace std::chrono_literals;
using Kind = CallProblem::Kind;
using testing::header;
using testing::reply;
using testing::ScriptedServer;

constexpr auto kModel = R"({
  "metadata": {"protocol": "json", "jsonVersion": "1.0", "serviceId": "Cells", "endpointPrefix":
    "cells", "signingName": "cells", "targetPrefix": "Cells_2020", "apiVersion": "2020-01-01"},
  "operations": {
    "DescribeEndpoints": {"name": "DescribeEndpoints", "input": {"shape": "None"},
      "output": {"shape": "Endpoints"}, "endpointoperation": true},
    "Write": {"name": "Write", "input": {"shape": "None"}, "output": {"shape": "None"},
      "endpointdiscovery": {"required": true}},
    "Read": {"name": "Read", "input": {"shape": "None"}, "output": {"shape": "None"},
      "endpointdiscovery": {}}},
  "shapes": {
    "None": {"type": "structure", "members": {}},
    "Endpoints": {"type": "structure", "members": {"Endpoints": {"shape": "List"}}},
    "List": {"type": "list", "member": {"shape": "Endpoint"}},
    "Endpoint": {"type": "structure", "members":
      {"Address": {"shape": "Text"}, "CachePeriodInMinutes": {"shape": "Number"}}},
    "Text": {"type": "string"}, "Number": {"type": "long"}}})";

class NoDelay final : public Random {
 public:
  [[nodiscard]] auto next_u64() -> std::uint64_t override { return 0; }
};

std::string aws_url;  // which stands for all of AWS
auto test_location(ServiceModel const&, std::string_view region) -> ServiceLocation {
  return {ServiceLocation::Kind::kAws, aws_url, std::string(region)};
}

class EndpointDiscoveryTest : public ::testing::Test {
 protected:
  EndpointDiscoveryTest() {
    models_folder_.write("cells/2020-01-01/service-2.json", kModel);
    models_ = std::make_unique<ServiceModels>(models_folder_.path());
    cell_ = std::make_unique<ScriptedServer>(
        loops_, [this](net::Request const&) { return reply(cell_status, cell_body); });
    aws_ = std::make_unique<ScriptedServer>(loops_, [this](net::Request const& request) {
      if (header(request, "X-Amz-Target") != "Cells_2020.DescribeEndpoints")
        return reply(200, "{}");
      if (!tells) return reply(403, R"({"__type":"AccessDeniedException","message":"no"})");
      return reply(200, R"({"Endpoints":[{"Address":")" + cell_->url() +
                            R"(","CachePeriodInMinutes":10}]})");
    });
    aws_url = aws_->url();
  }
  ~EndpointDiscoveryTest() override { loops_.stop(); }

  auto result(std::string action, std::string role = {}) -> ServiceResult {
    if (!caller_) {
      credentials_ = std::make_unique<CredentialProvider>(configuration_, plan_, http_, clock_);
      caller_ = std::make_unique<HttpServiceCaller>(
          ServiceCallerParts{configuration_, *models_, *credentials_, http_, local_, loops_, clock_,
                             random_, test_location});
      loops_.start();
    }
    ServiceCall call{.service = "cells",
                     .action = std::move(action),
                     .parameters = "{}",
                     .region = "eu-west-1",
                     .role_arn = std::move(role),
                     .idempotency_token = {},
                     .timeout = {}};
    testing::Awaited<ServiceResult> awaited;
    caller_->call({{1, 2}, 3}, std::move(call), awaited.setter());
    return awaited.get();
  }
  static auto targets(ScriptedServer const& server) -> std::vector<std::string> {
    std::vector<std::string> out;
    for (auto const& request : server.requests())
      out.push_back(header(request, "X-Amz-Target").substr(std::string("Cells_2020.").size()));
    return out;
  }

  int cell_status = 200;
  std::string cell_body = "{}";
  bool tells = true;
  net::EventLoops loops_{1};
  test::FakeClock clock_;
  NoDelay random_;
  testing::TemporaryFolder models_folder_;
  std::unique_ptr<ServiceModels> models_;
  AwsConfiguration configuration_;
  CredentialPlan plan_{StaticSource{{"AKID", "secret", ""}}};
  LocalServices local_;
  HttpCaller http_{loops_, {}};
  std::unique_ptr<ScriptedServer> cell_;
  std::unique_ptr<ScriptedServer> aws_;
  std::unique_ptr<CredentialProvider> credentials_;
  std::unique_ptr<HttpServiceCaller> caller_;
};

using Targets = std::vector<std::string>;

TEST_F(EndpointDiscoveryTest, calls_go_where_the_service_says_as_long_as_it_says) {
  ASSERT_TRUE(result("write"));
  ASSERT_TRUE(result("write"));
  EXPECT_EQ(targets(*aws_), Targets{"DescribeEndpoints"});
  EXPECT_EQ(targets(*cell_), (Targets{"Write", "Write"}));
  auto const request = cell_->requests().at(0);
  EXPECT_EQ(header(request, "Host"), "127.0.0.1:" + cell_->port());
  net::SignatureVerifier const verifier(
      {{.id = "AKID", .secret = "secret", .actions = {}, .resources = {}}},
      {.region = "eu-west-1", .service = "cells"});
  EXPECT_TRUE(verifier.verify(request, clock_.now()));
  clock_.advance(10min);
  ASSERT_TRUE(result("write"));
  EXPECT_EQ(targets(*aws_).size(), 2U);
}

TEST_F(EndpointDiscoveryTest, what_does_not_need_it_goes_to_the_regions_endpoint) {
  ASSERT_TRUE(result("read"));
  ASSERT_TRUE(result("describeEndpoints"));
  EXPECT_EQ(targets(*aws_), (Targets{"Read", "DescribeEndpoints"}));
}

TEST_F(EndpointDiscoveryTest, a_call_that_came_to_the_wrong_place_is_made_once_more) {
  cell_status = 421;
  cell_body = R"({"__type":"InvalidEndpointException","message":"not here"})";
  auto const answer = result("write");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().error.code, "InvalidEndpointException");
  EXPECT_EQ(answer.error().attempts, 2U);
  EXPECT_EQ(targets(*aws_), (Targets{"DescribeEndpoints", "DescribeEndpoints"}));
  EXPECT_EQ(targets(*cell_), (Targets{"Write", "Write"}));
}

TEST_F(EndpointDiscoveryTest, without_an_endpoint_nothing_is_sent) {
  tells = false;
  auto const answer = result("write");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, Kind::kNotSent);
  EXPECT_EQ(answer.error().error.message,
            "The endpoint of Cells is not known: AccessDeniedException: no");
  EXPECT_TRUE(cell_->requests().empty());
  tells = true;
  EXPECT_TRUE(result("write"));
}

TEST_F(EndpointDiscoveryTest, another_server_than_awss_is_not_asked) {
  configuration_.endpoint_url = aws_->url();
  ASSERT_TRUE(result("write"));
  EXPECT_EQ(targets(*aws_), Targets{"Write"});
}

TEST_F(EndpointDiscoveryTest, nor_is_this_process) {
  plan_ = {NoSource{"none are configured"}};
  local_.emplace(
      "cells", [](net::Request&&, net::Responder responder) { responder.send(reply(200, "{}")); });
  ASSERT_TRUE(result("write"));
  EXPECT_TRUE(aws_->requests().empty());
}

TEST_F(EndpointDiscoveryTest, a_cancelled_call_does_not_wait_for_it) {
  aws_->holds = true;
  ASSERT_FALSE(caller_);
  auto call = ServiceCall{.service = "cells",
                          .action = "write",
                          .parameters = "{}",
                          .region = "eu-west-1",
                          .role_arn = {},
                          .idempotency_token = {},
                          .timeout = Milliseconds(50)};
  credentials_ = std::make_unique<CredentialProvider>(configuration_, plan_, http_, clock_);
  caller_ = std::make_unique<HttpServiceCaller>(
      ServiceCallerParts{configuration_, *models_, *credentials_, http_, local_, loops_, clock_,
                         random_, test_location});
  loops_.start();
  testing::Awaited<ServiceResult> late;
  caller_->call({{1, 2}, 3}, call, late.setter());
  EXPECT_EQ(late.get().error().kind, Kind::kTimeout);
  call.timeout = {};
  testing::Awaited<ServiceResult> cancelled;
  caller_->call({{1, 2}, 4}, call, cancelled.setter());
  caller_->cancel({{1, 2}, 4});
  EXPECT_EQ(cancelled.get().error().kind, Kind::kCancelled);
  loops_.stop();
}

}  // namespace
}  // namespace treadle::integrations::aws_sdk
