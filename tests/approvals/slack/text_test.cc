#include "treadle/approvals/slack/text.h"

#include <string>

#include <gtest/gtest.h>

#include "treadle/base/utf8.h"

namespace treadle::approvals::slack {
namespace {

TEST(SlackText, EscapesWhatSlackReads) {
  struct Row {
    std::string name, given, expected;
  };
  Row const rows[] = {
      {"nothing", "", ""},
      {"plain", "Order 17", "Order 17"},
      {"a mention", "<!channel>", "&lt;!channel&gt;"},
      {"a link", "<https://evil.example|Approve>", "&lt;https://evil.example|Approve&gt;"},
      {"an entity stays data", "&lt;!here&gt;", "&amp;lt;!here&amp;gt;"},
      {"lines", "a\nb\r\nc\td", "a b  c d"},
      {"control characters", std::string("a\0b\x7f", 4) + "\xc2\x85", "a b  "},
      {"other scripts", "Größe 尺寸 😀", "Größe 尺寸 😀"},
      {"no UTF-8",
       "a\xff\xfe"
       "b",
       "ab"},
  };
  for (auto const& row : rows) EXPECT_EQ(escape_mrkdwn(row.given), row.expected) << row.name;
}

TEST(SlackText, CutsAndSaysSo) {
  struct Row {
    std::string name, given;
    std::size_t units;
    std::string expected;
  };
  Row const rows[] = {
      {"fits", "12345678", 8, "12345678"},
      {"one too many", "123456789", 8, "1… (cut)"},
      {"a surrogate pair is whole", "a😀😀😀😀😀", 10, "a😀… (cut)"},
      {"a surrogate pair that does not fit", "ab😀😀😀😀😀", 10, "ab… (cut)"},
      {"an entity is whole", "a&amp;bcdefghijkl", 12, "a… (cut)"},
      {"an entity that fits", "a&lt;bcdefghijkl", 12, "a&lt;… (cut)"},
      {"accents", "ääääääääää", 9, "ää… (cut)"},
  };
  for (auto const& row : rows) {
    auto const got = cut(row.given, row.units);
    EXPECT_EQ(got, row.expected) << row.name;
    EXPECT_LE(utf8::count_utf16_units(got), row.units) << row.name;
  }
}

TEST(SlackText, NeverExceedsAnyLimitWhateverIsCut) {
  std::string given;
  for (int i = 0; i < 400; ++i)
    given += escape_mrkdwn(i % 3 == 0 ? "&" : i % 3 == 1 ? "😀" : "ab<");
  for (std::size_t units = 8; units < 300; ++units) {
    auto const got = cut(given, units);
    EXPECT_LE(utf8::count_utf16_units(got), units);
    EXPECT_TRUE(utf8::is_valid(got));
    EXPECT_TRUE(got.ends_with(kCutMark));
    auto const amp = got.rfind('&');
    EXPECT_TRUE(amp == std::string::npos || got.find(';', amp) != std::string::npos) << got;
  }
}

TEST(SlackText, PlainTextIsOneLine) {
  EXPECT_EQ(plain("a\nb <c> & d", 75), "a b <c> & d");
  EXPECT_EQ(plain(std::string(80, 'x'), kButtonTextMax), std::string(68, 'x') + "… (cut)");
}

}  // namespace
}  // namespace treadle::approvals::slack
