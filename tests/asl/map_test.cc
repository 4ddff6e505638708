// The Map state, inline and distributed.
#include <gtest/gtest.h>

#include "tests/asl/definitions.h"

namespace treadle::asl::testing {
namespace {

auto distributed(std::string_view members) -> std::string {
  return machine_of(fmt::format(
      R"("Type": "Map", "End": true, {} "ItemProcessor": {{
          "ProcessorConfig": {{"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}},
          "StartAt": "I", "States": {{"I": {{"Type": "Pass", "End": true}}}}}})",
      members));
}

struct Case {
  char const* name;
  std::string definition;
  std::vector<std::string> messages;
};

Case const kCases[] = {
    {"inline",
     map_machine_of(
         R"("MaxConcurrency": 0, "ItemsPath": "$.a", "ItemSelector": {"i.$": "$$.Map.Item.Index"},)"),
     {}},
    {"iterator",
     machine_of(
         R"("Type": "Map", "End": true, "Parameters": {}, "Iterator": {"StartAt": "I", "States":
                   {"I": {"Type": "Pass", "End": true}}})"),
     {}},
    {"no_processor",
     machine_of(R"("Type": "Map", "End": true)"),
     {"/States/S: These fields are required: [ItemProcessor]"}},
    {"both_processors",
     map_machine_of(R"("Iterator": {},)"),
     {"/States/S: Only one of these fields is allowed: [ItemProcessor, Iterator]"}},
    {"empty_processor",
     machine_of(R"("Type": "Map", "End": true, "ItemProcessor": {})"),
     {"/States/S/ItemProcessor: These fields are required: [States, StartAt]"}},
    {"both_selectors",
     map_machine_of(R"("ItemSelector": {}, "Parameters": {},)"),
     {"/States/S: Only one of these fields is allowed: [ItemSelector, Parameters]"}},
    {"negative_concurrency",
     map_machine_of(R"("MaxConcurrency": -1,)"),
     {"/States/S/MaxConcurrency: Value must be between 0 and 2147483647, but was -1"}},
    {"percentage",
     map_machine_of(R"("ToleratedFailurePercentage": 100.5,)"),
     {"/States/S/ToleratedFailurePercentage: ToleratedFailurePercentage must be between 0 and "
      "100."}},
    {"unknown_mode",
     machine_of(
         R"("Type": "Map", "End": true, "ItemProcessor": {"ProcessorConfig": {"Mode": "FAST"},
                   "StartAt": "I", "States": {"I": {"Type": "Pass", "End": true}}})"),
     {"/States/S/ItemProcessor/ProcessorConfig/Mode: The field 'Mode' should have one of these "
      "values: "
      "[INLINE, DISTRIBUTED]"}},
    {"distributed_needs_type",
     machine_of(
         R"("Type": "Map", "End": true, "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED"},
                   "StartAt": "I", "States": {"I": {"Type": "Pass", "End": true}}})"),
     {"/States/S/ItemProcessor/ProcessorConfig: These fields are required: [ExecutionType]"}},
    {"distributed_in_full",
     distributed(R"("Label": "Rows",
        "ItemReader": {"Resource": "arn:aws:states:::s3:getObject", "Parameters": {"Bucket": "b", "Key.$": "$.k"},
                       "ReaderConfig": {"InputType": "CSV", "CSVHeaderLocation": "GIVEN", "CSVHeaders": ["a"],
                                        "MaxItems": 9}},
        "ItemBatcher": {"MaxItemsPerBatch": 5, "BatchInput": {"x.$": "$.x"}},
        "ResultWriter": {"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": "b"},
                         "WriterConfig": {"OutputType": "JSONL", "Transformation": "FLATTEN"}},
        "ToleratedFailureCount": 3,)"),
     {}},
    {"reader_of_another_service",
     distributed(R"("ItemReader": {"Resource": "arn:aws:states:::dynamodb:getItem"},)"),
     {"/States/S/ItemReader/Resource: The resource provided arn:aws:states:::dynamodb:getItem is "
      "not "
      "recognized. It should end in one of: [getObject, listObjectsV2]"}},
    {"reader_without_headers",
     distributed(R"("ItemReader": {"Resource": "arn:aws:states:::s3:getObject",
                                   "ReaderConfig": {"InputType": "CSV", "CSVHeaderLocation": "GIVEN"}},)"),
     {"/States/S/ItemReader/ReaderConfig: These fields are required: [CSVHeaders]"}},
    {"reader_input_type",
     distributed(
         R"("ItemReader": {"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": {"InputType": "XML"}},)"),
     {"/States/S/ItemReader/ReaderConfig/InputType: The field 'InputType' should have one of these "
      "values: "
      "[CSV, JSON, JSONL, PARQUET, MANIFEST]"}},
    {"batcher_without_bound",
     distributed(R"("ItemBatcher": {"BatchInput": 1},)"),
     {"/States/S/ItemBatcher: At least one of these fields is required: [MaxItemsPerBatch, "
      "MaxInputBytesPerBatch]"}},
    {"writer_without_type",
     distributed(R"("ResultWriter": {"WriterConfig": {}},)"),
     {"/States/S/ResultWriter/WriterConfig: These fields are required: [OutputType]"}},
    {"label_with_colon",
     distributed(R"("Label": "a:b",)"),
     {"INVALID_LABEL_NAME /States/S/Label: Label must have between 1 and 40 characters, without "
      "white space "
      "or special characters"}},
};

TEST(Map, Cases) {
  for (auto const& c : kCases) EXPECT_EQ(messages(c.definition), c.messages) << c.name;
}

TEST(Map, DistributedFieldsInlineAreAWarningOrStrictlyAnError) {
  auto const text = map_machine_of(R"("Label": "L",)");
  EXPECT_EQ(summaries(text), std::vector<std::string>{"?SCHEMA_VALIDATION_FAILED at /States/S"});
  EXPECT_EQ(summaries(text, {.type = MachineType::kStandard, .strict_aws = true}),
            std::vector<std::string>{"SCHEMA_VALIDATION_FAILED at /States/S"});
}

TEST(Map, LabelsAreUniqueInTheMachine) {
  auto const map = [](char const* name, char const* state) {
    return fmt::format(R"("{}": {{"Type": "Map", "Label": "L", "End": true, "ItemProcessor": {{
        "ProcessorConfig": {{"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}},
        "StartAt": "{}", "States": {{"{}": {{"Type": "Pass", "End": true}}}}}}}})",
                       name, state, state);
  };
  auto const text =
      fmt::format(R"({{"StartAt": "S", "States": {{{}, {}}}}})", map("S", "I"), map("T", "J"));
  EXPECT_EQ(messages(text), std::vector<std::string>{
                                "DUPLICATE_LABEL_NAME /States/T/Label: Duplicate Label name: L"});
}

}  // namespace
}  // namespace treadle::asl::testing
