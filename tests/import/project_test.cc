#include "treadle/import/project.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/import/temporary_folder.h"

namespace treadle::import {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

TEST(Project, ReadsEverything) {
  TemporaryFolder const folder;
  folder.write("orders.asl.json", "{\n}");
  folder.write("src/index.mjs", "");
  folder.write("treadle.yaml", R"(
stateMachines:
  orders:
    definition: orders.asl.json
    type: EXPRESS
    roleArn: arn:aws:iam::123456789012:role/orders
    loggingConfiguration:
      level: ALL
      includeExecutionData: true
      destinations:
        - cloudWatchLogsLogGroup:
            logGroupArn: arn:aws:logs:us-east-1:123456789012:log-group:orders:*
    tracingConfiguration:
      enabled: true
    tags:
      Team: orders
      Cost: 7
  plain:
    definition: orders.asl.json
functions:
  pay:
    runtime: nodejs
    handler: index.handler
    code: src
    timeout: 30
    memory: 256
    environment:
      TABLE: orders
      EMPTY:
  ship:
    runtime: python
    handler: app.main
  bill:
    runtime: command
    handler: ./bill --json
  post:
    runtime: http
    url: http://127.0.0.1:9000/post
  elsewhere: {}
  too:
)");
  auto const project = load_project(folder.path());
  ASSERT_TRUE(project) << project.error();
  ASSERT_EQ(project->state_machines.size(), 2U);
  auto const& orders = project->state_machines[0];
  EXPECT_EQ(orders.name, "orders");
  EXPECT_EQ(orders.definition, "{\n}");
  EXPECT_EQ(orders.type, asl::MachineType::kExpress);
  EXPECT_EQ(orders.role_arn, "arn:aws:iam::123456789012:role/orders");
  EXPECT_EQ(orders.logging,
            (LoggingConfiguration{"ALL", true,
                                  "arn:aws:logs:us-east-1:123456789012:log-group:orders:*"}));
  EXPECT_TRUE(orders.is_tracing_enabled);
  EXPECT_THAT(orders.tags, ElementsAre(Pair("Team", "orders"), Pair("Cost", "7")));
  auto const& plain = project->state_machines[1];
  EXPECT_EQ(plain.type, asl::MachineType::kStandard);
  EXPECT_EQ(plain.role_arn, kDefaultRoleArn);
  EXPECT_EQ(plain.logging, std::nullopt);

  ASSERT_EQ(project->functions.size(), 6U);
  auto const& pay = project->functions[0];
  EXPECT_EQ(pay.runtime, FunctionRuntime::kNodejs);
  EXPECT_EQ(pay.handler, "index.handler");
  EXPECT_EQ(pay.code, std::filesystem::canonical(folder.path() / "src"));
  EXPECT_EQ(pay.timeout, std::chrono::seconds(30));
  EXPECT_EQ(pay.memory_mb, 256U);
  EXPECT_THAT(pay.environment, ElementsAre(Pair("TABLE", "orders"), Pair("EMPTY", "")));
  EXPECT_EQ(project->functions[1].code, std::filesystem::canonical(folder.path()));
  EXPECT_EQ(project->functions[1].timeout, std::nullopt);
  EXPECT_EQ(project->functions[2].command, "./bill --json");
  EXPECT_EQ(project->functions[3].url, "http://127.0.0.1:9000/post");
  EXPECT_EQ(project->functions[4].runtime, std::nullopt);
  EXPECT_EQ(project->functions[5].name, "too");
}

TEST(Project, MayBeEmptyOrJson) {
  TemporaryFolder const folder;
  folder.write("treadle.yaml", "# nothing yet\n");
  ASSERT_TRUE(load_project(folder.path()));
  folder.write("treadle.yaml", R"({"functions": {"f": {"runtime": "python", "handler": "a.b"}}})");
  auto const project = load_project(folder.path());
  ASSERT_TRUE(project) << project.error();
  EXPECT_EQ(project->functions[0].handler, "a.b");
}

TEST(Project, MustBeThere) {
  TemporaryFolder const folder;
  auto const project = load_project(folder.path());
  ASSERT_FALSE(project);
  EXPECT_THAT(project.error(), HasSubstr("treadle.yaml: there is no such file"));
}

struct ErrorCase {
  char const* name;
  char const* text;
  char const* error;  // after the file's name
};

class ProjectErrorTest : public testing::TestWithParam<ErrorCase> {};

TEST_P(ProjectErrorTest, SaysWhereAndWhat) {
  TemporaryFolder const folder;
  folder.write("treadle.yaml", GetParam().text);
  folder.write("m.json", "{}");
  auto const project = load_project(folder.path());
  ASSERT_FALSE(project);
  EXPECT_THAT(project.error(), HasSubstr(std::string("treadle.yaml:") + GetParam().error));
}

TEST(Project, SaysWhereLogsGo) {
  TemporaryFolder const folder;
  folder.write("treadle.yaml", "logs: {to: cloudwatch, fileMegabytes: 8, files: 2}\n");
  auto const project = load_project(folder.path());
  ASSERT_TRUE(project) << project.error();
  EXPECT_EQ(project->logs.to, LogRules::Place::kCloudWatch);
  EXPECT_EQ(project->logs.file_megabytes, 8U);
  EXPECT_EQ(project->logs.files, 2U);
}

constexpr ErrorCase kErrors[] = {
    {"no_yaml", "a: [", "1:1: "},
    {"list", "- a\n", "1:1: expected a map with stateMachines, functions"},
    {"unknown_section", "machines: {}\n",
     "1:1: expected one of stateMachines, functions, services, connections, httpTask, "
     "statusChanges, logs, approvals, s3, sqs, sns, events, timestream, but not "
     "'machines'"},
    {"machines_as_list", "stateMachines:\n  - a\n", "2:3: expected state machines by name"},
    {"unknown_key", "stateMachines:\n  m:\n    definition: m.json\n    role: r\n",
     "4:5: expected one of definition, type"},
    {"bad_name", "stateMachines:\n  m/n:\n    definition: m.json\n",
     "2:3: expected a name of at most 80"},
    {"no_definition", "stateMachines:\n  m:\n    type: EXPRESS\n", "3:5: expected a 'definition'"},
    {"missing_definition", "stateMachines:\n  m:\n    definition: n.json\n", "3:17: "},
    {"bad_type", "stateMachines:\n  m:\n    definition: m.json\n    type: FAST\n",
     "4:11: expected STANDARD or EXPRESS"},
    {"bad_level",
     "stateMachines:\n  m:\n    definition: m.json\n    loggingConfiguration: {level: SOME}\n",
     "4:35: expected ALL, ERROR, FATAL or OFF"},
    {"bad_flag",
     "stateMachines:\n  m:\n    definition: m.json\n    tracingConfiguration: {enabled: maybe}\n",
     "4:37: expected true or false as 'enabled'"},
    {"bad_tags", "stateMachines:\n  m:\n    definition: m.json\n    tags: [a]\n",
     "4:11: expected texts by name as 'tags'"},
    {"bad_runtime", "functions:\n  f:\n    runtime: ruby\n    handler: a.b\n",
     "3:14: expected nodejs, python, command or http"},
    {"no_handler", "functions:\n  f:\n    runtime: nodejs\n", "3:5: expected a 'handler'"},
    {"no_runtime", "functions:\n  f:\n    handler: a.b\n", "2:3: expected a 'runtime'"},
    {"handler_without_function", "functions:\n  f:\n    runtime: python\n    handler: app\n",
     "4:14: expected FILE.FUNCTION"},
    {"no_folder", "functions:\n  f:\n    runtime: python\n    handler: a.b\n    code: none\n",
     "5:11: expected a folder"},
    {"no_url", "functions:\n  f:\n    runtime: http\n    handler: localhost\n",
     "3:5: expected a URL"},
    {"url_of_a_command", "functions:\n  f:\n    runtime: command\n    url: http://x\n",
     "4:10: expected 'url' only with runtime: http"},
    {"bad_timeout", "functions:\n  f:\n    runtime: python\n    handler: a.b\n    timeout: soon\n",
     "5:14: expected a whole number from 1 to 86400"},
    {"bad_logs", "logs: {to: disk}\n",
     "1:12: expected files, stdout, cloudwatch or nowhere as 'to'"},
    {"bad_log_files", "logs: {files: none}\n", "1:15: expected a whole number from 1 to 1000"},
};
INSTANTIATE_TEST_SUITE_P(Errors, ProjectErrorTest, testing::ValuesIn(kErrors),
                         [](auto const& test) -> std::string { return test.param.name; });

}  // namespace
}  // namespace treadle::import
