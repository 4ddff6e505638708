#include "treadle/api/page_token.h"

#include <gtest/gtest.h>

namespace treadle::api {
namespace {

using namespace std::chrono_literals;

constexpr std::uint8_t kSecret[] = {1, 2, 3};
constexpr std::uint8_t kOtherSecret[] = {3, 2, 1};
constexpr Timestamp kMade{Milliseconds{1'700'000'000'000}};

auto token() -> std::string { return make_page_token({kSecret, kMade}, "List/a", "here"); }

TEST(PageToken, LeadsToItsPositionForADay) {
  for (auto const age : {0ms, Milliseconds(24h)})
    EXPECT_EQ(read_page_token({kSecret, kMade + age}, "List/a", token()), "here");
}

struct Case {
  char const* name;
  PageSeal seal;
  std::string_view purpose;
  std::string token;
};

TEST(PageToken, AnythingElseIsInvalid) {
  auto damaged = token();
  damaged.back() = damaged.back() == 'A' ? 'B' : 'A';
  Case const cases[] = {
      {"expired", {kSecret, kMade + 24h + 1ms}, "List/a", token()},
      {"of_other_arguments", {kSecret, kMade}, "List/b", token()},
      {"of_another_store", {kOtherSecret, kMade}, "List/a", token()},
      {"damaged", {kSecret, kMade}, "List/a", damaged},
      {"cut", {kSecret, kMade}, "List/a", token().substr(0, 8)},
      {"empty", {kSecret, kMade}, "List/a", ""},
      {"not_base64", {kSecret, kMade}, "List/a", "?"},
  };
  for (auto const& c : cases) {
    auto const read = read_page_token(c.seal, c.purpose, c.token);
    ASSERT_FALSE(read) << c.name;
    EXPECT_EQ(read.error().code, "InvalidToken") << c.name;
    EXPECT_EQ(read.error().message, "Invalid Token: 'Invalid token'") << c.name;
  }
}

}  // namespace
}  // namespace treadle::api
