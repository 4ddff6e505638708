#include "treadle/runtime/line_splitter.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace treadle::runtime::test {
namespace {

// Every line as "NUMBER:TEXT", "NUMBER!" where it is too long; fed in pieces of so many bytes.
auto lines_of(std::string_view text, std::size_t piece, std::size_t bytes_max = 8)
    -> std::vector<std::string> {
  std::vector<std::string> out;
  LineSplitter splitter(bytes_max);
  auto const add = [&out](LineSplitter::Line const& line) {
    out.push_back(std::to_string(line.number) + (line.is_too_long ? "!" : ":") +
                  std::string(line.text));
  };
  for (std::size_t at = 0; at < text.size(); at += piece) {
    auto bytes = text.substr(at, piece);
    while (auto const line = splitter.next(bytes)) add(*line);
    EXPECT_TRUE(bytes.empty());
  }
  if (auto const line = splitter.last()) add(*line);
  EXPECT_FALSE(splitter.last());
  return out;
}

using Lines = std::vector<std::string>;
struct Case {
  std::string_view name;
  std::string_view text;
  Lines lines;
};
Case const kCases[] = {
    {"nothing", "", {}},
    {"one_with_an_end", "ab\n", {"1:ab"}},
    {"one_without_an_end", "ab", {"1:ab"}},
    {"several", "a\nb\nc", {"1:a", "2:b", "3:c"}},
    {"blank_lines_count_and_are_passed_over", "\n a\n \t\r\n\nb\n\n", {"2: a", "5:b"}},
    {"carriage_returns_stay", "a\r\nb\r\n", {"1:a\r", "2:b\r"}},
    {"as_long_as_may_be", "12345678\n12345678", {"1:12345678", "2:12345678"}},
    {"too_long", "123456789\nb\n123456789", {"1!", "2:b", "3!"}},
    {"much_too_long", "1234567890123456789012345\nb", {"1!", "2:b"}},
    {"too_long_in_white_space", "            \nb", {"1!", "2:b"}},
};

class LineSplitterTest : public ::testing::TestWithParam<Case> {};

TEST_P(LineSplitterTest, gives_the_same_lines_in_whatever_pieces) {
  for (std::size_t piece = 1; piece <= GetParam().text.size() + 1; ++piece)
    EXPECT_EQ(lines_of(GetParam().text, piece), GetParam().lines) << "pieces of " << piece;
}

INSTANTIATE_TEST_SUITE_P(Lines, LineSplitterTest, ::testing::ValuesIn(kCases),
                         [](auto const& tested) { return std::string(tested.param.name); });

}  // namespace
}  // namespace treadle::runtime::test
