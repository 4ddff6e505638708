// States whose query language is JSONata: where expressions may stand, what they read, and how
// their failures show.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/interpreter/execution.h"

namespace treadle::interpreter {
namespace {

using testing::ElementsAre;

struct OutputCase {
  std::string name;
  std::string states;  // of a JSONata machine that starts at "A"
  std::string input;
  std::string output;
};

auto machine(std::string const& states) -> std::string {
  return R"({"QueryLanguage":"JSONata","StartAt":"A","States":{)" + states + "}}";
}

OutputCase const kOutputs[] = {
    {"input_passes_through", R"("A":{"Type":"Pass","End":true})", R"({"a": 1})", R"({"a": 1})"},
    {"output_of_constants", R"("A":{"Type":"Pass","Output":{"x":[1,"y"]},"End":true})", "{}",
     R"({"x":[1,"y"]})"},
    {"output_is_one_expression",
     R"("A":{"Type":"Pass","Output":"{% $states.input.a + 1 %}","End":true})", R"({"a":1})", "2"},
    {"no_blank_before_the_end", R"("A":{"Type":"Pass","Output":"{% $states.input.a%}","End":true})",
     R"({"a":1})", "1"},
    {"expressions_in_objects_and_arrays",
     R"("A":{"Type":"Pass","Output":{"l":["{% $states.input.a %}",{"b":"{% 'x' & 'y' %}"}],"t":"{% no"},"End":true})",
     R"({"a":1})", R"({"l":[1,{"b":"xy"}],"t":"{% no"})"},
    {"variables_are_read_before_they_change",
     R"("A":{"Type":"Pass","Assign":{"x":1},"Next":"B"},
        "B":{"Type":"Pass","Assign":{"x":"{% $x + 1 %}","y":"{% $x %}"},"Output":"{% $x %}","Next":"C"},
        "C":{"Type":"Pass","Output":"{% [$x, $y, $states.input] %}","End":true})",
     "{}", "[2,1,1]"},
    {"context_object",
     R"("A":{"Type":"Pass","Output":"{% $states.context.Execution.Name & $states.context.State.Name %}","End":true})",
     "{}", R"("eA")"},
    {"choice_takes_the_first_rule_that_holds",
     R"("A":{"Type":"Choice","Choices":[{"Condition":"{% $states.input.n > 5 %}","Next":"B"},
           {"Condition":true,"Next":"B","Output":{"second":"{% $states.input.n %}"},"Assign":{"v":7}}],"Default":"B"},
        "B":{"Type":"Succeed","Output":"{% {'in': $states.input, 'v': $v} %}"})",
     R"({"n":1})", R"({"in":{"second":1},"v":7})"},
    {"choice_default_has_the_states_own_output",
     R"("A":{"Type":"Choice","Choices":[{"Condition":"{% false %}","Next":"B"}],"Default":"B","Output":"default"},
        "B":{"Type":"Succeed"})",
     "{}", R"("default")"},
    {"map_over_items",
     R"("A":{"Type":"Map","Items":"{% $states.input.list %}","MaxConcurrency":"{% 1 + 1 %}",
        "ItemSelector":{"i":"{% $states.context.Map.Item.Index %}","v":"{% $states.context.Map.Item.Value %}","all":"{% $count($states.input.list) %}"},
        "Output":"{% $states.result.(i * 10 + v + all) %}",
        "ItemProcessor":{"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}},"End":true})",
     R"({"list":[1,2]})", "[3,14]"},
    {"map_over_the_input",
     R"("A":{"Type":"Map","ItemProcessor":{"StartAt":"P","States":{"P":{"Type":"Pass","Output":"{% $states.input * 2 %}","End":true}}},"End":true})",
     "[1,2]", "[2,4]"},
    {"map_over_literal_items",
     R"("A":{"Type":"Map","Items":[1,"{% 1 + 1 %}"],"ItemProcessor":{"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}},"End":true})",
     "{}", "[1,2]"},
    {"parallel_hands_arguments_to_its_branches",
     R"("A":{"Type":"Parallel","Arguments":{"n":"{% $states.input.n + 1 %}"},"Output":"{% $states.result[1] %}","End":true,
        "Branches":[{"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}},
                    {"StartAt":"Q","States":{"Q":{"Type":"Pass","Output":"{% $states.input.n * 10 %}","End":true}}}]})",
     R"({"n":1})", "20"},
    {"inner_scopes_read_outer_variables",
     R"("A":{"Type":"Pass","Assign":{"o":5},"Next":"M"},
        "M":{"Type":"Map","Items":[1],"End":true,"ItemProcessor":{"StartAt":"P","States":{"P":{"Type":"Pass","Output":"{% $o %}","End":true}}}})",
     "{}", "[5]"},
};

TEST(Jsonata, Outputs) {
  for (auto const& c : kOutputs) {
    SCOPED_TRACE(c.name);
    Execution e(machine(c.states));
    ASSERT_NE(e.definition, nullptr);
    e.start(c.input);
    EXPECT_EQ(e.state.status, Status::kSucceeded) << e.state.error << ": " << e.state.cause;
    EXPECT_EQ(e.output(), c.output);
  }
}

struct FailureCase {
  std::string name;
  std::string state;  // "A"
  std::string input;
  std::string cause;     // without the sentence about the state
  std::string location;  // of EvaluationFailed
};

FailureCase const kFailures[] = {
    {"undefined", R"({"Type":"Pass","Output":{"r":["{% $states.input.no %}"]},"End":true})", "{}",
     "The JSONata expression '$states.input.no' specified for the field 'Output/r[0]' returned "
     "nothing (undefined).",
     "Output/r[0]"},
    {"function", R"({"Type":"Pass","Assign":{"f":"{% function($x) { $x } %}"},"End":true})", "{}",
     "The JSONata expression 'function($x) { $x }' specified for the field 'Assign/f' returned an "
     "unsupported result type.",
     "Assign/f"},
    {"thrown", R"({"Type":"Pass","Output":"{% $states.input.a() %}","End":true})", R"({"a":1})",
     "The JSONata expression '$states.input.a()' specified for the field 'Output' threw an error "
     "during evaluation. T1006: Attempted to invoke a non-function",
     "Output"},
    {"condition_must_be_boolean",
     R"({"Type":"Choice","Choices":[{"Condition":"{% false %}","Next":"Z"},{"Condition":"{% 1 %}","Next":"Z"}]})",
     "{}",
     "The JSONata expression '1' specified for the field 'Choices[1]/Condition' returned an "
     "unexpected result type. Expected 'boolean', but was 'number' for value: 1",
     "Choices[1]/Condition"},
    {"output_of_a_rule",
     R"({"Type":"Choice","Choices":[{"Condition":true,"Next":"Z","Output":{"v":"{% $no %}"}}]})",
     "{}",
     "The JSONata expression '$no' specified for the field 'Choices[0]/Output/v' returned nothing "
     "(undefined).",
     "Choices[0]/Output/v"},
    {"items_must_be_an_array",
     R"({"Type":"Map","Items":"{% 'x' %}","End":true,"ItemProcessor":{"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}}})",
     "{}",
     "The JSONata expression ''x'' specified for the field 'Items' returned an unexpected result "
     "type. Expected 'array', but was 'string' for value: \"x\"",
     "Items"},
    {"map_input_must_be_an_array",
     R"({"Type":"Map","End":true,"ItemProcessor":{"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}}})",
     "7", "Map state input must be an array but was: 7", ""},
    {"fail_cause_must_be_text", R"({"Type":"Fail","Cause":"{% 1 %}"})", "{}",
     "The JSONata expression '1' specified for the field 'Cause' returned an unexpected result "
     "type. Expected 'string', but was 'number' for value: 1",
     "Cause"},
};

auto evaluation_failed(Execution const& e) -> record::EvaluationFailed const* {
  for (auto const& event : e.events)
    if (auto const* fact = std::get_if<record::EvaluationFailed>(&event.fact)) return fact;
  return nullptr;
}

TEST(Jsonata, Failures) {
  for (auto const& c : kFailures) {
    SCOPED_TRACE(c.name);
    bool const leads_on = c.state.contains("\"Z\"");
    Execution e(machine("\"A\":" + c.state + (leads_on ? R"(,"Z":{"Type":"Succeed"})" : "")));
    ASSERT_NE(e.definition, nullptr);
    e.start(c.input);
    auto const cause =
        "An error occurred while executing the state 'A' (entered at the event id #2). " + c.cause;
    EXPECT_EQ(e.state.error, "States.QueryEvaluationError");
    EXPECT_EQ(e.state.cause, cause);
    auto const* const shown = evaluation_failed(e);
    ASSERT_NE(shown, nullptr);
    EXPECT_EQ(shown->location, c.location);
    EXPECT_EQ(shown->cause, cause);
    EXPECT_EQ(pending(e.state), Pending{});
  }
}

TEST(Jsonata, EvaluationFailedPointsToWhatTheEntryPointsTo) {
  Execution e(machine(R"("A":{"Type":"Pass","Next":"M"},
    "M":{"Type":"Map","Items":"{% true %}","End":true,
         "ItemProcessor":{"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}}})"));
  e.start();
  EXPECT_THAT(e.shape(),
              ElementsAre("1<0 ExecutionStarted", "2<0 PassStateEntered", "3<2 PassStateExited",
                          "4<3 MapStateEntered", "5<3 EvaluationFailed", "6<5 MapStateFailed",
                          "7<6 ExecutionFailed"));
}

constexpr char kTask[] = R"("A":{"Type":"Task",
  "Resource":"arn:aws:lambda:us-east-1:123456789012:function:f","TimeoutSeconds":"{% $states.input.t %}",
  "Arguments":{"n":"{% $states.input.n %}"},"Output":"{% $states.result.ok.yes %}","Assign":{"r":"{% $states.result %}"},
  "Catch":[{"ErrorEquals":["States.QueryEvaluationError"],"Next":"C","Output":{"e":"{% $states.errorOutput.Error %}"},
            "Assign":{"c":"{% $states.input.n %}"}}],"Next":"B"},
  "B":{"Type":"Succeed","Output":"{% [$states.input, $r.ok.yes] %}"},
  "C":{"Type":"Succeed","Output":"{% [$states.input, $c] %}"})";

TEST(Jsonata, TaskReadsItsResult) {
  Execution e(machine(kTask));
  ASSERT_NE(e.definition, nullptr);
  e.start(R"({"n":4,"t":9})");
  auto const& scheduled = std::get<record::TaskScheduled>(e.events[2].fact);
  EXPECT_EQ(e.payloads.text(scheduled.parameters), R"({"n":4})");
  EXPECT_EQ(scheduled.timeout_seconds, 9U);
  e.tell(record::CallSucceeded{.scheduled = e.open_task(), .output = R"({"ok":{"yes":true}})"});
  EXPECT_EQ(e.output(), "[true,true]");
}

TEST(Jsonata, FailedOutputOfATaskIsCaught) {
  Execution e(machine(kTask));
  e.start(R"({"n":4,"t":9})");
  e.tell(record::CallSucceeded{.scheduled = e.open_task(), .output = "{}"});
  EXPECT_THAT(e.shape(), ElementsAre("1<0 ExecutionStarted", "2<0 TaskStateEntered",
                                     "3<2 LambdaFunctionScheduled", "4<3 LambdaFunctionStarted",
                                     "5<4 LambdaFunctionSucceeded", "6<5 EvaluationFailed",
                                     "7<6 TaskStateExited", "8<7 SucceedStateEntered",
                                     "9<8 SucceedStateExited", "10<9 ExecutionSucceeded"));
  EXPECT_EQ(e.output(), R"([{"e":"States.QueryEvaluationError"},4])");
}

TEST(Jsonata, WaitsForWhatAnExpressionGives) {
  Execution e(machine(
      R"("A":{"Type":"Wait","Seconds":"{% $states.input.s %}","Output":"{% 'over' %}","End":true})"));
  ASSERT_NE(e.definition, nullptr);
  e.start(R"({"s":30})");
  auto const begin = e.now;
  ASSERT_TRUE(e.fire_next_timer());
  EXPECT_EQ(e.now - begin, std::chrono::seconds(30));
  EXPECT_EQ(e.output(), "\"over\"");
}

TEST(Jsonata, StatesIsNotThereInJsonPathStates) {
  Execution e(
      R"({"StartAt":"A","States":{"A":{"Type":"Pass","Parameters":{"x.$":"$states.input"},"End":true}}})");
  if (e.definition == nullptr) return;  // refused before it runs
  e.start();
  EXPECT_EQ(e.state.status, Status::kFailed);
}

}  // namespace
}  // namespace treadle::interpreter
