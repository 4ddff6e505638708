// The built-in functions, family by family; what they share with pictures, regular expressions and
// numbers is tested beside those.
#include "tests/expr/jsonata/evaluated.h"

namespace treadle::expr::jsonata {
namespace {

class Functions : public testing::TestWithParam<Case> {};

TEST_P(Functions, Give) {
  EXPECT_EQ(evaluated(GetParam().expression, {.data = "{}"}), GetParam().result);
}

constexpr Case kStrings[] = {
    {"string_of_structures", R"($string({"a": [1, "x", null]}))", R"("{\"a\":[1,\"x\",null]}")"},
    {"string_of_numbers", "$string(0.1 + 0.2)", R"("0.3")"},
    {"string_of_a_function", "$string($sum)", R"("")"},
    {"string_of_infinity", "$string(1 / 0)", "D3001"},
    {"string_indented", R"($string({"a": [1], "b": {}}, true))",
     R"("{\n  \"a\": [\n    1\n  ],\n  \"b\": {}\n}")"},
    {"substring", R"($substring("hello", 1, 3))", R"("ell")"},
    {"substring_from_the_end", R"($substring("hello", -3))", R"("llo")"},
    {"substring_of_code_points", "$substring(\"a\U0001F600b\", 2)", R"("b")"},
    {"substring_before", R"($substringBefore("a-b-c", "-"))", R"("a")"},
    {"substring_before_nothing", R"($substringBefore("abc", "-"))", R"("abc")"},
    {"substring_after", R"($substringAfter("a-b-c", "-"))", R"("b-c")"},
    {"uppercase_beyond_ascii", R"($uppercase("straße ǆ"))", R"("STRASSE Ǆ")"},
    {"lowercase_final_sigma", R"($lowercase("ΟΔΟΣ ΣΑ"))", R"("οδος σα")"},
    {"length_of_code_points", "$length(\"\U0001F600\")", "1"},
    {"trim", R"($trim("  a \n\t b "))", R"("a b")"},
    {"pad_right", R"($pad("a", 3) & "|")", R"("a  |")"},
    {"pad_left", R"($pad("a", -4, "xy"))", R"("xyxa")"},
    {"join", R"($join(["a", "b"], ", "))", R"("a, b")"},
    {"join_of_one", R"($join("a"))", R"("a")"},
    {"join_of_numbers", "$join([1])", "T0412"},
    {"base64", R"($base64decode($base64encode("a?b")))", R"("a?b")"},
    {"url", R"($decodeUrlComponent($encodeUrlComponent("ä/b")))", R"("ä/b")"},
    {"url_malformed", R"($decodeUrl("%E4%A"))", "D3140"},
};
INSTANTIATE_TEST_SUITE_P(Strings, Functions, testing::ValuesIn(kStrings), name_of_row);

constexpr Case kMatches[] = {
    {"match", R"($match("a1b22", /([a-z])(\d+)/))",
     R"([{"match":"a1","index":0,"groups":["a","1"]},{"match":"b22","index":2,"groups":["b","22"]}])"},
    {"match_limited", R"($match("aaa", /a/, 2)[1].index)", "1"},
    {"match_index_in_utf16", "$match(\"\U0001F600a\", /a/).index", "2"},
    {"match_negative_limit", R"($match("a", /a/, -1))", "D3040"},
    {"contains_text", R"($contains("abc", "bc"))", "true"},
    {"contains_pattern", R"($contains("abc", /C/i))", "true"},
    {"replace_text", R"($replace("a.b.c", ".", "-", 1))", R"("a-b.c")"},
    {"replace_groups", R"($replace("john smith", /(\w+)\s(\w+)/, "$2, $1 $$ $0 $3"))",
     R"("smith, john $ john smith ")"},
    {"replace_by_a_function",
     R"($replace("a1b2", /\d/, function($m){$string($number($m.match) * 2)}))", R"("a2b4")"},
    {"replace_by_no_string", R"($replace("a", /a/, function($m){1}))", "D3012"},
    {"replace_nothing", R"($replace("a", "", "b"))", "D3010"},
    {"replace_empty_match", R"($replace("abc", /x*/, "-"))", "D1004"},
    {"split_text", R"($split("a, b,c", ","))", R"(["a"," b","c"])"},
    {"split_pattern", R"($split("a, b,c", /,\s*/))", R"(["a","b","c"])"},
    {"split_characters", R"($split("abc", ""))", R"(["a","b","c"])"},
    {"split_limited", R"($split("a,b,c", ",", 2))", R"(["a","b"])"},
    {"split_negative", R"($split("a", ",", -1))", "D3020"},
    {"regex_as_a_function", R"(/b(.)/("abcabd").[match, start, end, groups[0]])",
     R"(["bc",1,3,"c"])"},
    {"regex_next", R"(/b(.)/("abcabd").next().match)", R"("bd")"},
    {"own_matcher",
     R"(($m := function($s){{"match": "b", "start": 1, "end": 2, "groups": [], "next": function(){$x}}};
         $split("abc", $m)))",
     R"(["a","c"])"},
    {"own_matcher_is_wrong", R"($split("abc", function($s){{"match": "b"}}))", "T1010"},
};
INSTANTIATE_TEST_SUITE_P(Matches, Functions, testing::ValuesIn(kMatches), name_of_row);

constexpr Case kNumbers[] = {
    {"number_of_text", R"([$number("1e3"), $number("0x1F"), $number(true)])", "[1000,31,1]"},
    {"number_of_a_word", R"($number("x"))", "D3030"},
    {"floor_ceil_abs", "[$floor(-1.5), $ceil(-1.5), $abs(-1.5)]", "[-2,-1,1.5]"},
    {"round_half_even", "[$round(2.5), $round(3.5), $round(1.125, 2), $round(125, -1)]",
     "[2,4,1.12,120]"},
    {"power", "$power(2, 10)", "1024"},
    {"power_beyond", "$power(10, 400)", "D3061"},
    {"sqrt", "$sqrt(2.25)", "1.5"},
    {"sqrt_of_a_negative", "$sqrt(-1)", "D3060"},
    {"random", "$random() >= 0 and $random() < 1", "true"},
    {"sum", "[$sum([]), $sum([1, 2.5])]", "[0,3.5]"},
    {"sum_of_nothing", "$sum(nothing)", "undefined"},
    {"extremes", "[$max([3, 9, 2]), $min([3, 9, 2]), $average([1, 2])]", "[9,2,1.5]"},
    {"extremes_of_none", "$max([])", "undefined"},
    {"format_base", "$formatBase(255, 16)", R"("ff")"},
    {"format_number", R"($formatNumber(1234.5, "#,##0.00"))", R"("1,234.50")"},
    {"format_number_options", R"($formatNumber(1.5, "0,0", {"decimal-separator": ","}))",
     R"("1,5")"},
};
INSTANTIATE_TEST_SUITE_P(Numbers, Functions, testing::ValuesIn(kNumbers), name_of_row);

constexpr Case kArrays[] = {
    {"count", "[$count([1, 2]), $count(1), $count(nothing)]", "[2,1,0]"},
    {"append", "$append([1], [2, 3])", "[1,2,3]"},
    {"append_nothing", "$append(1, nothing)", "1"},
    {"reverse", "$reverse([1..3])", "[3,2,1]"},
    {"zip", "$zip([1, 2, 3], [4, 5])", "[[1,4],[2,5]]"},
    {"sort_numbers", "$sort([3, 1, 2])", "[1,2,3]"},
    {"sort_strings", R"($sort(["b", "B", "a"]))", R"(["B","a","b"])"},
    {"sort_by_a_function", "$sort([1, 3, 2], function($a, $b){$a < $b})", "[3,2,1]"},
    {"sort_is_stable",
     R"($sort([{"k":1,"v":"a"},{"k":0,"v":"b"},{"k":1,"v":"c"}], function($l,$r){$l.k > $r.k}).v)",
     R"(["b","a","c"])"},
    {"sort_of_objects", "$sort([{}, {}])", "D3070"},
    {"shuffle_keeps_all", "$sort($shuffle([1..9])) = [1..9]", "true"},
    {"distinct", R"($distinct([1, "1", 1, {"a": [1]}, {"a": [1]}, null, null]))",
     R"([1,"1",{"a":[1]},null])"},
    {"distinct_by_members", R"($distinct([{"a":1,"b":2}, {"b":2,"a":1}]))", R"([{"a":1,"b":2}])"},
};
INSTANTIATE_TEST_SUITE_P(Arrays, Functions, testing::ValuesIn(kArrays), name_of_row);

constexpr Case kObjects[] = {
    {"keys", R"($keys({"b": 1, "a": 2}))", R"(["b","a"])"},
    {"keys_of_one", R"($keys({"b": 1}))", R"("b")"},
    {"keys_of_many", R"($keys([{"a": 1}, {"b": 1, "a": 2}]))", R"(["a","b"])"},
    {"lookup", R"($lookup([{"a": 1}, {"a": [2]}], "a"))", "[1,2]"},
    {"spread", R"($spread({"a": 1, "b": 2}))", R"([{"a":1},{"b":2}])"},
    {"merge", R"($merge([{"a": 1, "b": 1}, {"b": 2}]))", R"({"a":1,"b":2})"},
    {"each", R"($each({"a": 1, "b": 2}, function($v, $k){$k & $v}))", R"(["a1","b2"])"},
    {"sift", R"($sift({"a": 1, "b": 2}, function($v){$v > 1}))", R"({"b":2})"},
    {"sift_nothing_left", R"($sift({"a": 1}, function($v){false}))", "undefined"},
    {"type", R"([1, "a", null, true, [], {}, $sum].$type($))",
     R"(["number","string","null","boolean","array","object","function"])"},
    {"type_of_an_array", "$type([])", R"("array")"},
    {"error", R"($error("no"))", "D3137"},
    {"assert", R"($assert(1 = 2, "no"))", "D3141"},
    {"assert_holds", "$assert(true)", "undefined"},
    {"clone", R"($clone({"a": [1]}))", R"({"a":[1]})"},
    {"many_members", R"($count($keys($merge([1..100].{$string($): $}))))", "100"},
};
INSTANTIATE_TEST_SUITE_P(Objects, Functions, testing::ValuesIn(kObjects), name_of_row);

constexpr Case kHigherOrder[] = {
    {"map_drops_undefined", "$map([1, 2, 3], function($x){$x != 2 ? $x})", "[1,3]"},
    {"filter", "$filter([1..6], function($x){$x % 2 = 0})", "[2,4,6]"},
    {"filter_one", "$filter([1, 2], function($x){$x = 2})", "2"},
    {"single", "$single([1, 2, 3], function($x){$x = 2})", "2"},
    {"single_of_many", "$single([1, 2])", "D3138"},
    {"single_of_none", "$single([1], function($x){false})", "D3139"},
    {"reduce", "$reduce([1..4], function($a, $b){$a * $b})", "24"},
    {"reduce_from", "$reduce([], function($a, $b){$a + $b}, 9)", "9"},
    {"reduce_with_position", "$reduce([5, 5], function($a, $b, $i){$a + $b * $i}, 0)", "5"},
    {"reduce_takes_two", "$reduce([1, 2], function($a){$a})", "D3050"},
    {"eval", R"($eval("[1, 2]"))", "[1,2]"},
    {"eval_in_a_context", R"($eval("a + 1", {"a": 4}))", "5"},
    {"eval_sees_variables", R"(($n := 2; $eval("$n * 3")))", "6"},
    {"eval_binds_in_its_scope", R"(($eval("$m := 4"); $m))", "4"},
    {"eval_functions_live_on", R"(($f := $eval("function($x){$x + 1}"); $f(1)))", "2"},
    {"eval_of_no_expression", R"($eval("1 +"))", "D3120"},
    {"eval_fails", R"($eval("1 + 'a'"))", "D3121"},
};
INSTANTIATE_TEST_SUITE_P(HigherOrder, Functions, testing::ValuesIn(kHigherOrder), name_of_row);

// Of Step Functions' dialect.
class States : public testing::TestWithParam<Case> {};

TEST_P(States, Give) {
  EXPECT_EQ(evaluated(GetParam().expression,
                      {.variables = R"({"states": {"input": {"n": 2, "s": "{\"a\": 1}"}}})",
                       .dialect = Dialect::kStepFunctions}),
            GetParam().result);
}

constexpr Case kStates[] = {
    {"input", "$states.input.n + 1", "3"},
    {"parse", "$parse($states.input.s).a", "1"},
    {"parse_of_no_json", R"($parse("{"))", "D3137"},
    {"partition", "$partition([1..5], 2)", "[[1,2],[3,4],[5]]"},
    {"partition_of_one", "$partition([1, 2], 9)", "[[1,2]]"},
    {"partition_by_nothing", "$partition([1], 0)", "T0410"},
    {"range", "$range(0, 10, 3)", "[0,3,6,9]"},
    {"range_of_one", "$range(1, 9, 9)", "1"},
    {"range_down", "$range(3, 1, -1)", "[3,2,1]"},
    {"range_too_long", "$range(0, 1e8, 1)", "D2014"},
    {"hash", R"($hash("a", "SHA-1"))", R"("86f7e437faa5a7fce15d1ddcb9eaeaea377667b8")"},
    {"hash_of_no_algorithm", R"($hash("a", "CRC"))", "T0410"},
    {"random_of_a_seed", "$random(7) = $random(7) and $random(7) != $random(8)", "true"},
    {"random_below_one", "$random(7) >= 0 and $random(7) < 1", "true"},
    {"uuid",
     R"($contains($uuid(), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/))",
     "true"},
    {"no_eval", R"($eval("1"))", "T1006"},
    {"no_coalescing", "1 ?? 2", "S0211"},
    {"no_default", "1 ?: 2", "S0201"},
};
INSTANTIATE_TEST_SUITE_P(OfStepFunctions, States, testing::ValuesIn(kStates), name_of_row);

TEST(Millis, IsTheTimeOfTheEnvironment) {
  EXPECT_EQ(evaluated("$millis() = $millis() ? $millis()"), "1700000000123");
}

}  // namespace
}  // namespace treadle::expr::jsonata
