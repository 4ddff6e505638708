// Strings are escaped and unescaped in blocks: an escape may stand anywhere in one, or across two.
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

#include <gtest/gtest.h>

#include "treadle/base/random.h"
#include "treadle/base/utf8.h"
#include "treadle/json/arena.h"
#include "treadle/json/parse.h"
#include "treadle/json/print.h"

namespace treadle::json {
namespace {

struct Special {
  std::string_view raw;
  std::string_view escaped;
  std::size_t units;  // of UTF-16
};
constexpr Special kSpecials[] = {
    {"\"", "\\\"", 1},
    {"\\", "\\\\", 1},
    {"\n", "\\n", 1},
    {"\t", "\\t", 1},
    {"\b", "\\b", 1},
    {"\x01", "\\u0001", 1},
    {"\x1a", "\\u001a", 1},  // the low half of "\n"
    {"\x7f", "\x7f", 1},
    {"\xC3\xA9", "\xC3\xA9", 1},
    {"\xF0\x9F\x98\x80", "\xF0\x9F\x98\x80", 2},
    {"\xED\x9F\xBF", "\xED\x9F\xBF", 1},
    {"\xED\xA0\xBD", "\\ud83d", 1},  // half a pair
};

void expect_round_trip(std::string const& text, std::string const& escaped, std::size_t units) {
  auto const printed = '"' + escaped + '"';
  ASSERT_EQ(print_string(text), printed);
  ASSERT_EQ(utf8::count_utf16_units(text), units) << printed;
  Arena arena;
  auto const parsed = parse(arena, printed);
  ASSERT_TRUE(parsed) << printed;
  ASSERT_EQ(parsed->as_string(), text);
  ASSERT_EQ(print(*parsed), printed);
  ASSERT_FALSE(parse(arena, printed.substr(0, printed.size() - 1))) << printed;  // left open
}

TEST(EscapeBlocksTest, OneEscapeAtEveryPlace) {
  for (auto const& special : kSpecials)
    for (std::size_t before = 0; before < 36; ++before)
      for (std::size_t after = 0; after < 36; ++after) {
        auto const left = std::string(before, 'a');
        auto const right = std::string(after, 'b');
        expect_round_trip(left + std::string(special.raw) + right,
                          left + std::string(special.escaped) + right,
                          before + special.units + after);
      }
}

TEST(EscapeBlocksTest, RunsOfEscapes) {
  for (auto const& special : kSpecials)
    for (std::size_t before = 0; before < 18; ++before)
      for (std::size_t count = 0; count < 40; ++count) {
        auto text = std::string(before, 'a');
        auto escaped = text;
        for (std::size_t i = 0; i < count; ++i) {
          text += special.raw;
          escaped += special.escaped;
        }

        expect_round_trip(text + '"', escaped + "\\\"", before + count * special.units + 1);
      }
}

// Specials and letters in any order.
TEST(EscapeBlocksTest, Mixtures) {
  SeededRandom random(7);
  for (int i = 0; i < 20'000; ++i) {
    std::string text;
    std::string escaped;
    std::size_t units = 0;
    auto const letters = 1 + random.next_u64() % 12;
    for (auto left = random.next_u64() % 70; left > 0; --left) {
      auto const choice = random.next_u64() % (std::size(kSpecials) + letters);
      // Halves of a pair would join.
      auto const special =
          choice < std::size(kSpecials) - 1 ? kSpecials[choice] : Special{"n", "n", 1};
      text += special.raw;
      escaped += special.escaped;
      units += special.units;
    }
    expect_round_trip(text, escaped, units);
  }
}

// What nobody would write, and may be read: escapes of what needs none.
TEST(EscapeBlocksTest, NeedlessEscapes) {
  for (std::size_t before = 0; before < 36; ++before)
    for (auto const& [escaped, raw] : {std::pair("\\/", "/"), std::pair("\\u0041", "A")}) {
      auto const left = std::string(before, 'a');
      auto const right = std::string(36, 'b');
      Arena arena;
      auto const parsed = parse(arena, '"' + left + escaped + right + '"');
      ASSERT_TRUE(parsed) << before;
      EXPECT_EQ(parsed->as_string(), left + raw + right);
      EXPECT_FALSE(parse(arena, '"' + left + "\\x" + right + '"')) << before;
      EXPECT_FALSE(parse(arena, '"' + left + "\n" + right + '"')) << before;
    }
}

}  // namespace
}  // namespace treadle::json
