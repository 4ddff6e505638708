#include "treadle/integrations/aws_configuration.h"

#include <string>

#include <gtest/gtest.h>

namespace treadle::integrations {
namespace {

auto lambda_endpoint(Environment const& environment) -> ServiceEndpoint {
  return service_endpoint(read_aws_configuration(environment), "LAMBDA", "lambda", "eu-west-1");
}

TEST(AwsConfiguration, EndpointsFromTheMostSpecificVariable) {
  struct Case {
    char const* name;
    Environment environment;
    char const* url;
  };
  Case const cases[] = {
      {"aws_itself", {}, "https://lambda.eu-west-1.amazonaws.com"},
      {"all_services", {{"AWS_ENDPOINT_URL", "http://localhost:4566/"}}, "http://localhost:4566"},
      {"one_service",
       {{"AWS_ENDPOINT_URL", "http://localhost:4566"},
        {"AWS_ENDPOINT_URL_LAMBDA", "http://127.0.0.1:9001/x/"}},
       "http://127.0.0.1:9001/x"},
      {"another_service",
       {{"AWS_ENDPOINT_URL_SQS", "http://q"}},
       "https://lambda.eu-west-1.amazonaws.com"},
      {"empty_is_unset",
       {{"AWS_ENDPOINT_URL_LAMBDA", ""}, {"AWS_ENDPOINT_URL", "http://a"}},
       "http://a"},
  };
  for (auto const& c : cases) EXPECT_EQ(lambda_endpoint(c.environment).url, c.url) << c.name;
}

TEST(AwsConfiguration, DummyKeysOnlyForAConfiguredEndpoint) {
  EXPECT_FALSE(lambda_endpoint({}).credentials);
  auto const dummy = lambda_endpoint({{"AWS_ENDPOINT_URL", "http://a"}}).credentials;
  ASSERT_TRUE(dummy);
  EXPECT_EQ(dummy->access_key_id, "test");
  Environment const real{
      {"AWS_ACCESS_KEY_ID", "AKID"}, {"AWS_SECRET_ACCESS_KEY", "s"}, {"AWS_SESSION_TOKEN", "t"}};
  auto const credentials = lambda_endpoint(real).credentials;
  ASSERT_TRUE(credentials);
  EXPECT_EQ(credentials->access_key_id, "AKID");
  EXPECT_EQ(credentials->session_token, "t");
}

TEST(AwsConfiguration, Region) {
  EXPECT_EQ(read_aws_configuration({}).region, "us-east-1");
  EXPECT_EQ(read_aws_configuration({{"AWS_DEFAULT_REGION", "eu-west-1"}}).region, "eu-west-1");
  EXPECT_EQ(
      read_aws_configuration({{"AWS_DEFAULT_REGION", "eu-west-1"}, {"AWS_REGION", "sa-east-1"}})
          .region,
      "sa-east-1");
}

TEST(Urls, PartsAndEncoding) {
  EXPECT_EQ(authority_of("http://127.0.0.1:9001/x?y"), "127.0.0.1:9001");
  EXPECT_EQ(authority_of("https://lambda.us-east-1.amazonaws.com"),
            "lambda.us-east-1.amazonaws.com");
  EXPECT_EQ(authority_of("nonsense"), "");
  EXPECT_EQ(percent_encode("arn:aws:lambda:f/$LATEST é~"),
            "arn%3Aaws%3Alambda%3Af%2F%24LATEST%20%C3%A9~");
}

}  // namespace
}  // namespace treadle::integrations
