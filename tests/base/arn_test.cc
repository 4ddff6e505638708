#include "treadle/base/arn.h"

#include <string>

#include <gtest/gtest.h>

namespace treadle {
namespace {

using enum StatesResource;

constexpr ArnScope kScope{"aws", "us-east-1", "123456789012"};
constexpr std::string_view kPrefix = "arn:aws:states:us-east-1:123456789012:";

TEST(Arn, IsSplitAtItsFirstFiveColons) {
  auto const arn = parse_arn("arn:aws-cn:lambda:cn-north-1:123456789012:function:f:$LATEST");
  ASSERT_TRUE(arn);
  EXPECT_EQ(arn->partition, "aws-cn");
  EXPECT_EQ(arn->service, "lambda");
  EXPECT_EQ(arn->region, "cn-north-1");
  EXPECT_EQ(arn->account, "123456789012");
  EXPECT_EQ(arn->resource, "function:f:$LATEST");
  EXPECT_EQ(to_string(*arn), "arn:aws-cn:lambda:cn-north-1:123456789012:function:f:$LATEST");
  EXPECT_TRUE(parse_arn("arn:aws:states:::lambda:invoke"));
}

TEST(Arn, IsRefusedWithoutAllItsParts) {
  for (char const* const text :
       {"", "arn", "arn:aws:states:r:a", "arn:aws:states:r:a:", "arn::states:r:a:x",
        "arn:aws::r:a:x", "ARN:aws:states:r:a:x", " arn:aws:states:r:a:x"}) {
    EXPECT_FALSE(parse_arn(text)) << text;
  }
}

struct FormCase {
  char const* name;
  char const* text;
  bool well_formed;
};

class ArnForm : public testing::TestWithParam<FormCase> {};

TEST_P(ArnForm, IsChecked) {
  auto const arn = parse_arn(GetParam().text);
  ASSERT_TRUE(arn);
  EXPECT_EQ(is_well_formed(*arn), GetParam().well_formed);
}

FormCase const kForms[] = {
    {"usual", "arn:aws:states:us-east-1:123456789012:x", true},
    {"partition", "arn:aws-us-gov:states:us-gov-west-1:123456789012:x", true},
    {"no_region_no_account", "arn:aws:states:::lambda:invoke", true},
    {"account_short", "arn:aws:states:us-east-1:12345678901:x", false},
    {"account_letters", "arn:aws:states:us-east-1:12345678901a:x", false},
    {"region_upper_case", "arn:aws:states:US-EAST-1:123456789012:x", false},
    {"region_without_number", "arn:aws:states:us-east:123456789012:x", false},
    {"region_number_only", "arn:aws:states:1:123456789012:x", false},
    {"region_empty_number", "arn:aws:states:us-east-:123456789012:x", false},
    {"partition_upper_case", "arn:AWS:states:us-east-1:123456789012:x", false},
    {"service_blank", "arn:aws:sta tes:us-east-1:123456789012:x", false},
};

INSTANTIATE_TEST_SUITE_P(Table, ArnForm, testing::ValuesIn(kForms),
                         [](auto const& param) { return param.param.name; });

struct StatesCase {
  char const* name;
  char const* resource;
  StatesArn arn;
};

class StatesArns : public testing::TestWithParam<StatesCase> {};

TEST_P(StatesArns, AreTakenApartAndPutTogether) {
  auto const text = std::string(kPrefix) + GetParam().resource;
  auto const arn = parse_states_arn(text);
  ASSERT_TRUE(arn);
  EXPECT_EQ(*arn, GetParam().arn);
  EXPECT_EQ(to_string(*arn), text);
  EXPECT_TRUE(is_valid_states_arn(text));
}

StatesCase const kStates[] = {
    {"state_machine", "stateMachine:M", {.scope = kScope, .kind = kStateMachine, .name = "M"}},
    {"version",
     "stateMachine:M:12",
     {.scope = kScope, .kind = kQualifiedStateMachine, .name = "M", .qualifier = "12"}},
    {"alias",
     "stateMachine:M:PROD",
     {.scope = kScope, .kind = kQualifiedStateMachine, .name = "M", .qualifier = "PROD"}},
    {"map_state_machine",
     "stateMachine:M/L",
     {.scope = kScope, .kind = kMapStateMachine, .name = "M", .label = "L"}},
    {"execution",
     "execution:M:E",
     {.scope = kScope, .kind = kExecution, .name = "M", .execution = "E"}},
    {"map_execution",
     "execution:M/L:E",
     {.scope = kScope, .kind = kExecution, .name = "M", .label = "L", .execution = "E"}},
    {"express",
     "express:M:E:I",
     {.scope = kScope, .kind = kExpressExecution, .name = "M", .execution = "E", .id = "I"}},
    {"map_run",
     "mapRun:M/L:I",
     {.scope = kScope, .kind = kMapRun, .name = "M", .label = "L", .id = "I"}},
    {"activity", "activity:A", {.scope = kScope, .kind = kActivity, .name = "A"}},
};

INSTANTIATE_TEST_SUITE_P(Table, StatesArns, testing::ValuesIn(kStates),
                         [](auto const& param) { return param.param.name; });

TEST(StatesArn, OfNoKnownFormIsRefused) {
  for (char const* const resource :
       {"stateMachine", "stateMachine:", "stateMachine:M:", "stateMachine:M:1:2",
        "stateMachine:M/L:1", "stateMachine:/L", "stateMachine:M/", "execution:M", "execution::E",
        "execution:M:E:x", "express:M:E", "express:M:E:I:x", "mapRun:M:I", "mapRun:M/L",
        "activity:A:B", "activity:A/B", "statemachine:M", "other:M"}) {
    EXPECT_FALSE(parse_states_arn(std::string(kPrefix) + resource)) << resource;
  }
  EXPECT_FALSE(parse_states_arn("arn:aws:lambda:us-east-1:123456789012:stateMachine:M"));
}

TEST(StatesArn, IsValidOnlyWithValidParts) {
  EXPECT_FALSE(is_valid_states_arn("arn:aws:states:::stateMachine:M"));
  EXPECT_FALSE(is_valid_states_arn("arn:aws:states:us-east-1:1:stateMachine:M"));
  EXPECT_FALSE(is_valid_states_arn(std::string(kPrefix) + "stateMachine:M M"));
  EXPECT_FALSE(is_valid_states_arn(std::string(kPrefix) + "stateMachine:M/L/X"));
  EXPECT_FALSE(is_valid_states_arn(std::string(kPrefix) + "stateMachine:" + std::string(81, 'm')));
  auto const longest =
      std::string(kPrefix) + "execution:" + std::string(80, 'm') + ":" + std::string(80, 'e');
  EXPECT_TRUE(is_valid_states_arn(longest));
  EXPECT_FALSE(is_valid_states_arn(longest, longest.size() - 1));
}

struct NameCase {
  char const* name;
  std::string text;
  bool valid;
};

class ResourceNames : public testing::TestWithParam<NameCase> {};

TEST_P(ResourceNames, AreChecked) {
  EXPECT_EQ(is_valid_resource_name(GetParam().text), GetParam().valid);
}

NameCase const kNames[] = {
    {"usual", "My_Machine-1.2@(x)'=+!", true},
    {"letters_beyond_ascii", "Übung日本", true},
    {"eighty_characters", std::string(80, 'x'), true},
    {"eighty_one_characters", std::string(81, 'x'), false},
    {"empty", "", false},
    {"blank", "a b", false},
    {"no_break_space", "a\u00A0b", false},
    {"wide_blank", "a\u3000b", false},
    {"bracket", "a<b", false},
    {"wildcard", "a*", false},
    {"colon", "a:b", false},
    {"slash", "a/b", false},
    {"control", "a\x01", false},
    {"c1_control", "a\u0085", false},
    {"not_utf8", "a\xFF", false},
};

INSTANTIATE_TEST_SUITE_P(Table, ResourceNames, testing::ValuesIn(kNames),
                         [](auto const& param) { return param.param.name; });

TEST(StatesArn, IsBuilt) {
  EXPECT_EQ(state_machine_arn(kScope, "M"), std::string(kPrefix) + "stateMachine:M");
  EXPECT_EQ(qualified_arn(state_machine_arn(kScope, "M"), "3"),
            std::string(kPrefix) + "stateMachine:M:3");
  EXPECT_EQ(execution_arn(kScope, {"M", "E"}), std::string(kPrefix) + "execution:M:E");
  EXPECT_EQ(execution_arn(kScope, {"M/L", "E"}), std::string(kPrefix) + "execution:M/L:E");
  EXPECT_EQ(express_arn(kScope, {"M", "E"}, "I"), std::string(kPrefix) + "express:M:E:I");
  EXPECT_EQ(map_run_arn(kScope, {"M", "L", "I"}), std::string(kPrefix) + "mapRun:M/L:I");
  EXPECT_EQ(activity_arn({.region = "r-1", .account = "1"}, "A"),
            "arn:aws:states:r-1:1:activity:A");
}

}  // namespace
}  // namespace treadle
