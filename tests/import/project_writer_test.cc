#include "treadle/import/project_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/import/temporary_folder.h"

namespace treadle::import {
namespace {

using testing::HasSubstr;

auto orders() -> StateMachine {
  StateMachine machine;
  machine.name = "orders";
  machine.definition = "{}\n";
  machine.logging =
      LoggingConfiguration{"ERROR", true, "arn:aws:logs:us-east-1:123456789012:log-group:orders:*"};
  machine.is_tracing_enabled = true;
  machine.tags = {{"Team", "on"}};
  return machine;
}

auto pay(std::filesystem::path code) -> ImportedFunction {
  ImportedFunction out;
  out.function.name = "pay";
  out.function.runtime = FunctionRuntime::kNodejs;
  out.function.handler = "index.handler";
  out.function.code = std::move(code);
  out.function.timeout = std::chrono::seconds(30);
  out.function.environment = {{"TABLE", "orders"}, {"ON", "true"}};
  return out;
}

auto elsewhere() -> ImportedFunction {
  ImportedFunction out;
  out.function.name = "elsewhere";
  out.remark = "no handler yet";
  return out;
}

auto project_of(std::filesystem::path const& folder) -> ImportedProject {
  return {.state_machines = {orders()}, .functions = {pay(folder / "src"), elsewhere()}};
}

constexpr char const* kWritten =
    R"(# A treadle project: `treadle server --project` runs it. Format: docs/treadle-yaml.md
stateMachines:
  orders:
    definition: orders.asl.json
    type: STANDARD
    roleArn: "arn:aws:iam::123456789012:role/treadle"
    loggingConfiguration:
      level: ERROR
      includeExecutionData: true
      destinations:
        - cloudWatchLogsLogGroup:
            logGroupArn: "arn:aws:logs:us-east-1:123456789012:log-group:orders:*"
    tracingConfiguration:
      enabled: true
    tags:
      Team: "on"
functions:
  pay:
    runtime: nodejs
    handler: index.handler
    code: src
    timeout: 30
    environment:
      TABLE: orders
      "ON": "true"
  elsewhere: {}  # no handler yet
)";

TEST(ProjectWriter, WritesWhatTheLoaderReads) {
  TemporaryFolder const folder;
  folder.write("src/index.mjs", "");
  auto const written = write_project(folder.path(), project_of(folder.path()));
  ASSERT_TRUE(written) << written.error();
  EXPECT_EQ(folder.read("treadle.yaml"), kWritten);
  EXPECT_EQ(folder.read("orders.asl.json"), "{}\n");
  auto const project = load_project(folder.path());
  ASSERT_TRUE(project) << project.error();
  EXPECT_EQ(project->state_machines[0].logging, orders().logging);
  EXPECT_EQ(project->state_machines[0].tags, orders().tags);
  EXPECT_EQ(project->functions[0].environment, pay({}).function.environment);
  EXPECT_EQ(project->functions[0].code, std::filesystem::canonical(folder.path() / "src"));
}

TEST(ProjectWriter, MakesTheFolder) {
  TemporaryFolder const folder;
  ASSERT_TRUE(write_project(folder.path() / "a" / "b", {}));
  EXPECT_THAT(folder.read("a/b/treadle.yaml"), HasSubstr("stateMachines: {}\nfunctions: {}\n"));
}

TEST(ProjectWriter, RefusesWhatItCannotWrite) {
  TemporaryFolder const folder;
  folder.write("file", "");
  auto const written = write_project(folder.path() / "file", {});
  ASSERT_FALSE(written);
  EXPECT_THAT(written.error(), HasSubstr("file"));
}

TEST(ProjectWriter, NamesFoldersInTheShorterWay) {
  struct Case {
    char const* code;
    char const* expected;
  };
  for (auto const& [code, expected] :
       {Case{"/srv/orders/src", "src"}, Case{"/srv/handlers", "../handlers"},
        Case{"/srv/orders", "\".\""}, Case{"/opt/handlers", "/opt/handlers"}}) {
    ImportedProject const project{.state_machines = {}, .functions = {pay(code)}};
    auto const text = merge_project_text("", project, "/srv/orders");
    ASSERT_TRUE(text);
    EXPECT_THAT(*text, HasSubstr(std::string("    code: ") + expected + "\n"));
  }
}

struct MergeCase {
  char const* name;
  char const* existing;
  char const* merged;
};

class MergeTest : public testing::TestWithParam<MergeCase> {};

TEST_P(MergeTest, KeepsWhatWasThere) {
  StateMachine machine;
  machine.name = "m";
  machine.role_arn = "r";
  ImportedFunction local;
  local.function.name = "f";
  local.function.runtime = FunctionRuntime::kPython;
  local.function.handler = "a.b";
  ImportedProject const project{.state_machines = {machine}, .functions = {local, elsewhere()}};
  auto const merged = merge_project_text(GetParam().existing, project, "/out");
  ASSERT_TRUE(merged) << merged.error();
  EXPECT_EQ(*merged, GetParam().merged);
  EXPECT_EQ(merge_project_text(*merged, project, "/out"), *merged)
      << "a second import changes nothing";
}

constexpr MergeCase kMerges[] = {
    {"settings_of_a_function_stay",
     "stateMachines: {}\nfunctions:\n  f:\n    runtime: command   # mine\n    handler: \"./f\"\n  "
     "elsewhere: {}\n",
     "stateMachines:\n  m:\n    definition: m.asl.json\n    type: STANDARD\n    roleArn: r\n"
     "functions:\n  f:\n    runtime: command   # mine\n    handler: \"./f\"\n  elsewhere: {}  # no "
     "handler yet\n"},
    {"a_function_without_settings_gets_them", "functions:\n  f: {}  # no handler yet\n",
     "functions:\n  f:\n    runtime: python\n    handler: a.b\n  elsewhere: {}  # no handler yet\n"
     "stateMachines:\n  m:\n    definition: m.asl.json\n    type: STANDARD\n    roleArn: r\n"},
    {"others_and_comments_stay",
     "---\n# head\n\n# machines\nstateMachines:\n  # other\n  n:\n    definition: n.json\n\n  # "
     "ours\n  m:\n    definition: old\n"
     "# functions\nfunctions:\n  g:\n    runtime: http\n    url: http://g # here\n# end\n",
     "---\n# head\n\n# machines\nstateMachines:\n  # other\n  n:\n    definition: n.json\n\n  # "
     "ours\n"
     "  m:\n    definition: m.asl.json\n    type: STANDARD\n    roleArn: r\n"
     "# functions\nfunctions:\n  g:\n    runtime: http\n    url: http://g # here\n# end\n"
     "  f:\n    runtime: python\n    handler: a.b\n  elsewhere: {}  # no handler yet\n"},
    {"a_comment_further_in_stays_with_what_is_above_it",
     "functions:\n  g:\n    runtime: python\n    handler: a.b\n    # of g\n  # of f\n  f: {}\n"
     "stateMachines: {}\n",
     "functions:\n  g:\n    runtime: python\n    handler: a.b\n    # of g\n  # of f\n  f:\n"
     "    runtime: python\n    handler: a.b\n  elsewhere: {}  # no handler yet\n"
     "stateMachines:\n  m:\n    definition: m.asl.json\n    type: STANDARD\n    roleArn: r\n"},
    {"braces_are_kept_by_value",
     "{\"functions\": {\"g\": {\"runtime\": \"http\", \"url\": \"http://g\", \"timeout\": 5}}}",
     "functions:\n  g: {runtime: http, url: \"http://g\", timeout: 5}\n"
     "  f:\n    runtime: python\n    handler: a.b\n  elsewhere: {}  # no handler yet\n"
     "stateMachines:\n  m:\n    definition: m.asl.json\n    type: STANDARD\n    roleArn: r\n"},
    {"other_indentation_is_kept_by_value",
     "functions:\n    f:\n        runtime: nodejs\n        handler: x.y\n",
     "functions:\n  f: {runtime: nodejs, handler: x.y}\n  elsewhere: {}  # no handler yet\n"
     "stateMachines:\n  m:\n    definition: m.asl.json\n    type: STANDARD\n    roleArn: r\n"},
    {"no_newline_at_the_end", "functions:\n  f:\n    runtime: nodejs\n    handler: x.y",
     "functions:\n  f:\n    runtime: nodejs\n    handler: x.y\n  elsewhere: {}  # no handler yet\n"
     "stateMachines:\n  m:\n    definition: m.asl.json\n    type: STANDARD\n    roleArn: r\n"},
};
INSTANTIATE_TEST_SUITE_P(Merges, MergeTest, testing::ValuesIn(kMerges),
                         [](auto const& test) -> std::string { return test.param.name; });

TEST(ProjectWriter, RefusesAFileItDoesNotUnderstand) {
  for (auto const* existing : {"- a\n", "functions: [a]\n", "a: [\n"})
    EXPECT_FALSE(merge_project_text(existing, {}, "/out")) << existing;
}

}  // namespace
}  // namespace treadle::import
