#include "treadle/asl/variable_references.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "treadle/asl/parser.h"

namespace treadle::asl {
namespace {

// "A: x y; B: z"
auto shown(std::string_view states) -> std::string {
  auto const text = fmt::format(R"({{"StartAt":"A","States":{{{}}}}})", states);
  auto const parsed = parse_definition(text);
  if (!parsed.definition) return "invalid";
  std::string out;
  for (auto const& [state, names] : variable_references(*parsed.definition)) {
    out += (out.empty() ? "" : "; ") + state + ":";
    for (auto const& name : names) out += " " + name;
  }
  return out;
}

struct Case {
  char const* name;
  char const* states;
  char const* expected;
};

Case const kCases[] = {
    {"none", R"("A":{"Type":"Pass","Parameters":{"a.$":"$.b","c.$":"$$.State.Name"},"End":true})",
     ""},
    {"assigning_is_no_reference", R"("A":{"Type":"Pass","Assign":{"x":1},"End":true})", ""},
    {"each_once_by_name",
     R"("A":{"Type":"Pass","Parameters":{"1.$":"$b.c","2.$":"$a[0]","3.$":"$b"},"End":true})",
     "A: a b"},
    {"paths_of_input_and_output",
     R"("A":{"Type":"Pass","InputPath":"$in","OutputPath":"$out","End":true})", "A: in out"},
    {"nested_intrinsics",
     R"x("A":{"Type":"Pass","Assign":{"s.$":"States.MathAdd(States.MathAdd($x, $y), $z)"},"End":true})x",
     "A: x y z"},
    {"task",
     R"("A":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName.$":"$f"},
        "TimeoutSecondsPath":"$t","HeartbeatSecondsPath":"$h","ResultSelector":{"r.$":"$s"},
        "Catch":[{"ErrorEquals":["States.ALL"],"Next":"B","Assign":{"e.$":"$c"}}],"End":true},
        "B":{"Type":"Succeed","OutputPath":"$b"})",
     "A: c f h s t; B: b"},
    {"choice",
     R"("A":{"Type":"Choice","Choices":[{"And":[{"Variable":"$x","IsPresent":true},
        {"Not":{"Variable":"$.n","NumericEqualsPath":"$y"}}],"Assign":{"v.$":"$z"},"Next":"B"}]},
        "B":{"Type":"Succeed"})",
     "A: x y z"},
    {"wait", R"("A":{"Type":"Wait","SecondsPath":"$s","Next":"B"},
        "B":{"Type":"Wait","TimestampPath":"$t.at","End":true})",
     "A: s; B: t"},
    {"fail", R"x("A":{"Type":"Fail","ErrorPath":"$e","CausePath":"States.Format('{}', $c)"})x",
     "A: c e"},
    {"parallel_and_what_is_in_it",
     R"("A":{"Type":"Parallel","Parameters":{"p.$":"$p"},"Branches":[{"StartAt":"B","States":{
        "B":{"Type":"Pass","InputPath":"$b","End":true}}}],"End":true})",
     "A: p; B: b"},
    {"map",
     R"("A":{"Type":"Map","ItemsPath":"$items","ItemSelector":{"i.$":"$one"},
        "MaxConcurrencyPath":"$n","ItemProcessor":{"StartAt":"B","States":{
        "B":{"Type":"Pass","End":true}}},"End":true})",
     "A: items n one"},
    {"jsonata",
     R"x("A":{"Type":"Pass","QueryLanguage":"JSONata","Output":{"o":"{% $x.y + $states.input.z %}"},
        "Assign":{"v":["{% $sum($w) %}"]},"End":true})x",
     "A: w x"},
    {"jsonata_binds_its_own",
     R"("A":{"Type":"Pass","QueryLanguage":"JSONata","Output":"{% ($mine := $x; $mine) %}","End":true})",
     "A: x"},
    {"jsonata_choice",
     R"("A":{"Type":"Choice","QueryLanguage":"JSONata","Choices":[{"Condition":"{% $x > 1 %}",
        "Output":"{% $o %}","Next":"B"},{"Condition":true,"Next":"B"}],"Output":"{% $d %}"},
        "B":{"Type":"Succeed"})",
     "A: d o x"},
    {"jsonata_fields",
     R"("A":{"Type":"Map","QueryLanguage":"JSONata","Items":"{% $items %}","MaxConcurrency":"{% $n %}",
        "ItemProcessor":{"StartAt":"B","States":{"B":{"Type":"Wait","QueryLanguage":"JSONata","Seconds":"{% $s %}","End":true}}},
        "Next":"C"},"C":{"Type":"Fail","QueryLanguage":"JSONata","Cause":"{% $why %}"})",
     "A: items n; B: s; C: why"},
};

TEST(VariableReferences, ByState) {
  for (auto const& c : kCases) EXPECT_EQ(shown(c.states), c.expected) << c.name;
}

}  // namespace
}  // namespace treadle::asl
