// JSONPath and JSONata side by side: which fields belong to which.
#include <gtest/gtest.h>

#include "tests/asl/definitions.h"

namespace treadle::asl::testing {
namespace {

struct Case {
  char const* name;
  std::string definition;
  std::vector<std::string> messages;
};

auto const kInvoke =
    std::string(R"("Type": "Task", "End": true, "Resource": "arn:aws:states:::lambda:invoke")");

Case const kCases[] = {
    {"machine_language",
     R"({"QueryLanguage": "XPath", "StartAt": "S", "States": {"S": {"Type": "Succeed"}}})",
     {"/QueryLanguage: The field 'QueryLanguage' should have one of these values: [JSONPath, "
      "JSONata]"}},
    {"upgrade",
     machine_of(R"("QueryLanguage": "JSONata", "Type": "Pass", "Output": 1, "End": true)"),
     {}},
    {"downgrade",
     jsonata_machine_of(R"("QueryLanguage": "JSONPath", "Type": "Pass", "End": true)"),
     {"/States/S: 'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state "
      "machine"}},
    {"output_in_jsonpath",
     machine_of(R"("Type": "Pass", "Output": 1, "End": true)"),
     {"/States/S: The QueryLanguage is set to 'JSONPath', but field 'Output' is only supported for "
      "the "
      "'JSONata' QueryLanguage"}},
    {"input_path_in_jsonata",
     jsonata_machine_of(R"("Type": "Pass", "InputPath": "$", "End": true)"),
     {"/States/S: The QueryLanguage is set to 'JSONata', but field 'InputPath' is only supported "
      "for the "
      "'JSONPath' QueryLanguage"}},
    {"language_of_a_map_is_not_inherited",
     machine_of(
         R"("Type": "Map", "QueryLanguage": "JSONata", "End": true, "ItemProcessor": {"StartAt": "I",
                   "States": {"I": {"Type": "Pass", "Output": 1, "End": true}}})"),
     {"/States/S/ItemProcessor/States/I: The QueryLanguage is set to 'JSONPath', but field "
      "'Output' is only "
      "supported for the 'JSONata' QueryLanguage"}},
    {"no_language_of_a_processor",
     machine_of(
         R"("Type": "Map", "End": true, "ItemProcessor": {"QueryLanguage": "JSONata", "StartAt": "I",
                   "States": {"I": {"Type": "Pass", "End": true}}})"),
     {"/States/S/ItemProcessor: Field 'QueryLanguage' is not supported"}},
    {"expressions_for_numbers",
     jsonata_machine_of(kInvoke +
                        R"(, "Arguments": "{% $states.input %}", "TimeoutSeconds": "{% 3 %}")"),
     {}},
    {"text_for_number",
     jsonata_machine_of(kInvoke + R"(, "TimeoutSeconds": "3")"),
     {"/States/S/TimeoutSeconds: Expected value of type Integer"}},
    {"expression_in_jsonpath",
     machine_of(kInvoke + R"(, "TimeoutSeconds": "{% 3 %}")"),
     {"/States/S/TimeoutSeconds: Expected value of type Integer"}},
    {"computed_timestamp",
     jsonata_machine_of(R"("Type": "Wait", "End": true, "Timestamp": "{% $t %}")"),
     {}},
    {"literal_timestamp",
     jsonata_machine_of(R"("Type": "Wait", "End": true, "Timestamp": "tomorrow")"),
     {"/States/S/Timestamp: String does not match RFC3339 timestamp"}},
    {"dollar_is_plain_in_jsonata",
     jsonata_machine_of(R"("Type": "Pass", "End": true, "Output": {"a.$": "nowhere"})"),
     {}},
    {"assign_with_dollar_in_jsonata",
     jsonata_machine_of(R"("Type": "Pass", "End": true, "Assign": {"a.$": 1})"),
     {"/States/S/Assign: Variable name 'a.$' is not a valid identifier"}},
    {"condition_missing",
     jsonata_machine_of(R"("Type": "Choice", "Choices": [{"Next": "S"}])"),
     {"/States/S/Choices[0]: These fields are required: [Condition]"}},
    {"condition_is_text",
     jsonata_machine_of(R"("Type": "Choice", "Choices": [{"Condition": "yes", "Next": "S"}])"),
     {"/States/S/Choices[0]/Condition: Value must be a Boolean or a JSONata expression"}},
    {"comparison_in_jsonata",
     jsonata_machine_of(
         R"("Type": "Choice", "Choices": [{"Condition": true, "Variable": "$.a", "Next": "S"}])"),
     {"/States/S/Choices[0]: The QueryLanguage is set to 'JSONata', but field 'Variable' is only "
      "supported for the 'JSONPath' QueryLanguage"}},
    {"condition_in_jsonpath",
     machine_of(
         R"("Type": "Choice", "Choices": [{"Variable": "$.a", "IsNull": true, "Condition": true, "Next": "S"}])"),
     {"/States/S/Choices[0]: The QueryLanguage is set to 'JSONPath', but field 'Condition' is only "
      "supported for the 'JSONata' QueryLanguage"}},
    {"items_and_items_path",
     jsonata_machine_of(
         R"("Type": "Map", "Items": [1], "ItemsPath": "$.a", "End": true, "ItemProcessor":
                           {"StartAt": "I", "States": {"I": {"Type": "Pass", "End": true}}})"),
     {"/States/S: The QueryLanguage is set to 'JSONata', but field 'ItemsPath' is only supported "
      "for the "
      "'JSONPath' QueryLanguage"}},
};

TEST(QueryLanguage, Cases) {
  for (auto const& c : kCases) EXPECT_EQ(messages(c.definition), c.messages) << c.name;
}

TEST(QueryLanguage, StatesKnowTheirs) {
  auto const outcome = parse_definition(R"({"StartAt": "A", "States": {
      "A": {"Type": "Pass", "Next": "B"},
      "B": {"Type": "Pass", "QueryLanguage": "JSONata", "End": true}}})");
  ASSERT_NE(outcome.definition, nullptr);
  EXPECT_EQ(outcome.definition->states[0].language, QueryLanguage::kJsonPath);
  EXPECT_EQ(outcome.definition->states[1].language, QueryLanguage::kJsonata);
}

}  // namespace
}  // namespace treadle::asl::testing
