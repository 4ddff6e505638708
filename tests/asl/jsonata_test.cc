// Expressions in JSONata states: what does not parse, and what reads something that is not there.
#include <gtest/gtest.h>

#include "tests/asl/definitions.h"

namespace treadle::asl::testing {
namespace {

struct Case {
  char const* name;
  std::string definition;
  std::vector<std::string> messages;
};

auto pass(std::string_view output) -> std::string {
  return jsonata_machine_of(fmt::format(R"("Type": "Pass", "End": true, "Output": {})", output));
}

auto task(std::string_view members) -> std::string {
  return jsonata_machine_of(fmt::format(
      R"("Type": "Task", "End": true, "Resource": "arn:aws:states:::lambda:invoke", {})", members));
}

auto distributed(std::string_view members) -> std::string {
  return jsonata_machine_of(fmt::format(
      R"("Type": "Map", "End": true, {}, "ItemProcessor": {{
          "ProcessorConfig": {{"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}},
          "StartAt": "I", "States": {{"I": {{"Type": "Pass", "End": true}}}}}})",
      members));
}

constexpr auto kNoErrorOutput = ": Field '$states.errorOutput' does not exist.";
constexpr auto kNoResult = ": Field '$states.result' does not exist.";
constexpr auto kNoPhone = ": Reference to 'phone' at the top level is not supported.";

auto invalid(std::string_view rest) -> std::vector<std::string> {
  return {"INVALID_JSONATA_EXPRESSION " + std::string(rest)};
}

auto unsupported(std::string_view where, std::string_view message) -> std::vector<std::string> {
  return {"UNSUPPORTED_JSONATA_EXPRESSION " + std::string(where) + std::string(message)};
}

Case const kCases[] = {
    {"ends_early", pass(R"("{% 1 + %}")"),
     invalid("/States/S/Output: Unexpected end of expression")},
    {"bracket", pass(R"({"a": [0, "{% $states.input[1,2) %}"]})"),
     invalid(R"(/States/S/Output/a[1]: Expected "]", got ",")")},
    {"quote", jsonata_machine_of(R"("Type": "Wait", "End": true, "Seconds": "{% 'a %}")"),
     invalid("/States/S/Seconds: String literal must be terminated by a matching quote")},
    {"in_a_reader", distributed(R"("ItemReader": {"Resource": "arn:aws:states:::s3:getObject",
                                   "Arguments": {"Bucket": "{% ( %}"}})"),
     invalid("/States/S/ItemReader/Arguments/Bucket: Expected \")\" before end of expression")},
    {"in_a_batch",
     distributed(R"("ItemBatcher": {"MaxItemsPerBatch": 1, "BatchInput": {"b": "{% ( %}"}})"),
     invalid("/States/S/ItemBatcher/BatchInput/b: Expected \")\" before end of expression")},
    {"bare_name", pass(R"({"v": "{% phone.number %}"})"),
     unsupported("/States/S/Output/v", kNoPhone)},
    {"bare_name_once", pass(R"("{% phone & phone.x %}")"),
     unsupported("/States/S/Output", kNoPhone)},
    {"bare_name_in_an_argument", pass(R"("{% $length($uppercase(phone)) %}")"),
     unsupported("/States/S/Output", kNoPhone)},
    {"bare_name_in_a_block_and_an_object", pass(R"("{% ($x := 1; {'a': [phone]}) %}")"),
     unsupported("/States/S/Output", kNoPhone)},
    {"the_input_document", pass(R"("{% $ %}")"),
     unsupported("/States/S/Output", ": Reference to '$' at the top level is not supported.")},
    {"the_root_anywhere", pass(R"("{% $states.input.items[$$.x] %}")"),
     unsupported("/States/S/Output", ": Reference to '$$' is not supported.")},
    {"names_behind_a_step",
     pass(R"("{% $states.input.items[price > 3].{'n': name}^(n) ~> |$|{'x': y}| %}")"),
     {}},
    {"names_in_a_group_and_a_function",
     pass(R"("{% $map($states.input.list{type: $sum(size)}, function($v) { $v.a[$ > 1] }) %}")"),
     {}},
    {"result_of_a_pass", pass(R"("{% $states.result %}")"),
     unsupported("/States/S/Output", kNoResult)},
    {"result_of_a_task",
     task(R"("Output": "{% $states.result.Payload %}", "Assign": {"r": "{% $states.result %}"})"),
     {}},
    {"result_before_it_is_there", task(R"("Arguments": "{% $states.result %}")"),
     unsupported("/States/S/Arguments", kNoResult)},
    {"error_of_a_task", task(R"("Output": {"e": "{% $states.errorOutput %}"})"),
     unsupported("/States/S/Output/e", kNoErrorOutput)},
    {"error_in_a_catcher",
     task(R"("Catch": [{"ErrorEquals": ["A"], "Next": "S", "Output": "{% $states.errorOutput %}",
             "Assign": {"e": "{% $states.errorOutput.Error %}"}}])"),
     {}},
    {"result_in_a_catcher",
     task(R"("Catch": [{"ErrorEquals": ["A"], "Next": "S", "Output": "{% $states.result %}"}])"),
     unsupported("/States/S/Catch[0]/Output", kNoResult)},
    {"unknown_member", pass(R"("{% $states.inputs.a & $states.inputs.b %}")"),
     unsupported("/States/S/Output", ": Field '$states.inputs' does not exist.")},
    {"states_as_a_whole", pass(R"("{% $keys($states) %}")"), {}},
    {"states_of_its_own", pass(R"("{% ($states := {'a': 1}; $states.a) %}")"), {}},
};

TEST(Jsonata, Cases) {
  for (auto const& c : kCases) EXPECT_EQ(messages(c.definition), c.messages) << c.name;
}

}  // namespace
}  // namespace treadle::asl::testing
