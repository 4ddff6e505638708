// Hostile text: refused or evaluated, in little time, without much stack or memory.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/import/terraform/evaluation.h"
#include "treadle/import/terraform/importer.h"

namespace treadle::import::terraform {
namespace {

auto repeated(std::string_view text, std::size_t times) -> std::string {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

struct Case {
  char const* name;
  std::string expression;
  char const* error;
};

class BoundsTest : public testing::TestWithParam<Case> {};

TEST_P(BoundsTest, IsRefused) {
  auto const [json, error] = evaluate_text(GetParam().expression, {{"x", Value::string("x")}},
                                           {{"self.tpl", "${templatefile(\"self.tpl\", {})}"}});
  EXPECT_EQ(json.substr(0, 100), "");
  EXPECT_THAT(error.substr(0, 1000), testing::HasSubstr(GetParam().error));
}

constexpr std::size_t kMany = 100'000;
constexpr char const* kTooDeep = "nests at most 200 deep";

Case const kCases[] = {
    {"parentheses", repeated("(", kMany), kTooDeep},
    {"lists", repeated("[", kMany), kTooDeep},
    {"objects", repeated("{a=", kMany), kTooDeep},
    {"calls", repeated("f(", kMany), kTooDeep},
    {"indices", "x" + repeated("[x", kMany), kTooDeep},
    {"interpolations", repeated("\"${", kMany) + repeated("}\"", kMany), kTooDeep},
    {"conditionals", repeated("true ? 1 : ", kMany) + "1", kTooDeep},
    {"nots", repeated("!", kMany) + "true", "at most 200 operators in a row"},
    {"chain_of_sums", "1" + repeated("+1", kMany), kTooDeep},
    {"ifs", "\"" + repeated("%{ if true }", kMany) + "\"", "templates that nest at most 200 deep"},
    {"fors", repeated("[for y in ", kMany), kTooDeep},
    {"template_of_itself", "templatefile(\"self.tpl\", {})", "do they form a ring?"},
    {"steps", "x" + repeated(".a", kMany), "expected an object with a member 'a'"},
    {"growing_text",
     "join(join(join(format(\"%1000d\", 1), range(1000)), range(1000)), range(1000))",
     "expected a result of at most 4194304 bytes"},
    {"loops",
     "[for a in range(1000) : [for b in range(1000) : [for c in range(1000) : [for d in "
     "range(1000) : 1]]]]",
     "expected"},
    {"replaced",
     "replace(join(\"\", [for i in range(1000) : format(\"%1000s\", \"a\")]), \" \", "
     "format(\"%1000s\", \"a\"))",
     "expected a result of at most"},
};
INSTANTIATE_TEST_SUITE_P(Bounds, BoundsTest, testing::ValuesIn(kCases),
                         [](auto const& test) -> std::string { return test.param.name; });

auto import_text(std::string text) -> std::string {
  Sources sources;
  Inputs inputs;
  inputs.configurations.push_back({"main.tf", std::move(text)});
  auto const outcome = import_terraform(sources, std::move(inputs), reader_of({}), "/");
  return outcome.problems.empty() ? "" : sources.render(outcome.problems.back()).substr(0, 1000);
}

TEST(Bounds, BlocksNest) {
  EXPECT_THAT(import_text(repeated("a {\n", kMany)), testing::HasSubstr("nest at most 200 deep"));
}

// Each local is twice the one before it.
TEST(Bounds, LocalsDouble) {
  std::string text = "locals {\n a0 = \"xxxxxxxxxxxxxxxx\"\n b0 = [1]\n";
  for (int i = 1; i < 60; ++i) {
    text += " a" + std::to_string(i) + " = \"${local.a" + std::to_string(i - 1) + "}${local.a" +
            std::to_string(i - 1) + "}\"\n";
    text += " b" + std::to_string(i) + " = [local.b" + std::to_string(i - 1) + ", local.b" +
            std::to_string(i - 1) + "]\n";
  }
  auto const machine = [](char const* local) {
    return "}\nresource \"aws_sfn_state_machine\" \"m\" {\n definition = jsonencode(local." +
           std::string(local) + ")\n}\n";
  };
  EXPECT_THAT(import_text(text + machine("a59")), testing::HasSubstr("at most 4194304 bytes"));
  EXPECT_THAT(import_text(text + machine("b59")), testing::HasSubstr("at most 4194304 bytes"));
}

TEST(Bounds, LocalsLeadOn) {
  std::string text = "locals {\n a0 = 1\n";
  for (int i = 1; i < 10'000; ++i)
    text += " a" + std::to_string(i) + " = [local.a" + std::to_string(i - 1) + "]\n";
  text +=
      "}\nresource \"aws_sfn_state_machine\" \"m\" {\n definition = jsonencode(local.a9999)\n}\n";
  EXPECT_THAT(import_text(text), testing::HasSubstr("do they form a ring?"));
}

TEST(Bounds, TextIsUtf8) {
  EXPECT_THAT(import_text("a = \"\xFF\"\n"),
              testing::StartsWith("error: main.tf: the file is not UTF-8 text"));
  EXPECT_THAT(import_text("\xEF\xBB\xBFlocals {}\n"), "");
}

}  // namespace
}  // namespace treadle::import::terraform
