#include "treadle/base/base64.h"

#include <string>

#include <gtest/gtest.h>

#include "treadle/base/random.h"

namespace treadle {
namespace {

struct Pair {
  char const* name;
  std::string bytes;
  std::string standard;
  std::string url_safe;
};

class Base64Forms : public testing::TestWithParam<Pair> {};

TEST_P(Base64Forms, GoBothWays) {
  auto const& [_, bytes, standard, url_safe] = GetParam();
  EXPECT_EQ(base64_encode(bytes), standard);
  EXPECT_EQ(base64_encode(bytes, Base64::kUrlSafe), url_safe);
  EXPECT_EQ(base64_decode(standard), bytes);
  EXPECT_EQ(base64_decode(url_safe, Base64::kUrlSafe), bytes);
}

// RFC 4648, 10, and the characters that differ.
Pair const kPairs[] = {
    {"empty", "", "", ""},
    {"f", "f", "Zg==", "Zg"},
    {"fo", "fo", "Zm8=", "Zm8"},
    {"foo", "foo", "Zm9v", "Zm9v"},
    {"foob", "foob", "Zm9vYg==", "Zm9vYg"},
    {"fooba", "fooba", "Zm9vYmE=", "Zm9vYmE"},
    {"foobar", "foobar", "Zm9vYmFy", "Zm9vYmFy"},
    {"last_characters", "\xFB\xFF\xBF", "+/+/", "-_-_"},
    {"nul", std::string(1, '\0'), "AA==", "AA"},
};

INSTANTIATE_TEST_SUITE_P(Table, Base64Forms, testing::ValuesIn(kPairs),
                         [](auto const& param) { return param.param.name; });

TEST(Base64, RefusesEveryOtherText) {
  for (char const* const text : {"Z", "Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Zm 9v", "Zm9v\n",
                                 "-_-_", "====", "=", "Z===", "Zg==Zg==", "Zm\x80v"}) {
    EXPECT_FALSE(base64_decode(text)) << text;
  }
  for (char const* const text : {"Z", "Zg==", "Zh", "+/+/", "Zm9vY"}) {
    EXPECT_FALSE(base64_decode(text, Base64::kUrlSafe)) << text;
  }
}

TEST(Base64, GoesBothWaysForAllLengths) {
  SeededRandom random(7);
  std::string bytes;
  for (int i = 0; i < 200; ++i) {
    EXPECT_EQ(base64_decode(base64_encode(bytes)), bytes);
    EXPECT_EQ(base64_decode(base64_encode(bytes, Base64::kUrlSafe), Base64::kUrlSafe), bytes);
    bytes += static_cast<char>(random.next_u64() & 0xFFU);
  }
}

}  // namespace
}  // namespace treadle
