#include "treadle/integrations/optimized/address_rules.h"

#include <gtest/gtest.h>

namespace treadle::integrations::optimized {
namespace {

TEST(AddressRules, PrivateAndReservedAddresses) {
  for (auto const* address : {"0.0.0.0",
                              "10.1.2.3",
                              "100.64.0.1",
                              "127.0.0.1",
                              "127.255.1.1",
                              "169.254.169.254",
                              "172.16.0.1",
                              "172.31.255.255",
                              "192.168.1.1",
                              "192.0.2.1",
                              "198.19.0.1",
                              "224.0.0.1",
                              "255.255.255.255",
                              "::",
                              "::1",
                              "::ffff:10.0.0.1",
                              "::ffff:a9fe:a9fe",
                              "64:ff9b::a00:1",
                              "64:ff9b::127.0.0.1",
                              "2002:7f00:1::",
                              "2002:a9fe:a9fe::",
                              "fe80::1",
                              "fe80::1%eth0",
                              "fc00::1",
                              "fd00:ec2::254",
                              "ff02::1",
                              "2001:db8::1",
                              "::7f00:1",
                              "2001::1",
                              "::ffff:0:127.0.0.1",
                              "3fff::1",
                              "4000::1",
                              "5f00::1",
                              "100::1",
                              "64:ff9b:1::a00:1",
                              "fec0::1",
                              "",
                              "localhost",
                              "127.1",
                              "0x7f.0.0.1",
                              "2130706433"})
    EXPECT_FALSE(is_public_address(address)) << address;
}

TEST(AddressRules, PublicAddresses) {
  for (auto const* address :
       {"1.1.1.1", "8.8.8.8", "100.63.255.255", "100.128.0.1", "172.15.0.1", "172.32.0.1",
        "192.167.1.1", "223.255.255.255", "::ffff:8.8.8.8", "2600:1f18::1", "2a00:1450:4001::8",
        "64:ff9b::808:808", "2002:808:808::1"})
    EXPECT_TRUE(is_public_address(address)) << address;
}

TEST(AddressRules, AddressesOfTheLink) {
  for (auto const* address : {"169.254.169.254", "169.254.170.2", "::ffff:169.254.169.254",
                              "64:ff9b::a9fe:a9fe", "fe80::1%eth0", "fd00:ec2::254"})
    EXPECT_TRUE(is_link_local(address)) << address;
  for (auto const* address : {"127.0.0.1", "10.0.0.1", "::1", "fd00::1", "8.8.8.8"})
    EXPECT_FALSE(is_link_local(address)) << address;
}

TEST(AddressRules, Ranges) {
  auto const in = [](std::string_view address, std::string_view range) {
    return is_in(address, {*parse_address_range(range)});
  };
  EXPECT_TRUE(in("127.0.0.1", "127.0.0.1"));
  EXPECT_FALSE(in("127.0.0.2", "127.0.0.1"));
  EXPECT_TRUE(in("10.1.255.255", "10.1.0.0/16"));
  EXPECT_FALSE(in("10.2.0.0", "10.1.0.0/16"));
  EXPECT_TRUE(in("10.1.127.1", "10.1.0.0/17"));
  EXPECT_FALSE(in("10.1.128.1", "10.1.0.0/17"));
  EXPECT_TRUE(in("::ffff:10.1.0.1", "10.1.0.0/16"));
  EXPECT_TRUE(in("fd12::1", "fd00::/8"));
  EXPECT_FALSE(in("10.1.0.1", "fd00::/8"));
  EXPECT_TRUE(in("8.8.8.8", "0.0.0.0/0"));
  for (auto const* wrong : {"", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/8x", "::/129", "host", "-1"})
    EXPECT_FALSE(parse_address_range(wrong)) << wrong;
}

}  // namespace
}  // namespace treadle::integrations::optimized
