// services, connections and httpTask of treadle.yaml.

#include <string>

#include <gtest/gtest.h>

#include "tests/import/temporary_folder.h"
#include "treadle/import/project.h"

namespace treadle::import {
namespace {

auto load(std::string const& yaml) -> Result<Project, std::string> {
  TemporaryFolder const folder;
  folder.write("treadle.yaml", yaml);
  auto project = load_project(folder.path());
  if (!project) {
    auto const at = project.error().find("treadle.yaml:");
    return std::unexpected(project.error().substr(std::min(at, project.error().size())));
  }
  return project;
}

TEST(ProjectServices, Services) {
  auto const project = load(
      "services:\n  s3: local\n  dynamodb: http://127.0.0.1:8000/\n  sns: aws\n  sqs: \"local\"\n");
  ASSERT_TRUE(project) << project.error();
  auto const& services = project->services;
  ASSERT_EQ(services.size(), 4U);
  EXPECT_EQ(services[0].id, "s3");
  EXPECT_EQ(services[0].place, ServicePlace::kLocal);
  EXPECT_TRUE(services[0].written.ends_with("treadle.yaml:2:3"));
  EXPECT_EQ(services[1].place, ServicePlace::kUrl);
  EXPECT_EQ(services[1].url, "http://127.0.0.1:8000");
  EXPECT_EQ(services[2].place, ServicePlace::kAws);
}

TEST(ProjectServices, Connections) {
  auto const project = load(
      "connections:\n"
      "  a:\n    authorization: BASIC\n    basic: {username: u, password: {environment: PW}}\n"
      "  b:\n    arn: arn:x\n    authorization: API_KEY\n"
      "    apiKey: {name: X-Key, value: {file: secrets/key}}\n    headers: {X-A: v}\n"
      "  c:\n    authorization: OAUTH_CLIENT_CREDENTIALS\n    oauth:\n      endpoint: https://t/x\n"
      "      clientId: id\n      clientSecret: {environment: S}\n      bodyParameters: {scope: "
      "all}\n"
      "httpTask: {allow: [10.0.0.0/8], allowHttp: [\"localhost:1\"]}\n");
  ASSERT_TRUE(project) << project.error();
  auto const& [a, b, c] =
      std::tie(project->connections[0], project->connections[1], project->connections[2]);
  EXPECT_EQ(a.user.value, "u");
  EXPECT_EQ(a.secret.kind, Text::Kind::kEnvironment);
  EXPECT_EQ(a.secret.value, "PW");
  EXPECT_EQ(b.arn, "arn:x");
  EXPECT_EQ(b.secret.kind, Text::Kind::kFile);
  EXPECT_TRUE(b.secret.value.ends_with("/secrets/key"));
  EXPECT_EQ(b.fields.headers.at(0).second.value, "v");
  EXPECT_EQ(c.token_url, "https://t/x");
  EXPECT_EQ(c.token_fields.body_parameters.at(0).first, "scope");
  EXPECT_EQ(project->http_task.allow.at(0), "10.0.0.0/8");
  EXPECT_EQ(project->http_task.allow_http.at(0), "localhost:1");
}

TEST(ProjectServices, Refusals) {
  struct Case {
    char const* yaml;
    char const* error;
  };
  Case const cases[] = {
      {"services: [s3]\n", "treadle.yaml:1:11: expected local, aws or a URL by service"},
      {"services:\n  S3: local\n",
       "treadle.yaml:2:3: expected a service as AWS SDK integrations write it: lower-case letters "
       "and digits, such as dynamodb"},
      {"services:\n  s3: remote\n",
       "treadle.yaml:2:7: expected local, aws or a URL that begins with http:// or https://"},
      {"services:\n  s3: {url: x}\n",
       "treadle.yaml:2:7: expected local, aws or a URL that begins with http:// or https://"},
      {"connections:\n  a: {authorization: NONE}\n",
       "treadle.yaml:2:22: expected BASIC, API_KEY or OAUTH_CLIENT_CREDENTIALS as 'authorization'"},
      {"connections:\n  a: {authorization: BASIC}\n",
       "treadle.yaml:2:3: expected 'basic' beside the authorization"},
      {"connections:\n  a:\n    authorization: API_KEY\n    apiKey: {name: N, value: plain}\n",
       "treadle.yaml:4:30: expected {environment: NAME} or {file: PATH}: a secret does not stand "
       "here itself"},
      {"connections:\n  a:\n    authorization: API_KEY\n    apiKey: {name: N, value: {env: X}}\n",
       "treadle.yaml:4:30: expected a text, {environment: NAME} or {file: PATH} as 'value'"},
      {"httpTask: {deny: []}\n",
       "treadle.yaml:1:12: expected one of allow, allowHttp, but not 'deny'"},
  };
  for (auto const& c : cases) {
    auto const project = load(c.yaml);
    ASSERT_FALSE(project) << c.yaml;
    EXPECT_EQ(project.error(), c.error) << c.yaml;
  }
}

}  // namespace
}  // namespace treadle::import
