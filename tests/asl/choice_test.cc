// Choice rules: the operators, their operands, and how they nest.
#include <gtest/gtest.h>

#include "tests/asl/definitions.h"

namespace treadle::asl::testing {
namespace {

auto choice(std::string_view rules) -> std::string {
  return fmt::format(R"({{"StartAt": "S", "States": {{
      "S": {{"Type": "Choice", "Choices": [{}], "Default": "T"}}, "T": {{"Type": "Succeed"}}}}}})",
                     rules);
}

auto compare(std::string_view test) -> std::string {
  return choice(fmt::format(R"({{"Variable": "$.a", {}, "Next": "T"}})", test));
}

struct OperatorCase {
  char const* name;
  Comparison comparison;
  char const* good;
  char const* bad;
  bool has_path_form;
};

constexpr auto kTime = R"("2026-01-02T03:04:05Z")";
constexpr auto kDay = R"("2026-01-02")";

OperatorCase const kOperatorCases[] = {
    {"StringEquals", Comparison::kStringEquals, R"("x")", "1", true},
    {"StringLessThan", Comparison::kStringLessThan, R"("x")", "1", true},
    {"StringGreaterThan", Comparison::kStringGreaterThan, R"("x")", "null", true},
    {"StringLessThanEquals", Comparison::kStringLessThanEquals, R"("x")", "1", true},
    {"StringGreaterThanEquals", Comparison::kStringGreaterThanEquals, R"("x")", "1", true},
    {"NumericEquals", Comparison::kNumericEquals, "1", R"("1")", true},
    {"NumericLessThan", Comparison::kNumericLessThan, "1.5", R"("1")", true},
    {"NumericGreaterThan", Comparison::kNumericGreaterThan, "1", "true", true},
    {"NumericLessThanEquals", Comparison::kNumericLessThanEquals, "-1e3", R"("1")", true},
    {"NumericGreaterThanEquals", Comparison::kNumericGreaterThanEquals, "1", R"("1")", true},
    {"TimestampEquals", Comparison::kTimestampEquals, kTime, kDay, true},
    {"TimestampLessThan", Comparison::kTimestampLessThan, kTime, "1", true},
    {"TimestampGreaterThan", Comparison::kTimestampGreaterThan, kTime, kDay, true},
    {"TimestampLessThanEquals", Comparison::kTimestampLessThanEquals, kTime, kDay, true},
    {"TimestampGreaterThanEquals", Comparison::kTimestampGreaterThanEquals, kTime, kDay, true},
    {"BooleanEquals", Comparison::kBooleanEquals, "true", R"("true")", true},
    {"StringMatches", Comparison::kStringMatches, R"("a*")", "1", false},
    {"IsNull", Comparison::kIsNull, "true", "1", false},
    {"IsPresent", Comparison::kIsPresent, "false", "1", false},
    {"IsNumeric", Comparison::kIsNumeric, "true", "1", false},
    {"IsString", Comparison::kIsString, "true", "1", false},
    {"IsBoolean", Comparison::kIsBoolean, "true", "1", false},
    {"IsTimestamp", Comparison::kIsTimestamp, "true", "1", false},
};

auto only_condition(Definition const& definition) -> ChoiceExpression const& {
  return std::get<ChoiceExpression>(
      std::get<Choice>(definition.states[0].details).rules[0].condition);
}

TEST(Choice, OperatorsWithLiterals) {
  for (auto const& c : kOperatorCases) {
    auto const good = parse_definition(compare(fmt::format(R"("{}": {})", c.name, c.good)));
    ASSERT_NE(good.definition, nullptr) << c.name;
    EXPECT_EQ(only_condition(*good.definition).comparison, c.comparison) << c.name;
    EXPECT_FALSE(only_condition(*good.definition).operand_path) << c.name;
    EXPECT_EQ(summaries(compare(fmt::format(R"("{}": {})", c.name, c.bad))),
              std::vector<std::string>{
                  fmt::format("SCHEMA_VALIDATION_FAILED at /States/S/Choices[0]/{}", c.name)})
        << c.name;
  }
}

TEST(Choice, OperatorsWithPaths) {
  for (auto const& c : kOperatorCases) {
    auto const outcome = parse_definition(compare(fmt::format(R"("{}Path": "$.b")", c.name)));
    EXPECT_EQ(outcome.definition != nullptr, c.has_path_form) << c.name;
    if (outcome.definition == nullptr) continue;
    EXPECT_EQ(only_condition(*outcome.definition).comparison, c.comparison) << c.name;
    EXPECT_EQ(only_condition(*outcome.definition).operand_path->text(), "$.b") << c.name;
  }
}

struct Case {
  char const* name;
  std::string definition;
  std::vector<std::string> messages;
};

Case const kCases[] = {
    {"no_rules", choice(""), {"/States/S/Choices: Value cannot be empty"}},
    {"rule_is_no_object", choice("1"), {"/States/S/Choices[0]: Expected value of type Object"}},
    {"no_next",
     choice(R"({"Variable": "$.a", "IsNull": true})"),
     {"/States/S/Choices[0]: These fields are required: [Next]"}},
    {"no_variable",
     choice(R"({"IsNull": true, "Next": "T"})"),
     {"/States/S/Choices[0]: These fields are required: [Variable]"}},
    {"no_operator",
     choice(R"({"Variable": "$.a", "Next": "T"})"),
     {"/States/S/Choices[0]: A Choice rule must have a comparison operator, And, Or or Not"}},
    {"two_operators",
     compare(R"("IsNull": true, "IsString": true)"),
     {"/States/S/Choices[0]: A Choice rule must have only one comparison operator"}},
    {"unknown_operator",
     compare(R"("IsNull": true, "IsOdd": true)"),
     {"/States/S/Choices[0]: Field 'IsOdd' is not supported"}},
    {"variable_with_not",
     compare(R"("Not": {"Variable": "$.b", "IsNull": true})"),
     {"/States/S/Choices[0]: Field 'Variable' is not supported"}},
    {"empty_and",
     choice(R"({"And": [], "Next": "T"})"),
     {"/States/S/Choices[0]/And: Value cannot be empty"}},
    {"or_is_no_array",
     choice(R"({"Or": {}, "Next": "T"})"),
     {"/States/S/Choices[0]/Or: Expected value of type Array"}},
    {"not_of_an_array",
     choice(R"({"Not": [], "Next": "T"})"),
     {"/States/S/Choices[0]/Not: A Choice rule must have a comparison operator, And, Or or Not"}},
    {"nested_next",
     choice(R"({"Or": [{"Variable": "$.a", "IsNull": true, "Next": "T"}], "Next": "T"})"),
     {"/States/S/Choices[0]/Or[0]: Field 'Next' is not supported"}},
    {"nested_assign",
     choice(R"({"Not": {"Variable": "$.a", "IsNull": true, "Assign": {}}, "Next": "T"})"),
     {"/States/S/Choices[0]/Not: Field 'Assign' is not supported"}},
    {"default_leads_nowhere",
     R"({"StartAt": "S", "States": {"T": {"Type": "Succeed"}, "S": {"Type": "Choice",
         "Choices": [{"Variable": "$.a", "IsNull": true, "Next": "T"}], "Default": "U"}}})",
     {"MISSING_TRANSITION_TARGET /States/S/Default: Missing 'Next' target: U"}},
    {"path_in_a_literal",
     compare(R"("StringEquals": "$.b")"),
     {"NO_PATH /States/S/Choices[0]/StringEquals: Field value looks like a path, but field name "
      "does not end "
      "with 'Path'."}},
};

TEST(Choice, Cases) {
  for (auto const& c : kCases) EXPECT_EQ(messages(c.definition), c.messages) << c.name;
}

TEST(Choice, Tree) {
  auto const outcome = parse_definition(choice(R"({"Next": "T", "And": [
      {"Not": {"Variable": "$.a", "IsNull": true}},
      {"Or": [{"Variable": "$.b", "NumericEquals": 1}, {"Variable": "$v", "StringEquals": "x"}]}]})"));
  ASSERT_NE(outcome.definition, nullptr);
  auto const& root = only_condition(*outcome.definition);
  using Kind = ChoiceExpression::Kind;
  EXPECT_EQ(root.kind, Kind::kAnd);
  ASSERT_EQ(root.parts.size(), 2U);
  EXPECT_EQ(root.parts[0].kind, Kind::kNot);
  ASSERT_EQ(root.parts[0].parts.size(), 1U);
  EXPECT_EQ(root.parts[0].parts[0].comparison, Comparison::kIsNull);
  EXPECT_EQ(root.parts[1].kind, Kind::kOr);
  ASSERT_EQ(root.parts[1].parts.size(), 2U);
  EXPECT_EQ(root.parts[1].parts[1].variable->text(), "$v");
}

}  // namespace
}  // namespace treadle::asl::testing
