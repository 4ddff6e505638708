// Sessions and failures to sign in, as time passes.
#include <map>

#include <gtest/gtest.h>

#include "tests/support/fake_clock.h"
#include "treadle/approvals/pages/sessions.h"
#include "treadle/approvals/pages/sign_in_limits.h"
#include "treadle/base/random.h"

namespace treadle::approvals::pages {
namespace {

using Transport = FormNonces::Transport;
using std::chrono::hours;
using std::chrono::seconds;

class FakeSessionLog final : public SessionLog {
 public:
  void note_opened(SessionNote, std::move_only_function<void()> done) override { done(); }
  void note_ended(SessionNote note, Timestamp at, std::move_only_function<void()> done) override {
    ended[note.key_id] = at;
    done();
  }
  [[nodiscard]] auto over_until(std::string_view key_id) const -> Timestamp override {
    auto const at = ended.find(std::string(key_id));
    return at == ended.end() ? Timestamp{} : at->second;
  }
  std::map<std::string, Timestamp> ended;
};

class SessionsTest : public testing::Test {
 protected:
  auto find(std::string_view set_cookie) -> std::string { return find(sessions_, set_cookie); }
  static auto find(Sessions const& sessions, std::string_view set_cookie) -> std::string {
    net::Headers headers;
    headers.set("Cookie", "a=b; " + std::string(set_cookie.substr(0, set_cookie.find(';'))));
    auto const* const key = sessions.find(headers);
    return key == nullptr ? "nobody" : key->id;
  }

  treadle::test::FakeClock clock_;
  SeededRandom random_{1};
  FakeSessionLog log_;
  KeyHolders keys_{
      {{.id = "AKIDKIM", .secret = "s", .actions = {}, .resources = {}, .approver = "kim"},
       {.id = "A.B/ \xc3\xa9", .secret = "s", .actions = {}, .resources = {}},
       {.id = "AKIDLIMITED", .secret = "s", .actions = {"List*"}, .resources = {}}}};
  Sessions sessions_{"store secret", keys_, log_, clock_, random_};
};

TEST_F(SessionsTest, AreOfTheKeyTheyWereOpenedWithForEightHours) {
  for (auto const* id : {"AKIDKIM", "A.B/ \xc3\xa9"}) {
    auto const cookie = sessions_.open(*keys_.find(id), Transport::kTls);
    EXPECT_TRUE(cookie.ends_with("; HttpOnly; SameSite=Strict; Secure")) << cookie;
    EXPECT_EQ(find(cookie), id);
    clock_.advance(hours(8) - seconds(1));
    EXPECT_EQ(find(cookie), id);
    clock_.advance(seconds(1));
    EXPECT_EQ(find(cookie), "nobody");
    clock_.set(clock_.now() - hours(9));
    EXPECT_EQ(find(cookie), "nobody") << "it has not begun";
  }
}

TEST_F(SessionsTest, AreOverWhenTheirKeySignedOut) {
  auto const before = sessions_.open(*keys_.find("AKIDKIM"), Transport::kPlain);
  log_.ended["AKIDKIM"] = clock_.now();
  EXPECT_EQ(find(before), "nobody");
  clock_.advance(Milliseconds{1});
  EXPECT_EQ(find(sessions_.open(*keys_.find("AKIDKIM"), Transport::kPlain)), "AKIDKIM");
}

TEST_F(SessionsTest, AreNotForOtherServersSecretsOrRights) {
  auto const cookie = sessions_.open(*keys_.find("AKIDKIM"), Transport::kPlain);
  Sessions const other_store("another", keys_, log_, clock_, random_);
  EXPECT_EQ(find(other_store, cookie), "nobody");
  KeyHolders const new_secret({{.id = "AKIDKIM", .secret = "t", .actions = {}, .resources = {}}});
  EXPECT_EQ(find(Sessions("store secret", new_secret, log_, clock_, random_), cookie), "nobody");
  EXPECT_EQ(find(sessions_.open(*keys_.find("AKIDLIMITED"), Transport::kPlain)), "nobody");
}

TEST_F(SessionsTest, NoOtherCharacterIsTaken) {
  auto const cookie = sessions_.open(*keys_.find("AKIDKIM"), Transport::kPlain);
  auto const value = cookie.substr(0, cookie.find(';'));
  for (std::size_t i = value.find('=') + 1; i < value.size(); ++i) {
    auto changed = value;
    changed[i] = changed[i] == 'x' ? 'y' : 'x';
    EXPECT_EQ(find(changed), "nobody") << i;
    EXPECT_EQ(find(value.substr(0, i)), "nobody") << i;
  }
}

TEST(KeyHoldersTest, KnowSecretsAndWhomAKeySpeaksFor) {
  KeyHolders const keys(
      {{.id = "K", .secret = "s", .actions = {}, .resources = {}, .approver = "kim"},
       {.id = "L", .secret = "t", .actions = {"none"}, .resources = {}}});
  EXPECT_NE(keys.check("K", "s"), nullptr);
  for (auto const& [id, secret] : {std::pair{"K", "t"}, {"K", ""}, {"M", "s"}, {"", ""}, {"M", ""}})
    EXPECT_EQ(keys.check(id, secret), nullptr) << id;
  EXPECT_EQ(approver_of(*keys.find("K")),
            (Approver{.id = "kim", .also = {"K"}, .authenticated = "access-key K"}));
  EXPECT_EQ(approver_of(*keys.find("L")).id, "L");
  EXPECT_TRUE(may_sign_in(*keys.find("K")));
  EXPECT_FALSE(may_sign_in(*keys.find("L"))) << "limited, and nobody's";
}

// How many of so many tries are looked at.
auto looked_at(SignInLimits& limits, std::string const& ip, std::string const& key, int tries,
               Timestamp now) -> int {
  int out = 0;
  for (int i = 0; i < tries; ++i) out += limits.take(ip, key, now) ? 1 : 0;
  return out;
}

TEST(SignInLimitsTest, AreOfAddressesAndKeys) {
  SignInLimits limits;
  Timestamp now{hours(1)};
  EXPECT_EQ(looked_at(limits, "192.0.2.1", "", 50, now), 10);
  EXPECT_EQ(looked_at(limits, "192.0.2.2", "K", 50, now), 10) << "another address";
  EXPECT_EQ(looked_at(limits, "192.0.2.3", "K", 50, now), 10);
  EXPECT_EQ(looked_at(limits, "192.0.2.4", "K", 50, now), 0) << "the key has had its share";
  EXPECT_EQ(looked_at(limits, "192.0.2.4", "", 50, now), 10);
  now += seconds(12);
  EXPECT_EQ(looked_at(limits, "192.0.2.1", "", 50, now), 2);
  now += hours(1);
  EXPECT_EQ(looked_at(limits, "192.0.2.1", "", 50, now), 10) << "no more than at first";
}

TEST(SignInLimitsTest, DoNotCountThoseWhoAreLetIn) {
  SignInLimits limits;
  for (int i = 0; i < 100; ++i) {
    EXPECT_TRUE(limits.take("192.0.2.1", "K", Timestamp{}));
    limits.forgive("192.0.2.1", "K");
  }
}

TEST(SignInLimitsTest, ForgetAddressesThatFailedLongAgo) {
  SignInLimits limits;
  Timestamp now{hours(1)};
  EXPECT_EQ(looked_at(limits, "first", "", 10, now), 10);
  for (int i = 0; i < 10'000; ++i)
    ASSERT_TRUE(limits.take(std::to_string(i), "", now += Milliseconds{1}));
  EXPECT_TRUE(limits.take("first", "", now));
  EXPECT_EQ(looked_at(limits, "last", "", 50, now), 10);
  EXPECT_FALSE(limits.take("last", "", now)) << "those of now are known";
}

}  // namespace
}  // namespace treadle::approvals::pages
