#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/import/terraform/evaluation.h"

namespace treadle::import::terraform {
namespace {

struct Case {
  char const* name;
  char const* expression;
  char const* json;
};

class FunctionTest : public testing::TestWithParam<Case> {};

TEST_P(FunctionTest, GivesTheValue) {
  std::map<std::string, std::string> const files = {
      {"./note.txt", "a ${b}\n"},
      {"hello.tpl", "%{ for n in names ~}\n  hello ${n} \\n $${x}\n%{ endfor ~}\nbye"},
      {"machine.tpl", "${jsonencode({ b = arn, a = [1] })}"},
      {"count.tpl", "${length(names)}"},
  };
  auto const [json, error] = evaluate_text(GetParam().expression, {}, files);
  EXPECT_EQ(error, "");
  EXPECT_EQ(json, GetParam().json);
}

// What `terraform console` answers, too.
constexpr Case kText[] = {
    {"upper", "upper(\"aBc\")", "\"ABC\""},
    {"lower", "lower(\"aBc\")", "\"abc\""},
    {"title", "title(\"hello world\")", "\"Hello World\""},
    {"replace", "replace(\"a.b.c\", \".\", \"-\")", "\"a-b-c\""},
    {"split", "split(\",\", \"a,,b\")", R"(["a","","b"])"},
    {"split_nothing", "split(\",\", \"\")", R"([""])"},
    {"join", "join(\",\", [1, true], [\"x\"])", "\"1,true,x\""},
    {"trim", "trim(\"--a-b--\", \"-\")", "\"a-b\""},
    {"trimspace", "trimspace(\" a \\n\")", "\"a\""},
    {"trimprefix", "trimprefix(\"abab\", \"ab\")", "\"ab\""},
    {"trimsuffix", "trimsuffix(\"abab\", \"ab\")", "\"ab\""},
    {"chomp", "chomp(\"a\\n\\n\")", "\"a\""},
    {"startswith", "[startswith(\"abc\", \"ab\"), endswith(\"abc\", \"ab\")]", "[true,false]"},
    {"strcontains", "strcontains(\"abc\", \"b\")", "true"},
    {"substr", "[substr(\"hello\", 1, 2), substr(\"hello\", -3, -1), substr(\"\u00fcb\", 1, 9)]",
     R"(["el","llo","b"])"},
    {"strrev", "strrev(\"ab\u00fc\")", "\"\u00fcba\""},
    {"indent", "indent(2, \"a\\nb\")", R"("a\n  b")"},
    {"format", R"(format("%s-%03d-%5.1f|%-3s|%t%%", "a", 7, 3.14159, "b", true))",
     "\"a-007-  3.1|b  |true%\""},
    {"format_zero_padded", "format(\"%05.1f\", -3.14159)", "\"-03.1\""},
    {"format_value", R"(format("%v %#v %q", [1], { a = "x" }, "q\""))",
     R"("[1] {\"a\":\"x\"} \"q\\\"\"")"},
    {"format_bases", R"(format("%x %X %b %o %e", 255, 255, 5, 8, 1234.5))",
     R"("ff FF 101 10 1.234500e+03")"},
    {"format_numbered", R"(format("%[2]s%[1]s", "a", "b"))", "\"ba\""},
    {"format_converts", R"(format("%d", "3"))", "\"3\""},
    {"formatlist", R"(formatlist("%s-%s", ["a", "b"], "c"))", R"(["a-c","b-c"])"},
};

constexpr Case kCollections[] = {
    {"length", "[length(\"\u00fcb\"), length([1]), length({ a = 1, b = 2 })]", "[2,1,2]"},
    {"merge", "merge({ a = 1, b = 2 }, null, { c = 3, a = 4 })", R"({"a":4,"b":2,"c":3})"},
    {"merge_expanded", "merge([{ a = 1 }, { b = 2 }]...)", R"({"a":1,"b":2})"},
    {"concat", "concat([1], [], [2, 3])", "[1,2,3]"},
    {"lookup", "[lookup({ a = 1 }, \"a\", 0), lookup({ a = 1 }, \"b\", 0)]", "[1,0]"},
    {"element", "element([\"a\", \"b\"], 3)", "\"b\""},
    {"flatten", "flatten([[1], [[2]], 3])", "[1,2,3]"},
    {"keys", "keys({ b = 1, a = 2 })", R"(["a","b"])"},
    {"values", "values({ b = 1, a = 2 })", "[2,1]"},
    {"contains", "[contains([1], 1), contains([1], \"1\")]", "[true,false]"},
    {"index", "index([\"a\", \"b\"], \"b\")", "1"},
    {"compact", "compact([\"a\", \"\", null])", R"(["a"])"},
    {"coalesce", "coalesce(null, \"\", \"b\")", "\"b\""},
    {"coalescelist", "coalescelist([], [1])", "[1]"},
    {"zipmap", "zipmap([\"b\", \"a\"], [1, 2])", R"({"b":1,"a":2})"},
    {"range", "[range(3), range(1, 4), range(0, 5, 2), range(2, 0)]",
     "[[0,1,2],[1,2,3],[0,2,4],[2,1]]"},
    {"reverse", "reverse([1, 2])", "[2,1]"},
    {"slice", "slice([1, 2, 3], 1, 2)", "[2]"},
    {"sort", "sort([\"b\", \"a\"])", R"(["a","b"])"},
    {"one", "[one([]), one([1])]", "[null,1]"},
    {"alltrue", "[alltrue([]), alltrue([true, false]), anytrue([true, false])]",
     "[true,false,true]"},
    {"chunklist", "chunklist([1, 2, 3], 2)", "[[1,2],[3]]"},
    {"toset", "toset([\"b\", \"a\", \"b\"])", R"(["a","b"])"},
    {"distinct", "distinct([2, 1, 2])", "[2,1]"},
    {"sets", "[setunion([\"a\"], [\"b\"]), setintersection([1, 2], [2]), setsubtract([1, 2], [2])]",
     R"([["a","b"],[2],[1]])"},
    {"tolist_unifies", "tolist([\"a\", 1])", R"(["a","1"])"},
    {"tomap_unifies", "tomap({ a = \"x\", b = true })", R"({"a":"x","b":"true"})"},
};

constexpr Case kOthers[] = {
    {"conversions", "[tostring(1.0), tonumber(\"2.50\"), tobool(\"true\")]", R"(["1",2.5,true])"},
    {"rounding", "[ceil(1.2), floor(-1.2), abs(-1), signum(-3)]", "[2,-2,1,-1]"},
    {"extremes", "[max(1, \"3\", 2), min([3, 1]...), sum([1, 2]), pow(2, 3)]", "[3,1,3,8]"},
    {"parseint", "[parseint(\"ff\", 16), parseint(\"-101\", 2)]", "[255,-5]"},
    {"jsonencode", R"(jsonencode({ b = 2.0, a = [null, "<\n"] }))",
     R"("{\"b\":2,\"a\":[null,\"<\\n\"]}")"},
    {"jsondecode", R"(jsondecode("{\"b\":[1,true],\"a\":null}"))", R"({"b":[1,true],"a":null})"},
    {"yamldecode", R"(yamldecode("b: [1, x, \"2\"]\na: ~\nc: true\n"))",
     R"({"b":[1,"x","2"],"a":null,"c":true})"},
    {"base64", "[base64encode(\"hi!!\"), base64decode(\"aGk=\")]", R"(["aGkhIQ==","hi"])"},
    {"urlencode", "urlencode(\"a b/c\")", "\"a+b%2Fc\""},
    {"paths", "[basename(\"a/b.txt\"), dirname(\"a/b.txt\")]", R"(["b.txt","a"])"},
    {"try", "try({}.a, [][0], \"d\")", "\"d\""},
    {"can", "[can({}.a), can(1)]", "[false,true]"},
    {"sensitive", "nonsensitive(sensitive(1))", "1"},
    {"file", "file(\"./note.txt\")", R"("a ${b}\n")"},
    {"fileexists", "[fileexists(\"./note.txt\"), fileexists(\"none\")]", "[true,false]"},
    {"templatefile", "templatefile(\"hello.tpl\", { names = [\"p\", \"q\"] })",
     R"("  hello p \\n ${x}\n  hello q \\n ${x}\nbye")"},
    {"templatefile_with_jsonencode", "templatefile(\"machine.tpl\", { arn = \"x\" })",
     R"("{\"b\":\"x\",\"a\":[1]}")"},
    {"templatefile_gives_text", "templatefile(\"count.tpl\", { names = [1] })", "\"1\""},
};

auto case_name(testing::TestParamInfo<Case> const& info) -> std::string { return info.param.name; }
INSTANTIATE_TEST_SUITE_P(Text, FunctionTest, testing::ValuesIn(kText), case_name);
INSTANTIATE_TEST_SUITE_P(Collections, FunctionTest, testing::ValuesIn(kCollections), case_name);
INSTANTIATE_TEST_SUITE_P(Others, FunctionTest, testing::ValuesIn(kOthers), case_name);

struct ErrorCase {
  char const* name;
  char const* expression;
  char const* error;  // after the place
};

class FunctionErrorTest : public testing::TestWithParam<ErrorCase> {};

TEST_P(FunctionErrorTest, SaysWhy) {
  auto const [json, error] =
      evaluate_text(GetParam().expression, {}, {{"broken.tpl", "a\n${nope}"}, {"binary", "\xFF"}});
  EXPECT_EQ(json, "");
  EXPECT_THAT(error, testing::HasSubstr(GetParam().error));
}

constexpr ErrorCase kErrors[] = {
    {"wrong_kind", "upper([])",
     "1:1: error: upper: expected a string as argument 1, but it is a list"},
    {"regular_expression", "replace(\"a\", \"/a+/\", \"b\")",
     "replace: expected plain text to replace"},
    {"format_too_few", "format(\"%s %s\", \"a\")",
     "format: expected an argument for '%s', but there are only 1"},
    {"format_too_many", "format(\"%s\", 1, 2)",
     "format: expected 1 arguments for this format, but there are 2"},
    {"format_unknown", "format(\"%y\", 1)", "format: there is no '%y'"},
    {"format_wide", "format(\"%999999999d\", 1)", "format: expected a width of at most 1000"},
    {"format_ends", "format(\"%\")", "format: expected a letter after '%'"},
    {"range_too_long", "range(5000)", "range: expected at most 1024 numbers"},
    {"slice_outside", "slice([1], 0, 2)", "slice: expected a range within the 1 elements"},
    {"empty_element", "element([], 0)", "element: expected a list with elements"},
    {"nothing_to_coalesce", "coalesce(null, \"\")",
     "coalesce: expected an argument that is neither null nor empty"},
    {"not_json", "jsondecode(\"{\")", "jsondecode: expected JSON: line 1, column"},
    {"not_yaml", "yamldecode(\"a: [\")", "yamldecode: expected YAML: line"},
    {"no_file", "file(\"none\")", "file: there is no none"},
    {"not_text", "file(\"binary\")", "file: expected UTF-8 text in binary"},
    {"within_a_template", "templatefile(\"broken.tpl\", {})",
     "broken.tpl:2:3: error: expected a variable that the template was given, but there is no "
     "'nope'"},
    {"try_fails_like_the_last", "try({}.a, [][0])", "expected an index below 0"},
};
INSTANTIATE_TEST_SUITE_P(Errors, FunctionErrorTest, testing::ValuesIn(kErrors),
                         [](auto const& test) -> std::string { return test.param.name; });

}  // namespace
}  // namespace treadle::import::terraform
