#include "treadle/base/hmac.h"

#include <string>

#include <gtest/gtest.h>

namespace treadle {
namespace {

// FIPS 180-4 examples.
TEST(Sha256, OfKnownTexts) {
  EXPECT_EQ(to_hex(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(to_hex(sha256("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

struct Vector {
  char const* name;
  std::string key;
  std::string message;
  char const* digest;
};

class HmacSha256 : public testing::TestWithParam<Vector> {};

TEST_P(HmacSha256, OfKnownTexts) {
  EXPECT_EQ(to_hex(hmac_sha256(GetParam().key, GetParam().message)), GetParam().digest);
}

// RFC 4231, 4.2 to 4.8.
Vector const kVectors[] = {
    {"case_1", std::string(20, '\x0b'), "Hi There",
     "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
    {"case_2", "Jefe", "what do ya want for nothing?",
     "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
    {"case_3", std::string(20, '\xaa'), std::string(50, '\xdd'),
     "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
    {"case_6", std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First",
     "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
    {"empty", "", "", "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"},
};

INSTANTIATE_TEST_SUITE_P(Table, HmacSha256, testing::ValuesIn(kVectors),
                         [](auto const& param) { return param.param.name; });

TEST(ConstantTimeEqual, ComparesBytes) {
  EXPECT_TRUE(constant_time_equal("", ""));
  EXPECT_TRUE(constant_time_equal("abc", "abc"));
  EXPECT_FALSE(constant_time_equal("abc", "abd"));
  EXPECT_FALSE(constant_time_equal("abc", "ab"));
}

TEST(ToHex, WritesTwoDigitsAByte) {
  EXPECT_EQ(to_hex(std::string_view("\x00\x0f\xff", 3)), "000fff");
  auto const digest = sha256("abc");
  EXPECT_EQ(bytes_of(digest).size(), 32U);
  EXPECT_EQ(bytes_of(digest).front(), '\xba');
}

}  // namespace
}  // namespace treadle
