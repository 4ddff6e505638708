#include "treadle/approvals/pages/links.h"

#include <string>

#include <gtest/gtest.h>

#include "treadle/base/random.h"

namespace treadle::approvals::pages {
namespace {

constexpr auto kExpiry = Timestamp(std::chrono::seconds(1'900'000'000));

auto id(char c) -> std::string { return "A" + std::string(44, c); }

auto const kKeys = LinkKeys{.secret = std::string(32, 's')};
auto const kTarget = LinkTarget{id('x'), "kim@example.com", kExpiry};

auto opens(std::string_view link, LinkKeys const& keys = kKeys,
           std::string_view recipient = "kim@example.com") -> bool {
  auto const read = read_link(link);
  return read && is_for(keys, *read, recipient);
}

TEST(Links, OpenForTheirRecipient) {
  auto const link = make_link(kKeys, kTarget);
  EXPECT_LE(link.size(), 100U);
  EXPECT_EQ(
      link.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."),
      std::string::npos);
  EXPECT_TRUE(opens(link));
  auto const read = read_link(link);
  EXPECT_EQ(read->approval_id, id('x'));
  EXPECT_EQ(read->expires_at, kExpiry);
  EXPECT_FALSE(opens(link, kKeys, "lee@example.com"));
  EXPECT_FALSE(opens(link, kKeys, "Kim@example.com"));
  EXPECT_FALSE(opens(link, LinkKeys{.secret = std::string(32, 't')}));
}

TEST(Links, PartsOfTwoMakeNone) {
  auto const a = make_link(kKeys, kTarget);
  auto const b = make_link(kKeys, {id('y'), "kim@example.com", kExpiry});
  auto const later =
      make_link(kKeys, {id('x'), "kim@example.com", kExpiry + std::chrono::hours(1)});
  EXPECT_FALSE(opens(a.substr(0, 46) + b.substr(46)));
  EXPECT_FALSE(opens(b.substr(0, 46) + a.substr(46)));
  // The expiry of the one with the signature of the other: it is in the characters behind the dot.
  EXPECT_FALSE(opens(a.substr(0, 46) + later.substr(46, 7) + a.substr(53)));
}

TEST(Links, KeysRotateAndRetire) {
  auto const second = LinkKeys{.secret = kKeys.secret, .current = 2, .oldest = 1};
  auto const retired = LinkKeys{.secret = kKeys.secret, .current = 2, .oldest = 2};
  auto const old = make_link(kKeys, kTarget);
  EXPECT_TRUE(opens(old, second));
  EXPECT_FALSE(opens(old, retired));
  EXPECT_TRUE(opens(make_link(second, kTarget), retired));
  EXPECT_FALSE(opens(make_link(second, kTarget), kKeys)) << "a key of the future";
}

TEST(Links, EveryCutAndEveryChangedCharacterIsNoticed) {
  auto const link = make_link(kKeys, kTarget);
  for (std::size_t size = 0; size < link.size(); ++size)
    EXPECT_FALSE(opens(std::string_view(link).substr(0, size)));
  for (std::size_t at = 0; at < link.size(); ++at)
    for (char const c : {'A', 'b', '-', '.', '%', '\0'}) {
      auto changed = link;
      if (changed[at] == c) continue;
      changed[at] = c;
      EXPECT_FALSE(opens(changed)) << at << " " << c;
    }
  EXPECT_FALSE(opens(link + "A"));
  EXPECT_FALSE(opens(link + "="));
  EXPECT_FALSE(opens(" " + link));
}

TEST(Links, TenThousandForgeriesOpenNothing) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  SeededRandom random(2026);
  auto const link = make_link(kKeys, kTarget);
  int well_formed = 0;
  for (int i = 0; i < 10'000; ++i) {
    auto forged = link.substr(0, 46);
    while (forged.size() < link.size()) forged += kAlphabet[random.next_u64() % 64];
    well_formed += read_link(forged) ? 1 : 0;
    ASSERT_FALSE(opens(forged)) << forged;
  }
  EXPECT_GT(well_formed, 1'000) << "the attempts come as far as the signature";
}

}  // namespace
}  // namespace treadle::approvals::pages
