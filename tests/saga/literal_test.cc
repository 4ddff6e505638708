#include "treadle/saga/literal.h"

#include <string>
#include <string_view>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace treadle::saga {
namespace {

// A literal on one line: strings in quotes, maps and lists in braces.
auto shown(Literal const& literal) -> std::string {
  std::string out;
  switch (literal.kind) {
    case Literal::Kind::kNull: return "null";
    case Literal::Kind::kBool:
    case Literal::Kind::kNumber: return literal.text;
    case Literal::Kind::kString: return fmt::format("'{}'", literal.text);
    case Literal::Kind::kList:
      for (auto const& element : literal.elements) out += shown(element) + " ";
      return fmt::format("[{}]", out);
    case Literal::Kind::kMap:
      for (auto const& [key, value] : literal.members)
        out += fmt::format("{}={} ", key.text, shown(value));
      return fmt::format("{{{}}}", out);
  }
  return out;
}

struct Row {
  std::string_view name;
  std::string text;
  std::string expected;  // or "LINE:COLUMN message"
};

void expect_rows(std::vector<Row> const& rows) {
  for (auto const& row : rows) {
    SCOPED_TRACE(row.name);
    auto const literal = parse_literal(row.text);
    EXPECT_EQ(literal ? shown(*literal)
                      : fmt::format("{}:{} {}", literal.error().mark.line,
                                    literal.error().mark.column, literal.error().message),
              row.expected);
  }
}

TEST(Literal, ReadsListingsJsonAndYaml) {
  expect_rows({
      {"listing", "// Steps\nconst steps = [\n  { name: 'A', },\n];\n// done\n", "[{name='A' } ]"},
      {"typed", "export const steps: readonly Step[] = [{a: 1}] as const;", "[{a=1 } ]"},
      {"satisfies", "let x = {a: [true, null, undefined]} satisfies Saga",
       "{a=[true null null ] }"},
      {"quotes", R"([`a`, "b", 'c\'d', '\u00e9\x41\n'])", "['a' 'b' 'c'd' '\u00e9A\n' ]"},
      {"surrogates", R"(["\ud83d\ude00"])", "['\U0001F600' ]"},
      {"comments", "/* a */ [ // b\n 1, /* c */ 2 ]", "[1 2 ]"},
      {"json", "{\n\t\"a\": [1.5, -2, \"x\"]\n}", "{a=[1.5 -2 'x' ] }"},
      {"numbers", "[1_000, 0.25]", "[1000 0.25 ]"},
      {"yaml", "a: 1\nb: [x, 'y', \"1\", true, ~]\n", "{a=1 b=['x' 'y' '1' true null ] }"},
      {"yaml with a comment", "# saga\nsteps:\n  - name: A\n", "{steps=[{name='A' } ] }"},
  });
}

TEST(Literal, SaysWhereAndWhyItIsNone) {
  expect_rows({
      {"computed", "const a = [f(1)]",
       "1:12 expected a literal, but not the name 'f': nothing of a "
       "listing is computed"},
      {"interpolated", "[`a${b}`]",
       "1:4 expected a text without ${...}: nothing of a listing is "
       "computed"},
      {"twice", "[{a: 1, a: 2}]", "1:9 expected the key 'a' only once"},
      {"open list", "[1, 2", "1:6 expected , or ] after an element"},
      {"open text", "['ab\n']", "1:2 expected ' at the end of the text"},
      {"more", "[1]\n[2]", "2:1 expected nothing after the steps; a saga's file holds one literal"},
      {"no value", "const a =", "1:10 expected a value"},
      {"no equals", "const a [1]", "1:9 expected = and the steps of the saga"},
      {"bad number", "[1.2.3]", "1:2 expected a value"},
      {"half a character", R"(["\ud83d"])", "1:9 expected a whole character"},
      {"open comment", "[1] /* a", "1:5 expected */ at the end of the comment"},
      {"deep", std::string(100, '[') + std::string(100, ']'), "1:42 expected at most 40 levels"},
      {"nul", std::string("[1\0]", 4), "1:3 expected , or ] after an element"},
  });
}

TEST(Literal, IsBounded) {
  EXPECT_EQ(parse_listing("[" + std::string(2U << 20U, ' ') + "]").error().message,
            "expected at most 1048576 bytes");
  std::string many = "[";
  for (int i = 0; i < 200'000; ++i) many += "1,";
  EXPECT_EQ(parse_listing(many + "]").error().message, "expected at most 100000 values");
  EXPECT_EQ(parse_listing("['\xFF']").error().message, "expected UTF-8");
}

}  // namespace
}  // namespace treadle::saga
