#include "treadle/integrations/aws_sdk/service_location.h"

#include <optional>
#include <string>

#include <gtest/gtest.h>

namespace treadle::integrations::aws_sdk {
namespace {

using Kind = ServiceLocation::Kind;

auto model(std::string_view id, std::string_view prefix) -> ServiceModel {
  ServiceModel out;
  out.service_id = id;
  out.endpoint_prefix = prefix;
  return out;
}

struct Case {
  char const* name;
  Environment environment;
  ServiceSettings settings;
  bool is_local;
  bool has_credentials;
  Kind kind;
  char const* url;
};

auto locate(Case const& c, std::string_view id, ServiceModel const& service)
    -> Result<ServiceLocation, std::string> {
  auto configuration = read_aws_configuration(c.environment);
  configuration.services = c.settings;
  return locate_service(configuration, {.id = id,
                                        .model = service,
                                        .region = "eu-west-1",
                                        .is_local = c.is_local,
                                        .has_credentials = c.has_credentials});
}

TEST(ServiceLocation, OrderOfPlaces) {
  ServiceSettings const at_url{{"timestreamwrite", {ServicePlace::kUrl, "http://yaml", ""}}};
  ServiceSettings const local{{"timestreamwrite", {ServicePlace::kLocal, "", ""}}};
  ServiceSettings const aws{{"timestreamwrite", {ServicePlace::kAws, "", ""}}};
  Environment const own{{"AWS_ENDPOINT_URL_TIMESTREAM_WRITE", "http://own/"},
                        {"AWS_ENDPOINT_URL", "http://all"}};
  Environment const all{{"AWS_ENDPOINT_URL", "http://all/x/"}};
  auto const* const real = "https://ingest.timestream.eu-west-1.amazonaws.com";
  Case const cases[] = {
      {"yaml_wins", own, at_url, true, true, Kind::kEndpoint, "http://yaml"},
      {"yaml_local", own, local, true, true, Kind::kLocal, ""},
      {"yaml_aws", own, aws, true, false, Kind::kAws, real},
      {"own_variable", own, {}, true, true, Kind::kEndpoint, "http://own"},
      {"variable_of_all", all, {}, true, true, Kind::kEndpoint, "http://all/x"},
      {"credentials", {}, {}, true, true, Kind::kAws, real},
      {"nothing_but_here", {}, {}, true, false, Kind::kLocal, ""},
      {"nothing_at_all", {}, {}, false, false, Kind::kAws, real},
  };
  for (auto const& c : cases) {
    auto const found = locate(c, "timestreamwrite", model("Timestream Write", "ingest.timestream"));
    ASSERT_TRUE(found) << c.name;
    EXPECT_EQ(found->kind, c.kind) << c.name;
    EXPECT_EQ(found->url, c.url) << c.name;
    EXPECT_EQ(found->signing_region, "eu-west-1") << c.name;
  }
}

TEST(ServiceLocation, StepFunctionsIsThisProcess) {
  Case const cases[] = {
      {"all", {{"AWS_ENDPOINT_URL", "http://all"}}, {}, true, true, Kind::kLocal, ""},
      {"own",
       {{"AWS_ENDPOINT_URL_SFN", "http://sfn"}},
       {},
       true,
       true,
       Kind::kEndpoint,
       "http://sfn"},
      {"yaml",
       {},
       {{"sfn", {ServicePlace::kUrl, "http://y", ""}}},
       true,
       true,
       Kind::kEndpoint,
       "http://y"},
  };
  for (auto const& c : cases) {
    auto const found = locate(c, "sfn", model("SFN", "states"));
    ASSERT_TRUE(found) << c.name;
    EXPECT_EQ(found->kind, c.kind) << c.name;
    EXPECT_EQ(found->url, c.url) << c.name;
  }
}

TEST(ServiceLocation, LocalWhereNothingIsLocal) {
  Case const c{"",    {},    {{"glue", {ServicePlace::kLocal, "", "treadle.yaml:3:3"}}},
               false, false, Kind::kLocal,
               ""};
  auto const found = locate(c, "glue", model("Glue", "glue"));
  ASSERT_FALSE(found);
  EXPECT_TRUE(found.error().starts_with("treadle.yaml:3:3: treadle does not answer 'glue' itself"));
  EXPECT_TRUE(found.error().contains("AWS_ENDPOINT_URL_GLUE"));
}

TEST(ServiceLocation, AwsAddresses) {
  struct Address {
    char const* prefix;
    char const* region;
    char const* url;
    char const* signing_region;
  };
  Address const addresses[] = {
      {"s3", "us-east-1", "https://s3.us-east-1.amazonaws.com", "us-east-1"},
      {"sqs", "cn-north-1", "https://sqs.cn-north-1.amazonaws.com.cn", "cn-north-1"},
      {"sqs", "us-gov-west-1", "https://sqs.us-gov-west-1.amazonaws.com", "us-gov-west-1"},
      {"sqs", "us-isob-east-1", "https://sqs.us-isob-east-1.sc2s.sgov.gov", "us-isob-east-1"},
      {"iam", "eu-west-1", "https://iam.amazonaws.com", "us-east-1"},
      {"iam", "cn-northwest-1", "https://iam.cn-north-1.amazonaws.com.cn", "cn-north-1"},
      {"route53", "us-gov-east-1", "https://route53.us-gov.amazonaws.com", "us-gov-west-1"},
      {"organizations", "eu-west-1", "https://organizations.us-east-1.amazonaws.com", "us-east-1"},
  };
  for (auto const& a : addresses) {
    auto const found = aws_location(model("X", a.prefix), a.region);
    EXPECT_EQ(found.url, a.url);
    EXPECT_EQ(found.signing_region, a.signing_region) << a.url;
  }
}

}  // namespace
}  // namespace treadle::integrations::aws_sdk
