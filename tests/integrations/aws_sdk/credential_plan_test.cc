#include "treadle/integrations/aws_sdk/credential_plan.h"

#include <string>
#include <variant>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace treadle::integrations::aws_sdk {
namespace {

// A plan in a line: "keys AKID", "web arn:r /token", "container URL", "instance URL", "none: why",
// and the roles that follow.
auto text_of(CredentialPlan const& plan) -> std::string {
  std::string out;
  if (auto const* none = std::get_if<NoSource>(&plan.source)) out = "none: " + none->why;
  if (auto const* keys = std::get_if<StaticSource>(&plan.source))
    out = "keys " + keys->credentials.access_key_id;
  if (auto const* web = std::get_if<WebIdentitySource>(&plan.source))
    out = fmt::format("web {} {}", web->role_arn, web->token_file);
  if (auto const* container = std::get_if<ContainerSource>(&plan.source))
    out = fmt::format("container {} {}", container->url, container->token);
  if (auto const* instance = std::get_if<InstanceSource>(&plan.source))
    out = "instance " + instance->endpoint;
  for (auto const& role : plan.roles)
    out += fmt::format(" > {} as {}", role.role_arn, role.session_name);
  return out;
}

constexpr auto kConfig = R"(# a comment
[default]
region = eu-west-1
[profile base]
aws_access_key_id = CONFIG
aws_secret_access_key = c
[profile near]
role_arn = arn:near
source_profile = base
role_session_name = me   # mine
[profile far]
role_arn = arn:far
source_profile = near
[profile round]
role_arn = arn:round
source_profile = square
[profile square]
role_arn = arn:square
source_profile = round
[profile self]
role_arn = arn:self
source_profile = self
aws_access_key_id = SELF
aws_secret_access_key = s
[profile metadata]
role_arn = arn:m
credential_source = Ec2InstanceMetadata
[profile web]
role_arn = arn:w
web_identity_token_file = /w
[profile sso]
sso_session = s
[profile nested]
s3 =
  aws_access_key_id = NO
[sso-session s]
aws_access_key_id = NO
)";
constexpr auto kCredentials = R"([base]
aws_access_key_id=FILE
aws_secret_access_key=f
)";

auto plan(Environment const& environment) -> std::string {
  Profiles profiles;
  read_profiles(profiles, kConfig, SharedFile::kConfig);
  read_profiles(profiles, kCredentials, SharedFile::kCredentials);
  return text_of(make_credential_plan(environment, profiles));
}

TEST(CredentialPlan, Table) {
  struct Case {
    char const* name;
    Environment environment;
    char const* plan;
  };
  Environment const keys{{"AWS_ACCESS_KEY_ID", "ENV"}, {"AWS_SECRET_ACCESS_KEY", "e"}};
  Environment const web{{"AWS_WEB_IDENTITY_TOKEN_FILE", "/t"}, {"AWS_ROLE_ARN", "arn:r"}};
  auto both = keys;
  both.insert(web.begin(), web.end());
  both.emplace("AWS_PROFILE", "base");
  Case const cases[] = {
      {"variables_first", both, "keys ENV"},
      {"web_identity", web, "web arn:r /t"},
      {"credentials_file_wins", {{"AWS_PROFILE", "base"}}, "keys FILE"},
      {"role", {{"AWS_PROFILE", "near"}}, "keys FILE > arn:near as me"},
      {"chain_of_roles",
       {{"AWS_PROFILE", "far"}},
       "keys FILE > arn:near as me > arn:far as treadle"},
      {"endless",
       {{"AWS_PROFILE", "round"}},
       "none: the profile 'round' is its own source_profile > arn:square as treadle > arn:round "
       "as treadle"},
      {"own_keys", {{"AWS_PROFILE", "self"}}, "keys SELF > arn:self as treadle"},
      {"role_of_instance",
       {{"AWS_PROFILE", "metadata"}},
       "instance http://169.254.169.254 > arn:m as treadle"},
      {"web_profile", {{"AWS_PROFILE", "web"}}, "web arn:w /w"},
      {"sso",
       {{"AWS_PROFILE", "sso"}},
       "none: the profile 'sso' has sso_session, which treadle does not use"},
      {"nested_settings",
       {{"AWS_PROFILE", "nested"}},
       "none: the profile 'nested' has no credentials"},
      {"unknown_profile",
       {{"AWS_PROFILE", "x"}},
       "none: the profile 'x' is in neither of the shared files"},
      {"container",
       {{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/c"}},
       "container http://169.254.170.2/v2/c "},
      {"container_with_token",
       {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:9/c"},
        {"AWS_CONTAINER_AUTHORIZATION_TOKEN", "T"}},
       "container http://127.0.0.1:9/c T"},
      {"container_elsewhere_in_clear",
       {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://example.com/c"}},
       "none: AWS_CONTAINER_CREDENTIALS_FULL_URI is neither https nor an address of this machine"},
      {"instance", {}, "instance http://169.254.169.254"},
      {"instance_elsewhere",
       {{"AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:7/"}},
       "instance http://127.0.0.1:7"},
      {"no_instance", {{"AWS_EC2_METADATA_DISABLED", "true"}}, "none: none are configured"},
  };
  for (auto const& c : cases) EXPECT_EQ(plan(c.environment), c.plan) << c.name;
}

TEST(CredentialPlan, AnInstancesRoleIsNotConfigured) {
  EXPECT_FALSE(make_credential_plan({}, {}).is_configured());
  EXPECT_FALSE(make_credential_plan({{"AWS_EC2_METADATA_DISABLED", "true"}}, {}).is_configured());
  EXPECT_TRUE(make_credential_plan({{"AWS_ACCESS_KEY_ID", "a"}, {"AWS_SECRET_ACCESS_KEY", "b"}}, {})
                  .is_configured());
}

}  // namespace
}  // namespace treadle::integrations::aws_sdk
