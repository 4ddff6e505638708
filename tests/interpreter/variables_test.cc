// Variables: what each scope sees of the others, and how large they may grow.
// Source: Developer Guide, "Passing data between states with variables".
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/interpreter/execution.h"

namespace treadle::interpreter {
namespace {

using testing::HasSubstr;

auto machine(std::string const& states) -> std::string {
  return R"({"QueryLanguage":"JSONata","StartAt":"A","States":{)" + states + "}}";
}

struct Case {
  std::string name;
  std::string states;  // of a JSONata machine that starts at "A"
  std::string output;
};

Case const kCases[] = {
    {"a_branch_keeps_its_variables_to_itself",
     R"("A":{"Type":"Parallel","Next":"B","Branches":[
          {"StartAt":"P","States":{"P":{"Type":"Pass","Assign":{"p":1},"Next":"P2"},"P2":{"Type":"Pass","Output":"{% $exists($q) %}","End":true}}},
          {"StartAt":"Q","States":{"Q":{"Type":"Pass","Assign":{"q":2},"Next":"Q2"},"Q2":{"Type":"Pass","Output":"{% $exists($p) %}","End":true}}}]},
        "B":{"Type":"Pass","Output":"{% [$states.input, $exists($p), $exists($q)] %}","End":true})",
     "[false,false,false,false]"},
    {"each_iteration_has_its_own",
     R"("A":{"Type":"Pass","Assign":{"o":100},"Next":"M"},
        "M":{"Type":"Map","Items":[1,2,3],"MaxConcurrency":1,"Next":"B","ItemProcessor":{"StartAt":"P","States":{
          "P":{"Type":"Pass","Assign":{"n":"{% ($exists($n) ? 1000 : 0) + $o + $states.input %}"},"Next":"Q"},
          "Q":{"Type":"Pass","Output":"{% $n %}","End":true}}}},
        "B":{"Type":"Pass","Output":"{% [$states.input, $exists($n)] %}","End":true})",
     "[101,102,103,false]"},
    {"a_container_assigns_outside",
     R"("A":{"Type":"Map","Items":[1,2],"Assign":{"sum":"{% $sum($states.result) %}"},"Next":"B",
          "ItemProcessor":{"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}}},
        "B":{"Type":"Pass","Output":"{% $sum %}","End":true})",
     "3"},
    {"a_catcher_of_a_container_assigns_outside",
     R"("A":{"Type":"Pass","Assign":{"why":"none"},"Next":"M"},
        "M":{"Type":"Parallel","End":true,"Branches":[{"StartAt":"F","States":{"F":{"Type":"Fail","Error":"E","Cause":"c"}}}],
          "Catch":[{"ErrorEquals":["States.ALL"],"Assign":{"why":"{% $states.errorOutput.Error %}"},"Output":1,"Next":"B"}]},
        "B":{"Type":"Pass","Output":"{% $why %}","End":true})",
     R"("E")"},
    {"a_rule_assigns_and_the_state_when_none_holds",
     R"("A":{"Type":"Choice","Choices":[{"Condition":false,"Assign":{"r":1},"Next":"B"}],"Default":"B","Assign":{"d":2}},
        "B":{"Type":"Pass","Output":"{% [$exists($r), $d] %}","End":true})",
     "[false,2]"},
};

TEST(Variables, AreSeenByScope) {
  for (auto const& c : kCases) {
    SCOPED_TRACE(c.name);
    Execution e(machine(c.states));
    ASSERT_NE(e.definition, nullptr);
    e.start();
    EXPECT_EQ(e.state.status, Status::kSucceeded) << e.state.cause;
    EXPECT_EQ(e.output(), c.output);
  }
}

// "TYPE name=value ..." of each event that shows assigned variables.
auto shown_assignments(Execution& e) -> std::vector<std::string> {
  std::vector<std::string> all;
  for (auto const& event : e.events) {
    auto const shown = project(event);
    if (!shown) continue;
    for (auto const& field : shown->details) {
      auto const* assigned = std::get_if<std::span<record::Assignment const>>(&field.value);
      if (assigned == nullptr) continue;
      auto text = std::string(shown->type);
      for (auto const& a : *assigned)
        text += fmt::format(" {}={}", a.name, e.payloads.text(a.value));
      all.push_back(text);
    }
  }
  return all;
}

TEST(Variables, ShowWhereTheirStateIsLeft) {
  Execution e(machine(
      R"("A":{"Type":"Pass","Assign":{"n":42,"t":"2","o":{"k":["{% 1 + 1 %}"]}},"Next":"C"},
         "C":{"Type":"Choice","Choices":[{"Condition":true,"Assign":{"r":"{% $n %}"},"Next":"B"}]},
         "B":{"Type":"Pass","Assign":{},"End":true})"));
  e.start();
  EXPECT_THAT(
      shown_assignments(e),
      testing::ElementsAre(R"(PassStateExited n=42 t="2" o={"k":[2]})", "ChoiceStateExited r=42"));
}

// Assigns `each` characters to each of `count` variables, a state each.
auto chain(std::size_t count, std::size_t each) -> std::string {
  std::string states;
  for (std::size_t i = 0; i < count; ++i)
    states += fmt::format(
        R"("{}":{{"Type":"Pass","Assign":{{"v{}":"{{% $pad('', {}, 'x') %}}"}},"Output":1,"Next":"{}"}},)",
        i == 0 ? "A" : fmt::format("S{}", i), i, each,
        i + 1 == count ? "Z" : fmt::format("S{}", i + 1));
  return machine(states + R"("Z":{"Type":"Succeed"})");
}

TEST(Variables, OfOneAssignAreBounded) {
  // The names, the quotes and the braces count too: {"v0":"..."}.
  Execution fits(chain(1, limits::kAssignBytes - 9));
  fits.start();
  EXPECT_EQ(fits.state.status, Status::kSucceeded) << fits.state.cause;
  Execution exceeds(chain(1, limits::kAssignBytes - 8));
  exceeds.start();
  EXPECT_EQ(exceeds.state.error, "States.DataLimitExceeded");
}

TEST(Variables, OfAnExecutionAreBounded) {
  constexpr std::size_t kEach = 250'000;  // with two quotes
  constexpr auto kFit = limits::kVariablesBytes / (kEach + 2);
  Execution fits(chain(kFit, kEach));
  fits.start();
  EXPECT_EQ(fits.state.status, Status::kSucceeded) << fits.state.cause;
  Execution exceeds(chain(kFit + 1, kEach));
  exceeds.start();
  EXPECT_EQ(exceeds.state.error, "States.DataLimitExceeded");
  EXPECT_THAT(exceeds.state.cause, HasSubstr("10485760"));
}

TEST(Variables, ThatAreReplacedCountOnce) {
  std::string states;
  for (std::size_t i = 0; i < 60; ++i)
    states += fmt::format(
        R"("{}":{{"Type":"Pass","Assign":{{"v":"{{% $pad('', 250000, 'x') %}}","w{}":1}},"Output":1,"Next":"{}"}},)",
        i == 0 ? "A" : fmt::format("S{}", i), i, i == 59 ? "Z" : fmt::format("S{}", i + 1));
  Execution e(machine(states + R"("Z":{"Type":"Succeed"})"));
  e.start();
  EXPECT_EQ(e.state.status, Status::kSucceeded) << e.state.cause;
}

}  // namespace
}  // namespace treadle::interpreter
