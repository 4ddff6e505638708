#include "treadle/targets/aws_chunked.h"

#include <gtest/gtest.h>

#include "treadle/base/hmac.h"
#include "treadle/targets/digests.h"

namespace treadle::targets {
namespace {

TEST(AwsChunked, JoinsSignedChunks) {
  auto const read = read_aws_chunked(
      "5;chunk-signature=ab\r\nhello\r\n6;chunk-signature=cd\r\n "
      "world\r\n0;chunk-signature=ef\r\n\r\n");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->body, "hello world");
  EXPECT_TRUE(read->trailers.empty());
}

TEST(AwsChunked, KeepsTrailers) {
  auto const read = read_aws_chunked("3\r\nabc\r\n0\r\nx-amz-checksum-crc32:NSRBwg==\r\n\r\n");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->trailers.find("X-Amz-Checksum-Crc32"), "NSRBwg==");
}

TEST(AwsChunked, RefusesWhatIsNotWhole) {
  for (std::string_view const text :
       {"", "5\r\nhell", "5\r\nhello", "zz\r\n\r\n", "5\r\nhelloX\r\n0\r\n\r\n", "-1\r\n\r\n",
        "\r\n\r\n", "3\r\nabc\r\n", "0\r\nno colon\r\n\r\n", "ffffffffffffffffff\r\nab\r\n",
        "0\r\na:b"})
    EXPECT_FALSE(read_aws_chunked(text)) << text;
}

// The check values of the CRC catalogue, of "123456789".
TEST(Checksum, GivesTheCheckValues) {
  EXPECT_EQ(to_hex(*checksum("crc32", "123456789")), "cbf43926");
  EXPECT_EQ(to_hex(*checksum("crc32c", "123456789")), "e3069283");
  EXPECT_EQ(to_hex(*checksum("crc64nvme", "123456789")), "ae8b14860a799888");
  EXPECT_FALSE(checksum("md4", ""));
}

}  // namespace
}  // namespace treadle::targets
