// The listings that state what treadle is for, imported as they stand where they are at hand.
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/import/terraform/evaluation.h"
#include "treadle/import/terraform/importer.h"
#include "treadle/json/arena.h"
#include "treadle/json/parse.h"

namespace treadle::import::terraform {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kFunctionArn = "arn:aws:lambda:us-east-1:123456789012:function:";

// The text from `resource "aws_sfn_state_machine" "LABEL"` to the brace that closes it, out of any
// of the texts there; empty if none has it.
auto cut_listing(std::string const& label) -> std::string {
  fs::path const folder = fs::path(TREADLE_SOURCE_DIR) / ".." / "shared" / "mission";
  if (!fs::is_directory(folder)) return {};
  for (auto const& entry : fs::directory_iterator(folder)) {
    std::ostringstream out;
    out << std::ifstream(entry.path()).rdbuf();
    auto const text = out.str();
    auto const begin = text.find("resource \"aws_sfn_state_machine\" \"" + label + "\"");
    if (begin == std::string::npos) continue;
    auto depth = 0;
    for (auto i = begin; i < text.size(); ++i) {
      depth += text[i] == '{' ? 1 : text[i] == '}' ? -1 : 0;
      if (text[i] == '}' && depth == 0) return text.substr(begin, i + 1 - begin);
    }
  }
  return {};
}

struct State {
  char const* name;
  char const* type;
  std::string resource;
};

struct Case {
  char const* name;
  char const* label;
  char const* machine;
  asl::MachineType type;
  std::vector<State> states;
};

class ListingTest : public testing::TestWithParam<Case> {};

TEST_P(ListingTest, IsImportedAsItStands) {
  auto const& test = GetParam();
  auto const text = cut_listing(test.label);
  if (text.empty()) GTEST_SKIP() << "the listings are not here";
  Inputs inputs;
  inputs.configurations.push_back({"main.tf", text});
  Sources sources;
  auto const outcome = import_terraform(sources, std::move(inputs), reader_of({}), "/");
  std::string problems;
  for (auto const& problem : outcome.problems) problems += sources.render(problem);
  ASSERT_EQ(outcome.verdict, Verdict::kOk) << problems;
  EXPECT_THAT(problems, testing::HasSubstr("the variable 'env' has no value"));
  ASSERT_EQ(outcome.project.state_machines.size(), 1U);
  auto const& machine = outcome.project.state_machines[0];
  EXPECT_EQ(machine.name, test.machine);
  EXPECT_EQ(machine.type, test.type);
  EXPECT_EQ(machine.role_arn, "arn:aws:iam::123456789012:role/step_functions");

  json::Arena arena;
  auto const root = json::parse(arena, machine.definition);
  ASSERT_TRUE(root);
  auto const states = root->find("States")->members();
  ASSERT_EQ(states.size(), test.states.size());
  for (std::size_t i = 0; i < states.size(); ++i) {
    EXPECT_EQ(states[i].key, test.states[i].name);
    EXPECT_EQ(states[i].value.find("Type")->as_string(), test.states[i].type);
    auto const* resource = states[i].value.find("Resource");
    EXPECT_EQ(resource == nullptr ? "" : resource->as_string(), test.states[i].resource);
  }
}

auto function_arn(char const* name) -> std::string { return std::string(kFunctionArn) + name; }

Case const kListings[] = {
    {"order_processing",
     "order_processing",
     "order-processing-dev",
     asl::MachineType::kStandard,
     {{"ValidateOrder", "Task", function_arn("validate_order")},
      {"ProcessPayment", "Task", function_arn("process_payment")},
      {"ParallelFulfillment", "Parallel", ""},
      {"CompensatePayment", "Task", function_arn("refund_payment")},
      {"OrderCompleted", "Succeed", ""},
      {"OrderFailed", "Fail", ""}}},
    {"data_transform",
     "data_transform",
     "data-transform-dev",
     asl::MachineType::kExpress,
     {{"ParseInput", "Task", function_arn("parse")},
      {"EnrichData", "Task", function_arn("enrich")},
      {"RouteByType", "Choice", ""},
      {"StoreInTimeSeries", "Task", "arn:aws:states:::aws-sdk:timestreamwrite:writeRecords"},
      {"PublishToEventBridge", "Task", "arn:aws:states:::events:putEvents"},
      {"StoreInS3", "Task", "arn:aws:states:::s3:putObject"}}},
};
INSTANTIATE_TEST_SUITE_P(Listings, ListingTest, testing::ValuesIn(kListings),
                         [](auto const& test) -> std::string { return test.param.name; });

TEST(Listings, TheExpressOneLogsErrors) {
  auto const text = cut_listing("data_transform");
  if (text.empty()) GTEST_SKIP() << "the listings are not here";
  Inputs inputs;
  inputs.configurations.push_back({"main.tf", text});
  Sources sources;
  auto const outcome = import_terraform(sources, std::move(inputs), reader_of({}), "/");
  ASSERT_EQ(outcome.project.state_machines.size(), 1U);
  EXPECT_EQ(
      outcome.project.state_machines[0].logging,
      (LoggingConfiguration{"ERROR", true, "arn:aws:logs:us-east-1:123456789012:log-group:sfn:*"}));
  std::vector<std::string> functions;
  for (auto const& imported : outcome.project.functions)
    functions.push_back(imported.function.name);
  EXPECT_THAT(functions, testing::ElementsAre("parse", "enrich"));
}

}  // namespace
}  // namespace treadle::import::terraform
