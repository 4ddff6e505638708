// Where transitions lead: targets, reachability, ends, and names.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/asl/definitions.h"
#include "treadle/base/limits.h"

namespace treadle::asl::testing {
namespace {

using ::testing::ElementsAre;

// States given as "A>B" (a Pass that goes on), "A." (one that ends).
auto passes(std::string_view start, std::vector<std::string_view> states) -> std::string {
  std::vector<std::string> members;
  for (auto const state : states)
    members.push_back(
        state.ends_with('.')
            ? fmt::format(R"("{}": {{"Type": "Pass", "End": true}})", state.substr(0, 1))
            : fmt::format(R"("{}": {{"Type": "Pass", "Next": "{}"}})", state.substr(0, 1),
                          state.substr(2)));
  return fmt::format(R"({{"StartAt": "{}", "States": {{{}}}}})", start, fmt::join(members, ", "));
}

struct Case {
  char const* name;
  std::string definition;
  std::vector<std::string> messages;
};

Case const kCases[] = {
    {"chain", passes("A", {"A>B", "B>C", "C."}), {}},
    {"loop_with_an_end_elsewhere",
     passes("A", {"A>B", "B>A", "C."}),
     {"MISSING_TRANSITION_TARGET /States/C: State \"C\" is not reachable."}},
    {"loop_without_an_end",
     passes("A", {"A>B", "B>A"}),
     {"MISSING_END_STATE : Workflow has no terminal state"}},
    {"no_end_outweighs_unreachable",
     passes("A", {"A>B", "B>A", "C>A"}),
     {"MISSING_END_STATE : Workflow has no terminal state"}},
    {"start_leads_nowhere",
     passes("X", {"A>B", "B."}),
     {"MISSING_TRANSITION_TARGET /StartAt: Missing 'Next' target: X",
      "MISSING_TRANSITION_TARGET /States/A: State \"A\" is not reachable."}},
    {"next_leads_nowhere",
     passes("A", {"A>X", "B."}),
     {"MISSING_TRANSITION_TARGET /States/A/Next: Missing 'Next' target: X",
      "MISSING_TRANSITION_TARGET /States/B: State \"B\" is not reachable."}},
    {"next_leads_nowhere_and_no_end",
     passes("A", {"A>X"}),
     {"MISSING_TRANSITION_TARGET /States/A/Next: Missing 'Next' target: X",
      "MISSING_END_STATE : Workflow has no terminal state"}},
    {"only_the_first_of_an_unreachable_chain_in_any_order",
     passes("A", {"A.", "D.", "C>D", "B>C"}),
     {"MISSING_TRANSITION_TARGET /States/B: State \"B\" is not reachable."}},
    {"unreachable_cycle",
     passes("A", {"A.", "B>C", "C>B"}),
     {"MISSING_TRANSITION_TARGET /States/B: State \"B\" is not reachable."}},
    {"unreachable_loop_on_itself",
     passes("A", {"A.", "B>B"}),
     {"MISSING_TRANSITION_TARGET /States/B: State \"B\" is not reachable."}},
    {"catcher_reaches_and_dangles",
     R"({"StartAt": "A", "States": {
         "A": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true,
               "Catch": [{"ErrorEquals": ["E"], "Next": "B"}, {"ErrorEquals": ["F"], "Next": "X"}]},
         "B": {"Type": "Fail"}}})",
     {"MISSING_TRANSITION_TARGET /States/A/Catch[1]/Next: Missing 'Next' target: X"}},
    {"a_region_sees_its_own_states_only",
     R"({"StartAt": "A", "States": {
         "A": {"Type": "Parallel", "Next": "B", "Branches": [
           {"StartAt": "C", "States": {"C": {"Type": "Pass", "Next": "B"}, "D": {"Type": "Succeed"}}}]},
         "B": {"Type": "Succeed"}}})",
     {"MISSING_TRANSITION_TARGET /States/A/Branches[0]/States/C/Next: Missing 'Next' target: B",
      "MISSING_TRANSITION_TARGET /States/A/Branches[0]/States/D: State \"D\" is not reachable."}},
    {"a_region_needs_its_own_end",
     R"({"StartAt": "A", "States": {"A": {"Type": "Map", "End": true, "ItemProcessor":
           {"StartAt": "C", "States": {"C": {"Type": "Pass", "Next": "C"}}}}}})",
     {"MISSING_END_STATE /States/A/ItemProcessor: Workflow has no terminal state"}},
    {"duplicate_in_a_branch",
     R"({"StartAt": "A", "States": {"A": {"Type": "Parallel", "End": true, "Branches": [
           {"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}]}}})",
     {"DUPLICATE_STATE_NAME /States/A/Branches[0]/States/A: Duplicate State name: A"}},
};

TEST(Transitions, Cases) {
  for (auto const& c : kCases) EXPECT_EQ(messages(c.definition), c.messages) << c.name;
}

TEST(Transitions, AreNotJudgedBeforeTheStatesAreSound) {
  EXPECT_THAT(summaries(R"({"StartAt": "X", "States": {"A": {"Type": "Pass"}}})"),
              ElementsAre("SCHEMA_VALIDATION_FAILED at /States/A"));
}

auto machine_named(std::string const& name) -> std::string {
  return fmt::format(R"({{"StartAt": "{}", "States": {{"{}": {{"Type": "Succeed"}}}}}})", name,
                     name);
}

TEST(Names, CountCharactersNotBytes) {
  std::string umlauts;
  for (int i = 0; i < 80; ++i) umlauts += "ü";
  EXPECT_THAT(summaries(machine_named(umlauts)), ElementsAre());
  EXPECT_THAT(summaries(machine_named(umlauts + "u")),
              ::testing::Contains("INVALID_STATE_NAME at /States/" + umlauts + "u"));
  EXPECT_THAT(summaries(machine_named("")), ::testing::Contains("INVALID_STATE_NAME at /States/"));
}

// A Parallel in a Parallel in ..., `depth` of them.
auto nested(std::uint32_t depth) -> std::string {
  std::string text = R"({"StartAt": "S", "States": {"S": {"Type": "Succeed"}}})";
  for (std::uint32_t i = 0; i < depth; ++i)
    text = fmt::format(
        R"({{"StartAt": "P{0}", "States": {{"P{0}": {{"Type": "Parallel", "End": true, "Branches": [{1}]}}}}}})",
        i, text);
  return text;
}

TEST(Nesting, IsBounded) {
  EXPECT_THAT(summaries(nested(limits::kStateNesting)), ElementsAre());
  auto const diagnostics = parse_definition(nested(limits::kStateNesting + 1)).diagnostics;
  ASSERT_EQ(diagnostics.size(), 1U);
  EXPECT_EQ(diagnostics[0].code, "TOO_DEEPLY_NESTED");
}

}  // namespace
}  // namespace treadle::asl::testing
