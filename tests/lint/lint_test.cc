#include "treadle/lint/lint.h"

#include "tests/lint/findings.h"
#include "treadle/json/arena.h"
#include "treadle/json/parse.h"
#include "treadle/lint/print.h"

namespace treadle::lint {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::machine;
using testing::summaries;

constexpr std::string_view kCallback =
    R"("Type": "Task", "End": true, "Parameters": {"QueueUrl": "q", "MessageBody": "m"}, "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken")";

TEST(Lint, NothingToSayOfACleanPipeline) {
  EXPECT_THAT(lint(machine(R"(
    "S": {"Type": "Task", "Resource": FN, "TimeoutSeconds": 10, "ResultPath": "$.checked",
          "Next": "Route", "Catch": [
            {"ErrorEquals": ["States.Timeout"], "Next": "Look", "ResultPath": "$.error"},
            {"ErrorEquals": ["States.ALL"], "Next": "Failed", "ResultPath": "$.error"}]},
    "Look": {"Type": "Task", "Resource": "arn:aws:states:::dynamodb:getItem", "End": true,
             "Parameters": {"TableName": "t", "Key.$": "$.id"}, "TimeoutSeconds": 10, "Retry": [
               {"ErrorEquals": ["States.ALL"]}], "Catch": [
               {"ErrorEquals": ["States.ALL"], "Next": "Failed"}]},
    "Route": {"Type": "Choice", "Default": "Done", "Choices": [
      {"Variable": "$.checked.ok", "BooleanEquals": false, "Next": "Failed"}]},
    "Done": {"Type": "Succeed"}, "Failed": {"Type": "Fail"})")),
              IsEmpty());
}

TEST(Lint, PositionsAreThoseOfTheText) {
  struct Row {
    std::string_view name;
    std::string_view text;
    std::size_t line;
    std::size_t column;
  };
  for (
      auto const& row : {
          Row{"state",
              "{\"StartAt\": \"S\",\n \"States\": {\n  \"S\": {\"Type\": \"Task\", "
              "\"End\": true, \"Parameters\": {}, \"TimeoutSeconds\": 1,\n   "
              "\"Resource\": \"arn:aws:states:::s3:putObject\"}}}",
              4, 4},
          Row{"columns_are_code_points",
              R"({"Comment": "äöü€", "StartAt": "S", "States": {"S": {"Type": "Task", "End": true, "TimeoutSeconds": 1, "Parameters": {}, "Resource": "arn:aws:states:::s3:putObject"}}})",
              1, 122},
          Row{"diagnostic", "{\"StartAt\": \"S\",\n\"States\": {\"S\": {\n \"Type\": \"Coffee\"}}}",
              3, 2},
          Row{"no_json", "{\n  \"StartAt\" \"S\"}", 2, 13},
      }) {
    SCOPED_TRACE(row.name);
    auto const findings = lint(row.text);
    ASSERT_EQ(findings.size(), 1U);
    EXPECT_EQ(findings[0].position.line, row.line);
    EXPECT_EQ(findings[0].position.column, row.column);
  }
}

TEST(Lint, ADefinitionThatIsNotValidHasItsDiagnosticsAlone) {
  EXPECT_THAT(summaries(machine(R"("S": {"Type": "Task", "Resource": FN, "Next": "Nowhere"})")),
              ElementsAre("MISSING_END_STATE at ", "MISSING_TRANSITION_TARGET at /States/S/Next"));
}

TEST(Lint, WarningsOfValidationAreFindings) {
  EXPECT_THAT(
      summaries(machine(R"("S": {"Type": "Pass", "Parameters": {"a": "$.b"}, "End": true})")),
      ElementsAre("NO_DOLLAR at /States/S/Parameters/a"));
}

TEST(Lint, ACommentSilences) {
  struct Row {
    std::string_view name;
    std::string_view comment;
    std::vector<std::string> left;
  };
  std::string const rejection = "rejection-not-caught at /States/S";
  std::string const timeout = "callback-without-timeout at /States/S";
  for (auto const& row : std::vector<Row>{
           {"none", "waits for ever", {rejection, timeout}},
           {"one", "lint-disable callback-without-timeout", {rejection}},
           {"two", "by hand; lint-disable callback-without-timeout, rejection-not-caught", {}},
           {"text_behind", "lint-disable callback-without-timeout: by hand", {rejection}},
           {"no_code", "lint-disable everything", {rejection, timeout}},
       }) {
    SCOPED_TRACE(row.name);
    auto const state = fmt::format(R"("S": {{"Comment": "{}", {}}})", row.comment, kCallback);
    EXPECT_EQ(summaries(machine(state)), row.left);
  }
}

TEST(Lint, ACommentSilencesWhatIsInside) {
  constexpr std::string_view kComment =
      R"("Comment": "lint-disable callback-without-timeout, rejection-not-caught", )";
  auto const parallel = [](std::string_view comment) {
    return fmt::format(R"("S": {{{}"Type": "Parallel", "End": true, "Branches": [
        {{"StartAt": "T", "States": {{"T": {{{}}}}}}}]}})",
                       comment, kCallback);
  };
  EXPECT_EQ(summaries(machine(parallel(""))).size(), 2U);
  EXPECT_THAT(summaries(machine(parallel(kComment))), IsEmpty());
  EXPECT_THAT(summaries(machine(parallel(""), kComment)), IsEmpty());
}

TEST(Lint, DisabledRulesAreSilent) {
  auto const definition = machine(fmt::format(R"("S": {{{}}})", kCallback));
  EXPECT_THAT(summaries(definition, "", {.disabled = {Rule::kRejectionNotCaught}}),
              ElementsAre("callback-without-timeout at /States/S"));
  EXPECT_THAT(summaries(machine(R"("S": {"Type": "Task", "End": true, "TimeoutSeconds": 1,
                    "Parameters": {}, "Resource": "arn:aws:states:::s3:putObject"})"),
                        "", {.disabled = {Rule::kUnknownResource}}),
              IsEmpty());
}

TEST(Rules, CodesLeadBackToTheirRules) {
  for (auto const& rule : all_rules()) {
    EXPECT_EQ(find_rule(rule.code), rule.rule) << rule.code;
    EXPECT_EQ(info_of(rule.rule).code, rule.code);
  }
  EXPECT_EQ(find_rule("coffee"), std::nullopt);
}

TEST(Rules, EachHasASectionInTheDocumentation) {
  auto const page = std::string(TREADLE_SOURCE_DIR) + "/docs/lint.md";
  auto* const file = std::fopen(page.c_str(), "r");
  ASSERT_NE(file, nullptr) << page;
  std::string text(200'000, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), file));
  std::fclose(file);
  for (auto const& rule : all_rules())
    EXPECT_NE(text.find(fmt::format("\n### {}\n", rule.code)), std::string::npos) << rule.code;
}

TEST(Print, Text) {
  FileFindings const file{"a.json", {{"missing-path", Level::kWarning, "m", "/States/S", {3, 7}}}};
  EXPECT_EQ(to_text({{file}}), "a.json:3:7: warning: m [missing-path]\n");
}

TEST(Print, JsonAndSarifAreJson) {
  std::vector<FileFindings> const files = {
      {"a b.json",
       {{"missing-path", Level::kWarning, "say \"$.a\"", "/States/S", {3, 7}},
        {"SCHEMA_VALIDATION_FAILED", Level::kError, "no", "", {1, 1}}}},
      {"-", {}},
  };
  json::Arena arena;
  auto const listed = json::parse_copy(arena, to_json(files));
  ASSERT_TRUE(listed);
  EXPECT_EQ(listed->find("findings")->size(), 2U);
  auto const sarif = json::parse_copy(arena, to_sarif(files));
  ASSERT_TRUE(sarif);
  EXPECT_EQ(sarif->find("version")->as_string(), "2.1.0");
  auto const run = sarif->find("runs")->elements()[0];
  auto const rules = run.find("tool")->find("driver")->find("rules")->elements();
  EXPECT_EQ(rules.size(), all_rules().size() + 1);
  for (auto const& result : run.find("results")->elements()) {
    auto const index = result.find("ruleIndex")->as_int64();
    ASSERT_TRUE(index);
    EXPECT_EQ(rules[static_cast<std::size_t>(*index)].find("id")->as_string(),
              result.find("ruleId")->as_string());
  }
  auto const place = run.find("results")->elements()[0].find("locations")->elements()[0];
  EXPECT_EQ(place.find("physicalLocation")->find("artifactLocation")->find("uri")->as_string(),
            "a%20b.json");
}

}  // namespace
}  // namespace treadle::lint
