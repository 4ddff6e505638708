#include "treadle/saga/check.h"

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "treadle/asl/parser.h"

namespace treadle::saga {
namespace {

// A machine of these states. TASK stands for Type and Resource of a function, ALL for a catcher of everything up to the
// name of its state, FOREVER for a Retry that does not end, GO for Next, R for a compensation's Retry and Fail.
auto machine(std::string_view start, std::string_view states) -> std::string {
  auto text = fmt::format(R"({{"StartAt":"{}","States":{{{}}}}})", start, states);
  std::pair<std::string_view, std::string_view> const kWords[] = {
      {"TASK", R"("Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:f")"},
      {"ALL>", R"("Catch":[{"ErrorEquals":["States.ALL"],"Next":)"},
      {"<ALL", "}]"},
      {"FOREVER",
       R"("Retry":[{"ErrorEquals":["States.ALL"],"MaxAttempts":99999999,"MaxDelaySeconds":3600}])"},
      {"TWICE", R"("Retry":[{"ErrorEquals":["States.ALL"],"MaxAttempts":2}])"},
      {"FAIL", R"("Type":"Fail","Error":"Failed")"},
  };
  for (auto const& [word, meaning] : kWords)
    for (auto at = text.find(word); at != std::string::npos;
         at = text.find(word, at + meaning.size()))
      text.replace(at, word.size(), meaning);
  return text;
}

auto report_of(std::string const& text, Roles const& roles, CheckLimits limits = {})
    -> CheckReport {
  auto const parsed = asl::parse_definition(text);
  EXPECT_TRUE(parsed.definition) << text << "\n"
                                 << (parsed.diagnostics.empty() ? ""
                                                                : parsed.diagnostics[0].message);
  if (!parsed.definition) return {};
  auto report = check(parsed.definition, roles, limits);
  EXPECT_TRUE(report) << report.error();
  return report.value_or(CheckReport{});
}

auto found(CheckReport const& report) -> std::set<std::string> {
  std::set<std::string> out;
  for (auto const& example : report.counterexamples)
    out.insert(fmt::format("{} {}", name_of(example.property), example.step));
  return out;
}

struct Row {
  std::string_view name;
  std::string_view start;
  std::string_view states;
  std::vector<std::string_view> undos;  // UNDO=STEP,STEP
  std::set<std::string> expected;
  Verdict verdict = Verdict::kCounterexample;
  std::vector<std::string> read_only = {};
};

void expect_rows(std::vector<Row> const& rows) {
  for (auto const& row : rows) {
    SCOPED_TRACE(row.name);
    Roles roles;
    for (auto const undo : row.undos) roles.undos.push_back(read_undo(undo, ',').value());
    roles.read_only = row.read_only;
    auto const report = report_of(machine(row.start, row.states), roles);
    EXPECT_EQ(found(report), row.expected);
    EXPECT_EQ(name_of(report.verdict), name_of(row.verdict));
  }
}

TEST(Check, FindsEachPropertyAndNothingElse) {
  expect_rows({
      {"one step", "A", R"("A":{TASK,"End":true})", {}, {"uncaught A"}},
      {"read-only", "A", R"("A":{TASK,"End":true})", {}, {}, Verdict::kVerified, {"A"}},
      {"undone",
       "A",
       R"("A":{TASK,ALL>"U"<ALL,"End":true},"U":{TASK,FOREVER,"Next":"F"},"F":{FAIL})",
       {"U=A"},
       {},
       Verdict::kVerified},
      {"nothing undoes it",
       "A",
       R"("A":{TASK,ALL>"F"<ALL,"Next":"B"},"B":{TASK,ALL>"F"<ALL,"End":true},"F":{FAIL})",
       {},
       {"left-done A", "left-maybe A", "left-maybe B"}},
      {"succeeds anyway",
       "A",
       R"("A":{TASK,ALL>"U"<ALL,"End":true},"U":{TASK,FOREVER,"End":true})",
       {"U=A"},
       {"succeed-compensated A"}},
      {"gives up and succeeds",
       "A",
       R"("A":{TASK,ALL>"S"<ALL,"End":true},"S":{"Type":"Succeed"})",
       {},
       {"succeed-not-done A"}},
      {"wrong order",
       "A",
       R"("A":{TASK,ALL>"U"<ALL,"Next":"B"},"B":{TASK,ALL>"X"<ALL,"Next":"C"},
          "C":{TASK,ALL>"X"<ALL,"End":true},"X":{TASK,FOREVER,"Next":"Y"},"Y":{TASK,FOREVER,"Next":"F"},
          "U":{TASK,FOREVER,"Next":"F"},"F":{FAIL})",
       {"U=A", "X=A", "Y=B"},
       {"order A", "left-maybe C"}},
      {"never attempted",
       "A",
       R"("A":{TASK,ALL>"V"<ALL,"Next":"B"},"B":{TASK,ALL>"V"<ALL,"End":true},
          "V":{TASK,FOREVER,"Next":"U"},"U":{TASK,FOREVER,"Next":"F"},"F":{FAIL})",
       {"U=A", "V=B"},
       {"never-attempted V"}},
      {"no retry",
       "A",
       R"("A":{TASK,ALL>"U"<ALL,"End":true},"U":{TASK,"Next":"F"},"F":{FAIL})",
       {"U=A"},
       {"no-retry U", "uncaught U"}},
      {"one for two",
       "A",
       R"("A":{TASK,ALL>"U"<ALL,"Next":"B"},"B":{TASK,ALL>"U"<ALL,"End":true},
          "U":{TASK,FOREVER,"Next":"F"},"F":{FAIL})",
       {"U=A,B"},
       {},
       Verdict::kVerified},
      {"one for two, too early",
       "L",
       R"("L":{TASK,ALL>"U"<ALL,"Next":"A"},"A":{TASK,ALL>"U"<ALL,"Next":"B"},
          "B":{TASK,ALL>"U"<ALL,"End":true},"U":{TASK,FOREVER,"Next":"F"},"F":{FAIL})",
       {"U=A,B"},
       {"never-attempted U"},
       Verdict::kCounterexample,
       {"L"}},
      {"no default",
       "A",
       R"("A":{TASK,ALL>"U"<ALL,"Next":"C"},
          "C":{"Type":"Choice","Choices":[{"Variable":"$.x","IsPresent":true,"Next":"S"}]},
          "S":{"Type":"Succeed"},"U":{TASK,FOREVER,"Next":"F"},"F":{FAIL})",
       {"U=A"},
       {"uncaught C"}},
  });
}

TEST(Check, FollowsParallels) {
  constexpr std::string_view kUndo = R"("U":{TASK,FOREVER,"Next":"F"},"F":{FAIL})";
  auto const with = [&](std::string_view branches, std::string_view rest = R"(ALL>"U"<ALL)") {
    return fmt::format(R"("P":{{"Type":"Parallel","Branches":[{}],{},"End":true}},{})", branches,
                       rest, kUndo);
  };
  auto const two = with(
      R"({"StartAt":"A","States":{"A":{TASK,"End":true}}},{"StartAt":"B","States":{"B":{TASK,"End":true}}})");
  auto const later = with(
      R"({"StartAt":"A","States":{"A":{TASK,"Next":"B"},"B":{TASK,"End":true}}},{"StartAt":"C","States":{"C":{TASK,"End":true}}})");
  auto const again = with(
      R"({"StartAt":"A","States":{"A":{TASK,"End":true}}},{"StartAt":"B","States":{"B":{TASK,"End":true}}})",
      R"(TWICE,ALL>"U"<ALL)");
  expect_rows({
      {"both undone", "P", two, {"U=A,B"}, {}, Verdict::kVerified},
      {"one undone", "P", two, {"U=A"}, {"left-done B", "left-maybe B"}},
      {"a step that was not reached",
       "P",
       later,
       {"U=B"},
       {"never-attempted U"},
       Verdict::kCounterexample,
       {"A", "C"}},
      {"retried", "P", again, {"U=A,B"}, {}, Verdict::kVerified},
      {"a branch that has failed undoes its own",
       "P",
       R"("P":{"Type":"Parallel","End":true,ALL>"F"<ALL,"Branches":[
          {"StartAt":"A","States":{"A":{TASK,ALL>"U"<ALL,"End":true},"U":{TASK,FOREVER,"Next":"X"},"X":{FAIL}}},
          {"StartAt":"L","States":{"L":{TASK,"End":true}}}]},"F":{FAIL})",
       {"U=A"},
       {"left-done A", "left-maybe A"},
       Verdict::kCounterexample,
       {"L"}},
  });
}

TEST(Check, FollowsMapsInOneIteration) {
  auto const map = [](std::string_view processor, std::string_view mode = "") {
    return fmt::format(
        R"("M":{{"Type":"Map","ItemProcessor":{{{}"StartAt":"A","States":{{{}}}}},ALL>"U"<ALL,"End":true}},
           "U":{{TASK,FOREVER,"Next":"F"}},"F":{{FAIL}})",
        mode, processor);
  };
  expect_rows({
      {"undone outside", "M", map(R"("A":{TASK,"End":true})"), {"U=A"}, {}, Verdict::kVerified},
      {"not undone",
       "M",
       map(R"("A":{TASK,"End":true})"),
       {},
       {"left-done A", "left-maybe A"},
       Verdict::kCounterexample,
       {"U"}},
      {"undone inside alone",
       "M",
       map(R"("A":{TASK,ALL>"V"<ALL,"End":true},"V":{TASK,FOREVER,"Next":"X"},"X":{FAIL})"),
       {"V=A"},
       {"left-done A", "left-maybe A"},
       Verdict::kCounterexample,
       {"U"}},
      {"without items nothing is undone",
       "A",
       R"("A":{TASK,ALL>"V"<ALL,"Next":"B"},"V":{TASK,FOREVER,"Next":"F"},
          "B":{TASK,ALL>"M"<ALL,"End":true},
          "M":{"Type":"Map","ItemProcessor":{"StartAt":"U","States":{"U":{TASK,FOREVER,"End":true}}},"Next":"F"},
          "F":{FAIL})",
       {"V=A", "U=A"},
       {"left-done A"},
       Verdict::kCounterexample,
       {"B"}},
      {"another Map",
       "M",
       R"("M":{"Type":"Map","ItemProcessor":{"StartAt":"A","States":{"A":{TASK,"End":true}}},ALL>"N"<ALL,"End":true},
          "N":{"Type":"Map","ItemProcessor":{"StartAt":"U","States":{"U":{TASK,FOREVER,"End":true}}},"Next":"F"},
          "F":{FAIL})",
       {"U=A"},
       {},
       Verdict::kUnknown},
      {"distributed",
       "M",
       map(R"("A":{TASK,"End":true})",
           R"("ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},)"),
       {"U=A"},
       {},
       Verdict::kUnknown},
  });
}

TEST(Check, NamesWhereExecutionsEndWhenACompensationFailed) {
  Roles roles;
  roles.undos = {{"U", {"A"}}};
  auto const report = report_of(
      machine("A", R"("A":{TASK,ALL>"U"<ALL,"End":true},"U":{TASK,TWICE,ALL>"Stuck"<ALL,"Next":"F"},
                      "F":{FAIL},"Stuck":{FAIL})"),
      roles);
  EXPECT_EQ(report.verdict, Verdict::kVerified);
  EXPECT_EQ(report.ends,
            (std::vector<std::string>{"Stuck: U failed for good, and effects may stand"}));
}

TEST(Check, GivesTheShortestWay) {
  // By B, C the way is longer than by the Catch of A.
  auto const report =
      report_of(machine("A", R"("A":{TASK,ALL>"F"<ALL,"Next":"B"},"B":{"Type":"Pass","Next":"C"},
                      "C":{TASK,ALL>"F"<ALL,"End":true},"F":{FAIL})"),
                {});
  for (auto const& example : report.counterexamples) {
    std::string path;
    for (auto const& entry : example.path) path += entry.state + " ";
    EXPECT_EQ(path, example.property == Property::kLeftDone ? "A B C F "
                    : example.step == "A"                   ? "A F "
                                                            : "A B C F ");
  }
  EXPECT_EQ(report.counterexamples.size(), 3U);
}

TEST(Check, IsUnknownWhenALimitIsHit) {
  auto const text =
      machine("A", R"("A":{TASK,ALL>"U"<ALL,"End":true},"U":{TASK,FOREVER,"Next":"F"},"F":{FAIL})");
  Roles roles;
  roles.undos = {{"U", {"A"}}};
  EXPECT_EQ(report_of(text, roles, {.states_at_a_time = 300, .states = 2}).verdict,
            Verdict::kUnknown);
  EXPECT_EQ(report_of(text, roles, {.states_at_a_time = 2, .states = 300}).verdict,
            Verdict::kUnknown);
  EXPECT_EQ(report_of(text, roles).verdict, Verdict::kVerified);
}

TEST(Check, ManyBranchesAreNotMultiplied) {
  std::string branches;
  std::string undos;
  Roles roles;
  constexpr int kBranches = 60;
  for (int i = 0; i < kBranches; ++i) {
    branches += fmt::format(R"({}{{"StartAt":"A{}","States":{{"A{}":{{TASK,"End":true}}}}}})",
                            i == 0 ? "" : ",", i, i);
    undos += fmt::format(R"("U{}":{{TASK,FOREVER,"Next":"{}"}},)", i,
                         i == 0 ? "F" : fmt::format("U{}", i - 1));
    roles.undos.push_back({fmt::format("U{}", i), {fmt::format("A{}", i)}});
  }
  auto const text = machine(
      "P",
      fmt::format(
          R"("P":{{"Type":"Parallel","Branches":[{}],ALL>"U{}"<ALL,"End":true}},{}"F":{{FAIL}})",
          branches, kBranches - 1, undos));
  auto const report = report_of(text, roles);
  EXPECT_EQ(report.verdict, Verdict::kVerified);
  EXPECT_LT(report.states, 50'000U);
}

}  // namespace
}  // namespace treadle::saga
