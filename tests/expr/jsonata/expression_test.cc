#include "treadle/expr/jsonata/expression.h"

#include <string>
#include <vector>

#include "tests/expr/jsonata/evaluated.h"

namespace treadle::expr::jsonata {
namespace {

struct Wrong {
  std::string_view name;
  std::string_view text;
  std::string_view code;
  std::size_t position;
};

void PrintTo(Wrong const& row, std::ostream* out) { *out << row.name; }

class Syntax : public testing::TestWithParam<Wrong> {};

TEST_P(Syntax, IsWrong) {
  auto const expression = Expression::compile(GetParam().text, Dialect::kReference);
  ASSERT_FALSE(expression);
  EXPECT_EQ(expression.error().code, GetParam().code) << expression.error().message;
  EXPECT_EQ(expression.error().position, GetParam().position);
}

constexpr Wrong kWrong[] = {
    {"empty", "", "S0207", 0},
    {"open_string", "1 & \"a", "S0101", 4},
    {"great_number", "1 + 1e999", "S0102", 4},
    {"escape", R"("\y")", "S0103", 2},
    {"unicode_escape", R"("\u00g0")", "S0104", 2},
    {"open_name", "`a", "S0105", 0},
    {"open_comment", "1 /* a", "S0106", 2},
    {"rest", "a b", "S0201", 2},
    {"another_bracket", "(1]", "S0202", 2},
    {"open_bracket", "[1, 2", "S0203", 5},
    {"unknown_operator", "a !b", "S0204", 2},
    {"ends_early", "1 +", "S0207", 3},
    {"parameter", "function(x){x}", "S0208", 9},
    {"predicate_after_group", "a{b: c}[0]", "S0209", 7},
    {"two_groups", "a{b: c}{d: e}", "S0210", 7},
    {"no_prefix", "1 + > 2", "S0211", 4},
    {"bind_to_a_name", "x := 1", "S0212", 0},
    {"number_as_a_step", "a.1", "S0213", 2},
    {"focus_on_a_name", "a@b", "S0214", 2},
    {"focus_after_a_predicate", "a[0]@$b", "S0215", 4},
    {"focus_after_a_sort", "a^(b)@$c", "S0216", 5},
    {"parent_of_nothing", "a + %", "S0217", 2},
    {"empty_regex", "//", "S0301", 0},
    {"open_regex", "a ~> /b", "S0302", 5},
    {"signature_parameter", "function($a)<n<n>>{1}", "S0401", 12},
    {"signature_choice", "function($a)<(sa<n>)>{1}", "S0402", 12},
    {"position_in_bytes", "\"ä\" !", "S0204", 5},
};
INSTANTIATE_TEST_SUITE_P(All, Syntax, testing::ValuesIn(kWrong),
                         [](auto const& row) { return std::string(row.param.name); });

auto repeated(std::string_view piece, std::size_t count) -> std::string {
  auto text = std::string();
  for (std::size_t i = 0; i < count; ++i) text += piece;
  return text;
}

TEST(Nesting, IsLimitedInTheText) {
  EXPECT_EQ(evaluated(repeated("(", 100'000)), "U1001");
  EXPECT_EQ(evaluated(repeated("[", 100'000)), "U1001");
  EXPECT_EQ(evaluated(repeated("-", 100'000) + "1"), "U1001");
  EXPECT_EQ(evaluated("1" + repeated("+1", 100'000)), "U1001");
  EXPECT_EQ(evaluated("1" + repeated("?1:1", 100'000)), "U1001");
  EXPECT_EQ(evaluated("1" + repeated("[0]", 100'000)), "U1001");
  EXPECT_EQ(evaluated(repeated("(", 100) + "7" + repeated(")", 100)), "7");
}

struct Limit {
  std::string_view name;
  std::string_view text;
  Budget budget;
  std::string_view result;
};

TEST(Budget, EndsWhatTakesTooMuch) {
  auto const time_is_up = [](std::chrono::milliseconds) { return true; };
  Limit const limits[] = {
      {"depth", "($f := function($x){1 + $f($x)}; $f(1))", {}, "D1011"},
      {"depth_given", "(((((1)))))", {.depth_max = 3}, "D1011"},
      {"depth_of_functions", "($f := function($x){$map([1], $f)}; $f(1))", {}, "D1011"},
      {"depth_of_values",
       "$string($reduce([1..5000], function($a, $i){{\"a\": $a}}, 0))",
       {},
       "D1011"},
      {"depth_of_results", "$reduce([1..5000], function($a, $i){[[$a]]}, 0)", {}, "D1011"},
      {"steps", "($f := function($x){$f($x + 1)}; $f(1))", {.steps_max = 10'000}, "D1012"},
      {"steps_of_a_range", "$sum([1..10000000])", {.steps_max = 10'000}, "D1012"},
      {"steps_of_shared_parts",
       "$boolean($reduce([1..64], function($a, $i){[[$a], [$a]]}, false))",
       {.steps_max = 100'000},
       "D1012"},
      {"time", "($f := function($x){$f($x + 1)}; $f(1))", {.is_over = time_is_up}, "D1012"},
      {"bytes", "[1..1000000].($ * 2)", {.bytes_max = 1'000'000}, "D1012"},
      {"bytes_of_a_string", "$reduce([1..64], function($a, $i){$a & $a}, 'a')", {}, "D1012"},
      {"bytes_of_padding", "$pad('', 1e14)", {}, "D1012"},
      {"bytes_of_captured_frames",
       "$map([1..10000000], function($x){function(){$x}})",
       {},
       "D1012"},
      {"frames_are_used_again", "$count($map([1..300000], function($x){1}))", {}, "300000"},
      {"tail_calls_cost_no_depth",
       "($f := function($x){$x > 0 ? $f($x - 1) : $x}; $f(100000))",
       {},
       "0"},
  };
  for (auto const& limit : limits)
    EXPECT_EQ(evaluated(limit.text, {.data = "{}", .budget = limit.budget}), limit.result)
        << limit.name;
}

auto references(std::string_view text) -> std::vector<std::string> {
  auto const expression = Expression::compile(text, Dialect::kStepFunctions);
  EXPECT_TRUE(expression) << text;
  auto all = std::vector<std::string>();
  if (!expression) return all;
  for (auto const& reference : expression->references()) {
    all.push_back(reference.variable);
    for (auto const& name : reference.path) all.back() += "." + name;
  }
  return all;
}

TEST(References, AreWhatTheExpressionDoesNotBind) {
  using All = std::vector<std::string>;
  EXPECT_EQ(references("$states.input.order.id + $x"), (All{"states.input.order.id", "x"}));
  EXPECT_EQ(references("$states.input.a[0].b"), (All{"states.input.a"}));
  EXPECT_EQ(references("$states.input.items[price > $limit].sku"),
            (All{"limit", "states.input.items"}));
  EXPECT_EQ(references("($x := 1; $x + $y)"), (All{"y"}));
  EXPECT_EQ(references("(($x := 1); $x)"), (All{"x"}));
  EXPECT_EQ(references("function($a){$a + $b}(1)"), (All{"b"}));
  EXPECT_EQ(references("($f := function($n){$f($n)}; $f($m))"), (All{"m"}));
  EXPECT_EQ(references("$sum($states.input.a)"), (All{"states.input.a"}));
  EXPECT_EQ(references("$states.input.a@$i.$i"), (All{"states.input.a"}));
  EXPECT_EQ(references("$total.{\"a\": $rate * n}"), (All{"rate", "total"}));
  EXPECT_EQ(references("$$.a & $.b"), (All{}));
  EXPECT_EQ(references("$a + $a"), (All{"a"}));
}

TEST(Variables, ComeFromTheEnvironmentBeforeTheFunctions) {
  EXPECT_EQ(evaluated("$count", {.variables = R"({"count": 5})"}), "5");
  EXPECT_EQ(evaluated("($count := 6; $count)", {.variables = R"({"count": 5})"}), "6");
  EXPECT_EQ(evaluated("$missing", {.variables = R"({"count": 5})"}), "undefined");
}

TEST(Expression, IsSharedAndKeepsItsText) {
  auto const expression = Expression::compile(" 1 + 1 ", Dialect::kReference);
  ASSERT_TRUE(expression);
  auto const copy = *expression;
  EXPECT_EQ(copy.text(), " 1 + 1 ");
  EXPECT_EQ(copy.text().data(), expression->text().data());
}

TEST(Messages, NameWhatTheySpeakOf) {
  auto const message = [](std::string_view text) {
    auto const expression = Expression::compile(text, Dialect::kReference);
    if (!expression) return expression.error().message;
    json::Arena arena;
    auto environment = FakeEnvironment({}, {});
    auto const outcome = evaluate(*expression, std::nullopt, environment, arena);
    return outcome ? std::string() : outcome.error().message;
  };
  EXPECT_EQ(message("$x()"), "Attempted to invoke a non-function");
  EXPECT_EQ(message("sum(1)"), "Attempted to invoke a non-function. Did you mean $sum?");
  EXPECT_EQ(message("(1; 2"), "Expected \")\" before end of expression");
  EXPECT_EQ(message("\"a\" + 1"), "The left side of the \"+\" operator must evaluate to a number");
  EXPECT_EQ(message("$uppercase(1)"),
            "Argument 1 of function \"uppercase\" does not match function signature");
  EXPECT_EQ(message("1 < \"a\""),
            "The values 1 and \"a\" either side of operator \"<\" must be of the same data type");
  EXPECT_EQ(message("$error(\"my words\")"), "my words");
}

}  // namespace
}  // namespace treadle::expr::jsonata
