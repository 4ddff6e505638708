#include "treadle/import/yaml.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace treadle::import::yaml {
namespace {

TEST(Yaml, KeepsOrderMarksAndQuotes) {
  auto const root = parse("b: 1\na:\n  - x\n  - \"2\"\nn:\n");
  ASSERT_TRUE(root);
  ASSERT_EQ(root->members().size(), 3U);
  EXPECT_EQ(root->members()[0].first.text(), "b");
  auto const* list = root->find("a");
  ASSERT_NE(list, nullptr);
  EXPECT_FALSE(list->elements()[0].is_quoted());
  EXPECT_TRUE(list->elements()[1].is_quoted());
  EXPECT_EQ(list->elements()[1].mark().line, 4U);
  EXPECT_EQ(list->elements()[1].mark().column, 5U);
  EXPECT_TRUE(root->find("n")->is_null());
}

struct ErrorCase {
  char const* name;
  std::string text;
  char const* error;
};

class YamlErrorTest : public testing::TestWithParam<ErrorCase> {};

TEST_P(YamlErrorTest, IsRefused) {
  auto const root = parse(GetParam().text, {.depth_max = 50, .nodes_max = 1000});
  ASSERT_FALSE(root);
  EXPECT_THAT(root.error().to_string(), testing::HasSubstr(GetParam().error));
}

// Each line doubles what it stands for.
auto doubling_aliases() -> std::string {
  std::string text = "a0: &a0 x\n";
  for (int i = 1; i < 40; ++i)
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [*a" + std::to_string(i - 1) +
            ", *a" + std::to_string(i - 1) + "]\n";
  return text;
}

ErrorCase const kErrors[] = {
    {"open_list", "a: [1", "line 1, column"},
    {"key_twice", "a: 1\na: 2\n", "line 2, column 1: expected the key 'a' only once"},
    {"list_as_key", "? [1]\n: 2\n", "line 1, column 3: expected a name as the key"},
    {"deep", std::string(100, '[') + std::string(100, ']'), "expected at most 50 levels"},
    {"very_deep", std::string(100'000, '['), "line 1"},
    {"unknown_alias", "a: *b\n", "line 1"},
    {"doubling_aliases", doubling_aliases(), "expected at most 1000 values"},
};
INSTANTIATE_TEST_SUITE_P(Errors, YamlErrorTest, testing::ValuesIn(kErrors),
                         [](auto const& test) -> std::string { return test.param.name; });

class YamlScalarTest : public testing::TestWithParam<std::string> {};

TEST_P(YamlScalarTest, ReadsBackAsTheSameText) {
  auto const root = parse("k: " + scalar(GetParam()) + "\n");
  ASSERT_TRUE(root) << root.error().to_string();
  EXPECT_TRUE(root->find("k")->is_scalar());
  EXPECT_EQ(root->find("k")->text(), GetParam());
}

INSTANTIATE_TEST_SUITE_P(Scalars, YamlScalarTest,
                         testing::Values("plain", "index.handler", "./code", "", " blank", "12",
                                         "true", "No", "null", "a: b", "# no comment",
                                         "a\nb\t\"c\" \\d", "arn:aws:iam::123456789012:role/x",
                                         "*x", "{}", "-", "gr\u00fc\u00df",
                                         std::string("\x01\x7f", 2), "2026-01-01", "!t", "~"));

TEST(YamlScalar, QuotesWhatIsNoString) {
  for (auto const* word : {"true", "No", "null", "12", "on"})
    EXPECT_EQ(scalar(word), '"' + std::string(word) + '"');
}

}  // namespace
}  // namespace treadle::import::yaml
