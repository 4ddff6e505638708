#include "treadle/expr/payload_template.h"

#include <string>

#include <gtest/gtest.h>

#include "tests/expr/fake_environment.h"
#include "treadle/json/print.h"

namespace treadle::expr {
namespace {

constexpr char kInput[] = R"({ "a": {"b": [1, 2]}, "t": "x" })";

auto filled(std::string_view source) -> std::string {
  auto arena = json::Arena();
  auto environment = FakeEnvironment(parsed(arena, R"({"Name":"c"})"), parsed(arena, R"({"v":9})"));
  auto const payload = PayloadTemplate::compile(parsed(arena, source));
  if (!payload) return payload.error()[0].location + ": " + payload.error()[0].message;
  auto const value = evaluate(*payload, parsed(arena, kInput), environment, arena);
  return value ? json::print(*value) : value.error().name + ": " + value.error().cause;
}

struct Row {
  char const* name;
  char const* source;
  char const* printed;
};

class Templates : public testing::TestWithParam<Row> {};

TEST_P(Templates, AreFilledIn) { EXPECT_EQ(filled(GetParam().source), GetParam().printed); }

Row const kRows[] = {
    {"constant", R"({ "a" : [ 1 ] })", R"({"a":[1]})"},
    {"scalar", "5", "5"},
    {"text_that_looks_like_a_path", R"({"a":"$.t"})", R"({"a":"$.t"})"},
    {"path", R"({"k.$":"$.a.b[1]"})", R"({"k":2})"},
    {"order_of_the_template", R"({"z":1,"y.$":"$.t","x":2})", R"({"z":1,"y":"x","x":2})"},
    {"whole_input_prints_compactly", R"({"in.$":"$"})", R"({"in":{"a":{"b":[1,2]},"t":"x"}})"},
    {"context_and_variable", R"({"c.$":"$$.Name","v.$":"$v"})", R"({"c":"c","v":9})"},
    {"call", R"t({"f.$":"States.Format('<{}>', $.t)"})t", R"({"f":"<x>"})"},
    {"in_arrays_and_objects", R"({"l":[1,{"m.$":"$.t"},[{"n.$":"$.t"}]]})",
     R"({"l":[1,{"m":"x"},[{"n":"x"}]]})"},
    {"indefinite", R"({"l.$":"$.a.b[*]"})", R"({"l":[1,2]})"},
    {"suffix_alone", R"({".$":"$.t"})", R"({"":"x"})"},
    {"later_name_wins", R"({"k":1,"m":2,"k.$":"$.t"})", R"({"k":"x","m":2})"},
    {"missing", R"({"o":{"k.$":"$.none"}})",
     R"(States.Runtime: The JSONPath '$.none' specified for the field 'k.$' could not be found in the input )"
     R"('{ "a": {"b": [1, 2]}, "t": "x" }')"},
    {"failing_call", R"t({"k.$":"States.ArrayLength($.t)"})t",
     "States.IntrinsicFailure: The function 'States.ArrayLength($.t)' had the following error: "
     "Argument 1 must be an array"},
    {"undecidable_path", R"({"k.$":"$.t[?(@.a)]"})",
     "States.Runtime: Invalid path '$.t[?(@.a)]' : Filter: [?] can not be applied to primitives. "
     "Current context is: x"},
    {"no_expression", R"({"a/b":[{"k.$":"t"}]})",
     "/a~1b/0/k.$: The value for the field 'k.$' must be a valid JSONPath or a valid intrinsic "
     "function call"},
    {"literal_that_never_fits", R"t({"k.$":"States.Array(States.MathAdd(1, '1'))"})t",
     "/k.$: The value for the field 'k.$' must be a valid JSONPath or a valid intrinsic function "
     "call"},
    {"no_text", R"({"k.$":1})",
     "/k.$: The value for the field 'k.$' must be a valid JSONPath or a valid intrinsic function "
     "call"},
};

INSTANTIATE_TEST_SUITE_P(Rows, Templates, testing::ValuesIn(kRows),
                         [](auto const& row) { return row.param.name; });

TEST(TemplateErrors, AreAllReported) {
  auto arena = json::Arena();
  auto const payload = PayloadTemplate::compile(parsed(arena, R"({"a.$":"x","b":{"c.$":"$."}})"));
  ASSERT_FALSE(payload);
  ASSERT_EQ(payload.error().size(), 2U);
  EXPECT_EQ(payload.error()[1].location, "/b/c.$");
}

TEST(TemplateSharing, KeepsConstants) {
  auto arena = json::Arena();
  auto environment = FakeEnvironment({}, {});
  auto const payload = PayloadTemplate::compile(parsed(arena, R"({"big":[1,2,3],"x.$":"$"})"));
  ASSERT_TRUE(payload);
  EXPECT_FALSE(payload->is_constant());
  auto const first = evaluate(*payload, {}, environment, arena);
  auto const second = evaluate(*payload, {}, environment, arena);
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->find("big")->elements().data(), second->find("big")->elements().data());
}

TEST(TemplateConstant, IsKnown) {
  auto arena = json::Arena();
  auto const payload = PayloadTemplate::compile(parsed(arena, R"({"a":{"b":["$.c"]}})"));
  ASSERT_TRUE(payload);
  EXPECT_TRUE(payload->is_constant());
  EXPECT_TRUE(payload->paths().empty());
}

TEST(TemplatePaths, IncludeThoseOfCalls) {
  auto arena = json::Arena();
  auto const payload = PayloadTemplate::compile(
      parsed(arena, R"t({"a.$":"$.x","b":[{"c.$":"States.Array($v, $$.y)"}]})t"));
  ASSERT_TRUE(payload);
  auto const paths = payload->paths();
  ASSERT_EQ(paths.size(), 3U);
  EXPECT_EQ(paths[0].text(), "$.x");
  EXPECT_EQ(paths[1].text(), "$v");
  EXPECT_EQ(paths[2].text(), "$$.y");
}

}  // namespace
}  // namespace treadle::expr
