#include "treadle/integrations/registry.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/integrations/calls.h"

namespace treadle::integrations {
namespace {

using testing::make_call;
using testing::output_of;
using testing::result_of;
using testing::service_resource;

// Answers with its own name and keeps what it was told.
class NamedConnector final : public Connector {
 public:
  explicit NamedConnector(std::string name) : name_(std::move(name)) {}
  void invoke(TaskCall, CallDone done) override { done(CallSucceeded{name_}); }
  void cancel(CallId id) override { cancelled.push_back(id); }
  std::vector<CallId> cancelled;

 private:
  std::string name_;
};

struct Fixture {
  Fixture() {
    registry.add_lambda_functions(lambda);
    registry.add_service("lambda", "invoke", lambda);
    registry.add_service("sqs", "sendMessage", std::make_shared<NamedConnector>("sqs send"));
    registry.add_service("aws-sdk:sqs", "", std::make_shared<NamedConnector>("sqs sdk"));
  }
  std::shared_ptr<NamedConnector> lambda = std::make_shared<NamedConnector>("lambda");
  Registry registry;
};

auto sdk_resource(std::string_view service, std::string_view action)
    -> std::shared_ptr<asl::Resource const> {
  auto resource = std::make_shared<asl::Resource>(*service_resource(service, action));
  resource->is_aws_sdk = true;
  return resource;
}

TEST(Registry, FindsTheConnectorOfAResource) {
  struct Case {
    char const* name;
    std::shared_ptr<asl::Resource const> resource;
    char const* connector;
  };
  Case const cases[] = {
      {"function_arn", testing::arn_resource("f"), "lambda"},
      {"optimised", service_resource("lambda", "invoke"), "lambda"},
      {"exact_action", service_resource("sqs", "sendMessage"), "sqs send"},
      {"sdk_any_action", sdk_resource("sqs", "purgeQueue"), "sqs sdk"},
  };
  for (auto const& c : cases) {
    Fixture fixture;
    EXPECT_EQ(output_of(result_of(fixture.registry, make_call(c.resource, "{}"))), c.connector)
        << c.name;
  }
}

TEST(Registry, RefusesWhatNobodyServes) {
  for (auto const& resource :
       {service_resource("glue", "startJobRun"), service_resource("sqs", "purgeQueue"),
        sdk_resource("lambda", "invoke")}) {
    Fixture fixture;
    auto const result = result_of(fixture.registry, make_call(resource, "{}"));
    EXPECT_EQ(result, CallResult(CallFailed{
                          {"States.Runtime",
                           "treadle has no connector for the resource '" + resource->text + "'."},
                          CallStage::kStart}));
  }
}

TEST(Registry, AnyAwsSdkServiceAndWhatReadsLikeOne) {
  struct Case {
    char const* name;
    std::shared_ptr<asl::Resource const> resource;
    char const* connector;
  };
  Case const cases[] = {
      {"own_entry", sdk_resource("sqs", "purgeQueue"), "sqs sdk"},
      {"any_service", sdk_resource("glue", "getJob"), "any sdk"},
      {"without_the_words", service_resource("s3", "putObject"), "any sdk"},
      {"optimised", service_resource("sqs", "sendMessage"), "sqs send"},
  };
  for (auto const& c : cases) {
    Fixture fixture;
    fixture.registry.add_aws_sdk(std::make_shared<NamedConnector>("any sdk"));
    EXPECT_EQ(output_of(result_of(fixture.registry, make_call(c.resource, "{}"))), c.connector)
        << c.name;
    // What AWS has optimized takes its own actions only.
    EXPECT_EQ(fixture.registry.find(*service_resource("glue", "getJob")), nullptr);
  }
}

TEST(Registry, CancelReachesAConnectorOnce) {
  Fixture fixture;
  CallId const id{{7, 8}, 9};
  fixture.registry.cancel(id);
  EXPECT_EQ(fixture.lambda->cancelled, std::vector{id});
}

}  // namespace
}  // namespace treadle::integrations
