#include "tests/expr/jsonata/evaluated.h"

namespace treadle::expr::jsonata {
namespace {

class Operators : public testing::TestWithParam<Case> {};

TEST_P(Operators, Give) {
  EXPECT_EQ(evaluated(GetParam().expression, {.data = "{}"}), GetParam().result);
}

constexpr Case kNumbers[] = {
    {"precedence", "1 + 2 * 3 - 8 / 4", "5"},
    {"modulo_keeps_the_sign", "-7 % 3", "-1"},
    {"negates", "-(3)", "-3"},
    {"negative_zero_is_zero", "-0", "0"},
    {"javascript_text", "[1e21, 1e-7, 0.1 + 0.2]", "[1e+21,1e-7,0.30000000000000004]"},
    {"undefined_operand", "1 + nothing", "undefined"},
    {"left_is_no_number", R"("a" + 1)", "T2001"},
    {"right_is_no_number", "1 * true", "T2002"},
    {"beyond_a_double", "1e300 * 1e300 + 1", "D1001"},
    {"infinite_result", "1 / 0", "D1001"},
    {"negated_string", R"(-"a")", "D1002"},
    {"range", "[1..3, 5]", "[1,2,3,5]"},
    {"range_backwards", "[3..1]", "[]"},
    {"range_from_a_fraction", "[0.5..2]", "T2003"},
    {"range_to_a_string", R"([1.."2"])", "T2004"},
    {"range_too_long", "[1..10000001]", "D2014"},
    {"range_is_lazy", "$count([1..10000000])", "10000000"},
};
INSTANTIATE_TEST_SUITE_P(Numbers, Operators, testing::ValuesIn(kNumbers), name_of_row);

constexpr Case kComparisons[] = {
    {"equal_deep", R"({"a": [1, {"b": null}]} = {"a": [1, {"b": null}]})", "true"},
    {"equal_whatever_the_order", R"({"a": 1, "b": 2} = {"b": 2, "a": 1})", "true"},
    {"equal_types_differ", R"(1 = "1")", "false"},
    {"equal_undefined", "nothing = nothing", "false"},
    {"not_equal_undefined", "nothing != 1", "false"},
    {"less", "1 < 2", "true"},
    {"strings_by_utf16", "\"\U0001F600\" < \"\uFF5E\"", "true"},
    {"less_mixed", R"(1 < "2")", "T2009"},
    {"less_boolean", "true < 2", "T2010"},
    {"less_undefined", "nothing < 2", "undefined"},
    {"in_array", "2 in [1, 2]", "true"},
    {"in_single", "2 in 2", "true"},
    {"in_undefined", "2 in nothing", "false"},
    {"and_or", "true and false or true", "true"},
    {"and_stops", R"(false and $error("not reached"))", "false"},
    {"or_stops", R"(true or $error("not reached"))", "true"},
    {"truth_of_values", R"($map(["", "0", 0, [], [0], [[1]], {}, {"a": 0}], $boolean))",
     "[false,true,false,false,false,true,false,true]"},
    {"truth_of_functions", "$boolean(function(){1})", "false"},
};
INSTANTIATE_TEST_SUITE_P(Comparisons, Operators, testing::ValuesIn(kComparisons), name_of_row);

constexpr Case kOthers[] = {
    {"concat", R"("a" & 1 & true & null & nothing & [1, "b"])", R"("a1truenull[1,\"b\"]")"},
    {"concat_joins_surrogates", R"("\ud83d" & "\ude00" = "\ud83d\ude00")", "true"},
    {"conditional", "nothing ? 1 : 2", "2"},
    {"conditional_without_else", "false ? 1", "undefined"},
    {"default", R"("" ?: "b")", R"("b")"},
    {"coalesce", R"("" ?? "b")", R"("")"},
    {"coalesce_undefined", R"(nothing ?? "b")", R"("b")"},
    {"block", "($a := 1; $b := $a + 1; $b)", "2"},
    {"empty_block", "()", "undefined"},
    {"scope_ends", "(($a := 1); $a)", "undefined"},
    {"inner_scope_sees_outer", "($a := 1; ($b := $a; $a := 5; $b + $a) + $a)", "7"},
    {"chained_assignment", "($a := $b := 4; $a + $b)", "8"},
    {"apply", "[1, 2] ~> $sum", "3"},
    {"apply_with_arguments", R"("ab" ~> $substring(1))", R"("b")"},
    {"chain_of_functions", "($f := $trim ~> $uppercase; $f(\" a \"))", R"("A")"},
    {"apply_to_a_value", "1 ~> 2", "T2006"},
    {"comment", "/* one */ 1 /* and */ + 1", "2"},
    {"regex_or_division", "8 / 4 / 2", "1"},
    {"regex_literal", R"($match("ab", /b/).index)", "1"},
};
INSTANTIATE_TEST_SUITE_P(Others, Operators, testing::ValuesIn(kOthers), name_of_row);

constexpr Case kCalls[] = {
    {"closure", "($add := function($n){function($m){$n + $m}}; $add(2)(3))", "5"},
    {"greek_lambda", "\u03BB($x){$x * $x}(3)", "9"},
    {"missing_arguments", "function($a, $b){$exists($b)}(1)", "false"},
    {"recursion", "($f := function($n){$n < 2 ? 1 : $n * $f($n - 1)}; $f(10))", "3628800"},
    {"tail_call",
     "($loop := function($n, $sum){$n = 0 ? $sum : $loop($n - 1, $sum + $n)}; $loop(9999, 0))",
     "49995000"},
    {"tail_calls_of_two",
     "($even := function($n){$n = 0 ? true : $odd($n - 1)};"
     " $odd := function($n){$n = 0 ? false : $even($n - 1)}; $odd(6555))",
     "true"},
    {"partial", "($twice := $power(?, 2); $twice(5))", "25"},
    {"partial_of_a_lambda", "($f := function($a, $b){$a - $b}; $f(?, 1)(5))", "4"},
    {"functions_as_arguments", "$map([1, 2], $string)", R"(["1","2"])"},
    {"position_and_array", "$map([5, 6], function($v, $i, $a){$v + $i + $count($a)})", "[7,9]"},
    {"captured_variables_live_on",
     "($fs := $map([1, 2, 3], function($n){function(){$n}}); $fs[1]())", "2"},
    {"of_nothing", "nothing()", "T1006"},
    {"forgotten_dollar", "sum([1])", "T1005"},
    {"partial_forgotten_dollar", "substring(?, 1)", "T1007"},
    {"partial_of_a_value", "(1)(?)", "T1008"},
    {"result_is_a_function", "$sum", "function"},
    {"functions_are_left_out", R"([{"a": $sum, "b": 1}])", R"([{"b":1}])"},
};
INSTANTIATE_TEST_SUITE_P(Calls, Operators, testing::ValuesIn(kCalls), name_of_row);

constexpr Case kSignatures[] = {
    {"context", R"(("abc").$length())", "3"},
    {"text_as_first_step_is_a_name", R"("abc".$length())", "undefined"},
    {"context_of_another_type", "5.$length()", "S0213"},
    {"context_does_not_fit", "(5).$length()", "T0411"},
    {"wrong_type", "$length(5)", "T0410"},
    {"too_many", R"($length("a", 1))", "T0410"},
    {"wrong_element", R"($sum([1, "a"]))", "T0412"},
    {"single_becomes_an_array", "$sum(3)", "3"},
    {"of_a_lambda", "function($a, $b)<nn:n>{$a + $b}(1, 2)", "3"},
    {"of_a_lambda_fails", R"(function($a)<n:n>{$a}("x"))", "T0410"},
    {"optional", "function($a, $b)<ns?:b>{$exists($b)}(1)", "false"},
    {"choice", "function($a)<(ns):b>{true}(false)", "T0410"},
    {"function", "function($f)<f:n>{$f(2)}(function($x){$x + 1})", "3"},
    {"many", "function($a, $b, $c)<n+:n>{[$a, $b, $c]}(1, 2, 3)", "[1,2,3]"},
    {"many_before_another", R"(function($a, $b, $c)<n+s:a>{[$a, $b, $c]}(1, 2, "x"))",
     R"([1,2,"x"])"},
    {"optional_that_does_not_fit", "function($a, $b)<s?n+:a>{[$a, $b]}(1, 2)", "[1,2]"},
};
INSTANTIATE_TEST_SUITE_P(Signatures, Operators, testing::ValuesIn(kSignatures), name_of_row);

}  // namespace
}  // namespace treadle::expr::jsonata
