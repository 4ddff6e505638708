// Strings are escaped and unescaped in blocks: an escape may stand anywhere in one, or across two.
#include <string>
#include <string_view>

#include <gtest/gtest.h>

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
    {"\x01", "\\u0001", 1},
    {"\x7f", "\x7f", 1},
    {"\xC3\xA9", "\xC3\xA9", 1},
    {"\xF0\x9F\x98\x80", "\xF0\x9F\x98\x80", 2},
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

}  // namespace
}  // namespace treadle::json
