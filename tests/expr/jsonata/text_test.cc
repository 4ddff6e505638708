#include <string>

#include <gtest/gtest.h>

#include "treadle/expr/jsonata/encoding.h"
#include "treadle/expr/jsonata/utf16.h"
#include "treadle/expr/utf16_order.h"

namespace treadle::expr::jsonata {
namespace {

TEST(Substring, CountsCodePoints) {
  struct {
    double start;
    double length;
    char const* text;
  } const kCases[] = {{0, 1, "a"},       {1, 2, "💩é"},      {-2, 1, "é"}, {-2, 9, "éz"},
                      {-9, 2, "a💩"},    {2, 0, ""},         {2, -1, ""},  {9, 1, ""},
                      {1.9, 1.2, "💩é"}, {0, 1e300, "a💩éz"}};
  for (auto const& test : kCases)
    EXPECT_EQ(substring("a💩éz", test.start, test.length), test.text) << test.start;
  EXPECT_EQ(substring("a💩éz", 2), "éz");
  EXPECT_EQ(substring("a💩éz", -1), "z");
  EXPECT_EQ(substring("a💩éz", -9), "a💩éz");
  EXPECT_EQ(substring("a💩éz", 4), "");
  EXPECT_EQ(length_of("a💩\xED\xA0\x80"), 3U);
}

TEST(CompareUtf16, PutsPairsBeforeTheEndOfThePlane) {
  EXPECT_TRUE(compare_utf16("💩", "\uffff") < 0);
  EXPECT_TRUE(compare_utf16("a", "ab") < 0);
  EXPECT_TRUE(compare_utf16("é", "e") > 0);
  EXPECT_TRUE(compare_utf16("x", "x") == 0);
}

TEST(AppendText, JoinsSurrogates) {
  std::string text = "a\xED\xA0\xBD";
  append_text(text, "\xED\xB2\xA9z");
  EXPECT_EQ(text, "a💩z");
  append_text(text, "\xED\xB2\xA9");
  EXPECT_EQ(text, "a💩z\xED\xB2\xA9");
}

TEST(Url, Encodes) {
  EXPECT_EQ(encode_url("a b/?é#[%]", UrlPart::kWhole), "a%20b/?%C3%A9#%5B%25%5D");
  EXPECT_EQ(encode_url("a b/?'~", UrlPart::kComponent), "a%20b%2F%3F'~");
  auto const lone = encode_url("\xED\xA0\x80", UrlPart::kComponent);
  ASSERT_FALSE(lone);
  EXPECT_EQ(lone.error().code, "D3140");
  EXPECT_TRUE(
      lone.error().message.starts_with("Malformed URL passed to $encodeUrlComponent(): \""));
}

TEST(Url, Decodes) {
  EXPECT_EQ(decode_url("%23%2f%41%E2%82%AC é", UrlPart::kWhole), "%23%2fA€ é");
  EXPECT_EQ(decode_url("%23%2f%41%E2%82%AC é", UrlPart::kComponent), "#/A€ é");
  for (auto const* text : {"%", "%4", "%4g", "%C0%80", "%ED%A0%80", "%F4%90%80%80", "%E2%82", "%80",
                           "%E2%82x", "%FF"}) {
    auto const decoded = decode_url(text, UrlPart::kWhole);
    ASSERT_FALSE(decoded) << text;
    EXPECT_EQ(decoded.error(), (Failure{"D3140", "Malformed URL passed to $decodeUrl(): \"" +
                                                     std::string(text) + "\""}));
  }
}

TEST(Base64, TakesTheLowBytesOfUnits) {
  EXPECT_EQ(encode_base64("hello:world"), "aGVsbG86d29ybGQ=");
  EXPECT_EQ(encode_base64("é€x"), "6ax4");
  EXPECT_EQ(encode_base64("💩"), "Pak=");
  EXPECT_EQ(decode_base64("aGVs bG8"), "hello");
  EXPECT_EQ(decode_base64("6ax4"), "é¬x");
  EXPECT_EQ(decode_base64("_-==x"), "ÿ");
  EXPECT_EQ(decode_base64("a"), "");
}

}  // namespace
}  // namespace treadle::expr::jsonata
