// From text to model, and texts that are no definition at all.
#include "treadle/asl/parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/asl/definitions.h"
#include "treadle/asl/report.h"
#include "treadle/base/limits.h"

namespace treadle::asl::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

auto parsed(std::string_view text) -> DefinitionPtr {
  auto outcome = parse_definition(text);
  EXPECT_NE(outcome.definition, nullptr) << text;
  return outcome.definition;
}

TEST(Parser, StatesAndRegions) {
  auto const text = R"({"TimeoutSeconds": 60, "StartAt": "P", "States": {
      "P": {"Type": "Parallel", "Next": "End", "Branches": [
        {"StartAt": "B", "States": {"B": {"Type": "Wait", "Seconds": 1, "End": true}}},
        {"StartAt": "M", "States": {"M": {"Type": "Map", "End": true, "ItemProcessor":
          {"StartAt": "I", "States": {"I": {"Type": "Succeed"}}}}}}]},
      "End": {"Type": "Succeed"}}})";
  auto const definition = parsed(text);
  ASSERT_NE(definition, nullptr);
  EXPECT_EQ(definition->text, text);
  EXPECT_EQ(definition->timeout_seconds, 60U);
  std::vector<std::string> names;
  for (auto const& state : definition->states)
    names.push_back(fmt::format("{}@{}", state.name, state.region.value()));
  EXPECT_THAT(names, ElementsAre("P@0", "End@0", "B@1", "M@2", "I@3"));
  auto const start_of = [&](std::uint32_t region) {
    return definition->state(definition->region(RegionIndex(region)).start).name;
  };
  EXPECT_EQ(start_of(0), "P");
  EXPECT_EQ(start_of(3), "I");
  EXPECT_EQ(definition->regions[0].owner, std::nullopt);
  EXPECT_EQ(definition->regions[3].owner, StateIndex(3));
  auto const& parallel = std::get<Parallel>(definition->states[0].details);
  EXPECT_THAT(parallel.branches, ElementsAre(RegionIndex(1), RegionIndex(2)));
  EXPECT_EQ(definition->states[0].next, StateIndex(1));
  EXPECT_EQ(std::get<Map>(definition->states[3].details).processor, RegionIndex(3));
}

TEST(Parser, Task) {
  auto const definition = parsed(R"json({"StartAt": "T", "States": {
      "T": {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "Next": "F",
            "InputPath": null, "OutputPath": "$.out", "ResultPath": "$.result", "Parameters": {"MessageBody.$": "$.b", "QueueUrl": "q"},
            "ResultSelector": {"c": 1}, "TimeoutSecondsPath": "$.t", "HeartbeatSeconds": 7,
            "Credentials": {"RoleArn": "r"}, "Assign": {"v.$": "$.w"},
            "Retry": [{"ErrorEquals": ["A"]},
                      {"ErrorEquals": ["States.ALL"], "IntervalSeconds": 3, "MaxAttempts": 9, "BackoffRate": 1.5,
                       "MaxDelaySeconds": 30, "JitterStrategy": "FULL"}],
            "Catch": [{"ErrorEquals": ["B", "C"], "Next": "F", "ResultPath": null, "Assign": {"e": 1}}]},
      "F": {"Type": "Fail", "ErrorPath": "$.e", "CausePath": "States.Format('{}', $.c)"}}})json");
  ASSERT_NE(definition, nullptr);
  auto const& state = definition->states[0];
  EXPECT_EQ(state.input_path.kind, PathField::Kind::kNull);
  EXPECT_EQ(state.output_path.path->text(), "$.out");
  EXPECT_TRUE(state.assign);
  auto const& task = std::get<Task>(state.details);
  EXPECT_EQ(task.resource.pattern, Pattern::kWaitForTaskToken);
  EXPECT_FALSE(std::get<PayloadTemplate>(*task.parameters).is_constant());
  EXPECT_TRUE(task.result_selector->is_constant());
  EXPECT_EQ(task.result_path.path->text(), "$.result");
  EXPECT_EQ(task.timeout_seconds.path->text(), "$.t");
  EXPECT_EQ(task.heartbeat_seconds.literal, 7U);
  EXPECT_TRUE(task.credentials);

  ASSERT_EQ(state.retriers.size(), 2U);
  auto const& first = state.retriers[0];
  EXPECT_EQ(first.interval_seconds, 1U);
  EXPECT_EQ(first.attempts_max, 3U);
  EXPECT_EQ(first.backoff_rate, 2.0);
  EXPECT_EQ(first.delay_seconds_max, std::nullopt);
  auto const& last = state.retriers[1];
  EXPECT_EQ(last.interval_seconds, 3U);
  EXPECT_EQ(last.attempts_max, 9U);
  EXPECT_EQ(last.backoff_rate, 1.5);
  EXPECT_EQ(last.delay_seconds_max, 30U);
  EXPECT_EQ(last.jitter, Jitter::kFull);

  ASSERT_EQ(state.catchers.size(), 1U);
  EXPECT_THAT(state.catchers[0].error_equals, ElementsAre("B", "C"));
  EXPECT_EQ(state.catchers[0].next, StateIndex(1));
  EXPECT_EQ(state.catchers[0].result_path.kind, PathField::Kind::kNull);
  EXPECT_TRUE(state.catchers[0].assign);

  auto const& fail = std::get<Fail>(definition->states[1].details);
  EXPECT_EQ(fail.error.path->text(), "$.e");
  EXPECT_EQ(fail.cause.call->text(), "States.Format('{}', $.c)");
}

TEST(Parser, PassAndWait) {
  auto const definition = parsed(R"({"StartAt": "P", "States": {
      "P": {"Type": "Pass", "Result": {"n": 1.0}, "ResultPath": "$.r", "Next": "W"},
      "W": {"Type": "Wait", "Timestamp": "1970-01-01T00:00:01Z", "Next": "X"},
      "X": {"Type": "Wait", "SecondsPath": "$.s", "End": true}}})");
  ASSERT_NE(definition, nullptr);
  auto const& pass = std::get<Pass>(definition->states[0].details);
  ASSERT_TRUE(pass.result);
  EXPECT_EQ(pass.result->find("n")->number_text(), "1.0");
  EXPECT_EQ(std::get<Wait>(definition->states[1].details).timestamp, Timestamp(Milliseconds(1000)));
  EXPECT_EQ(std::get<Wait>(definition->states[2].details).seconds.path->text(), "$.s");
}

TEST(Parser, DistributedMap) {
  auto const definition = parsed(R"({"StartAt": "M", "States": {"M": {"Type": "Map", "End": true,
      "ItemsPath": "$.items", "MaxConcurrencyPath": "$.n", "ToleratedFailurePercentage": 12.5,
      "ItemSelector": {"v.$": "$$.Map.Item.Value"}, "ItemProcessor": {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"},
        "StartAt": "I", "States": {"I": {"Type": "Succeed"}}}}}})");
  ASSERT_NE(definition, nullptr);
  auto const& map = std::get<Map>(definition->states[0].details);
  EXPECT_EQ(map.mode, MapMode::kDistributed);
  EXPECT_EQ(map.items_path.path->text(), "$.items");
  EXPECT_EQ(map.concurrency_max.path->text(), "$.n");
  EXPECT_EQ(map.tolerated_failure_percentage, 12.5);
  EXPECT_TRUE(map.item_selector);
}

struct TextCase {
  char const* name;
  std::string text;
  char const* summary;
};

TextCase const kNoDefinitions[] = {
    {"empty", "", "SCHEMA_VALIDATION_FAILED at "},
    {"blank", " \n", "SCHEMA_VALIDATION_FAILED at "},
    {"null", "null", "SCHEMA_VALIDATION_FAILED at "},
    {"array", "[]", "SCHEMA_VALIDATION_FAILED at "},
    {"words", "hello there",
     "INVALID_JSON_DESCRIPTION at [Source: (String)\"hello there\"; line: 1, column: 6]"},
    {"word_in_an_object", "{\n \"a\": nope}",
     "INVALID_JSON_DESCRIPTION at [Source: (String)\"{\n \"a\": nope}\"; line: 2, column: 11]"},
};

TEST(Parser, TextsThatAreNoObject) {
  for (auto const& c : kNoDefinitions) {
    EXPECT_THAT(summaries(c.text), ElementsAre(c.summary)) << c.name;
    EXPECT_EQ(parse_definition(c.text).definition, nullptr) << c.name;
  }
}

TEST(Parser, TextsThatAreNotJson) {
  char const* const texts[] = {"{",           "{\"StartAt\": ", "{'a': 1}",
                               "{\"a\": 1,}", "{\"a\": 1} x",   "{\"a\": 1, \"a\": 2}",
                               "\"\xff\""};
  for (auto const* text : texts)
    EXPECT_THAT(summaries(text),
                ElementsAre(StartsWith("INVALID_JSON_DESCRIPTION at [Source: (String)")))
        << text;
}

TEST(Parser, ReportsAreUtf8WhateverTheTextIs) {
  auto const diagnostics = parse_definition("[\xff\xc3").diagnostics;
  ASSERT_EQ(diagnostics.size(), 1U);
  EXPECT_THAT(diagnostics[0].location, StartsWith("[Source: (String)\"[\uFFFD\uFFFD\"; line: 1"));
}

TEST(Parser, UnrecognizedTokenInAwsWords) {
  auto const diagnostics = parse_definition("[tru]").diagnostics;
  ASSERT_EQ(diagnostics.size(), 1U);
  EXPECT_EQ(diagnostics[0].message,
            "Unrecognized token 'tru': was expecting (JSON String, Number, Array, Object or token "
            "'null', 'true' "
            "or 'false')\n at [Source: (String)\"[tru]\"; line: 1, column: 5]");
}

TEST(Parser, SizeIsBounded) {
  auto text = machine_of(R"("Type": "Succeed")");
  text.resize(limits::kDefinitionBytes, ' ');
  EXPECT_THAT(summaries(text), ElementsAre());
  text += ' ';
  EXPECT_THAT(messages(text), ElementsAre(": Definition must have at most 1048576 bytes"));
}

TEST(Report, IsBounded) {
  std::string members = R"("Type": "Succeed")";
  for (int i = 0; i < 3'000; ++i) members += fmt::format(R"(, "x{}": 1)", i);
  members += ", \"" + std::string(100'000, 'y') + "\": 1";
  EXPECT_EQ(parse_definition(machine_of(members)).diagnostics.size(), Report::kDiagnosticsMax);
  auto const one =
      messages(machine_of(R"("Type": "Succeed", ")" + std::string(100'000, 'y') + R"(": 1)"));
  ASSERT_EQ(one.size(), 1U);
  EXPECT_LT(one[0].size(), Report::kTextBytesMax + 100);
}

TEST(InvalidDefinitionText, JoinsErrorsOnly) {
  std::vector<Diagnostic> const diagnostics = {
      {Severity::kError, "MISSING_TRANSITION_TARGET", "Missing 'Next' target: X", "/States/A/Next"},
      {Severity::kError, "MISSING_END_STATE", "Workflow has no terminal state", ""},
      {Severity::kWarning, "NO_DOLLAR", "No dollar", "/States/A"},
  };
  EXPECT_EQ(
      invalid_definition_text(diagnostics),
      "Invalid State Machine Definition: 'MISSING_TRANSITION_TARGET: Missing 'Next' target: X at "
      "/States/A/Next, MISSING_END_STATE: Workflow has no terminal state at null'");
}

}  // namespace
}  // namespace treadle::asl::testing
