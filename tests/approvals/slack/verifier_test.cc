#include "treadle/approvals/slack/verifier.h"

#include <optional>
#include <string>

#include <gtest/gtest.h>

namespace treadle::approvals::slack {
namespace {

using namespace std::chrono_literals;

// Published by Slack, "Verifying requests from Slack".
constexpr auto kSecret = "8f742231b10e8888abcd99yyyzzz85a5";
constexpr auto kSignedAt = "1531420618";
constexpr auto kBody =
    "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
    "&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
    "&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F"
    "96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
constexpr auto kSignature = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503";
constexpr auto kThen = Timestamp(1'531'420'618s);

auto headers(std::string_view timestamp, std::string_view signature) -> net::Headers {
  return {{"X-Slack-Request-Timestamp", timestamp}, {"X-Slack-Signature", signature}};
}

TEST(SlackVerifier, KnowsThePublishedVector) {
  EXPECT_EQ(sign_request(kSecret, kSignedAt, kBody), kSignature);
  Verifier verifier(kSecret);
  EXPECT_EQ(verifier.check(headers(kSignedAt, kSignature), kBody, kThen), std::nullopt);
}

struct Row {
  std::string name;
  net::Headers headers;
  std::string body = kBody;
  Timestamp now = kThen;
  std::string secret = kSecret;
  std::optional<Fault> fault;
};

TEST(SlackVerifier, TellsWhatIsWrong) {
  auto twice = headers(kSignedAt, kSignature);
  twice.add("X-Slack-Signature", kSignature);
  auto const good = headers(kSignedAt, kSignature);
  Row const rows[] = {
      {.name = "no headers", .headers = {}, .fault = Fault::kUnsigned},
      {.name = "no signature",
       .headers = {{"X-Slack-Request-Timestamp", kSignedAt}},
       .fault = Fault::kUnsigned},
      {.name = "two signatures", .headers = twice, .fault = Fault::kUnsigned},
      {.name = "no number",
       .headers = headers("1531420618x", kSignature),
       .fault = Fault::kUnsigned},
      {.name = "a negative time", .headers = headers("-5", kSignature), .fault = Fault::kUnsigned},
      {.name = "empty time", .headers = headers("", kSignature), .fault = Fault::kUnsigned},
      {.name = "300 s old", .headers = good, .now = kThen + 300s, .fault = std::nullopt},
      {.name = "301 s old", .headers = good, .now = kThen + 301s, .fault = Fault::kStale},
      {.name = "300 s ahead", .headers = good, .now = kThen - 300s, .fault = std::nullopt},
      {.name = "301 s ahead", .headers = good, .now = kThen - 301s, .fault = Fault::kStale},
      {.name = "another body",
       .headers = good,
       .body = std::string(kBody) + " ",
       .fault = Fault::kForged},
      {.name = "no body", .headers = good, .body = "", .fault = Fault::kForged},
      {.name = "another secret",
       .headers = good,
       .secret = "8f742231b10e8888abcd99yyyzzz85a6",
       .fault = Fault::kForged},
      {.name = "another time",
       .headers = headers("1531420619", kSignature),
       .fault = Fault::kForged},
      {.name = "upper case",
       .headers = headers(kSignedAt,
                          "v0=A2114D57B48EAC39B9AD189DD8316235A7B4A8D21A10BD27519666489C69B503"),
       .fault = Fault::kForged},
      {.name = "cut", .headers = headers(kSignedAt, "v0=a2114d57"), .fault = Fault::kForged},
      {.name = "without version",
       .headers = headers(kSignedAt, std::string_view(kSignature).substr(3)),
       .fault = Fault::kForged},
      {.name = "empty", .headers = headers(kSignedAt, ""), .fault = Fault::kForged},
  };
  for (auto const& row : rows) {
    Verifier verifier(row.secret);
    EXPECT_EQ(verifier.check(row.headers, row.body, row.now), row.fault) << row.name;
  }
}

TEST(SlackVerifier, TakesNoRequestTwice) {
  Verifier verifier(kSecret);
  auto const good = headers(kSignedAt, kSignature);
  EXPECT_EQ(verifier.check(good, kBody, kThen), std::nullopt);
  EXPECT_EQ(verifier.check(good, kBody, kThen), Fault::kReplayed);
  EXPECT_EQ(verifier.check(good, kBody, kThen + 300s), Fault::kReplayed);
}

TEST(SlackVerifier, RemembersAsLongAsARequestCanBeFresh) {
  Verifier verifier(kSecret);
  auto const good = headers(kSignedAt, kSignature);
  // Signed by a clock that is ahead: it stays fresh for ten minutes.
  EXPECT_EQ(verifier.check(good, kBody, kThen - 300s), std::nullopt);
  EXPECT_EQ(verifier.check(good, kBody, kThen + 300s), Fault::kReplayed);
}

TEST(SlackVerifier, KeepsItsMemoryWithinBounds) {
  Verifier verifier(kSecret);
  auto const send = [&](std::size_t number, Timestamp now) {
    auto const time = std::to_string(
        std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count());
    auto const body = std::to_string(number);
    return verifier.check(headers(time, sign_request(kSecret, time, body)), body, now);
  };
  for (std::size_t i = 0; i < Verifier::kRememberedMax; ++i)
    ASSERT_EQ(send(i, kThen), std::nullopt);
  EXPECT_EQ(send(Verifier::kRememberedMax, kThen), Fault::kTooMany);
  EXPECT_EQ(send(0, kThen + 601s), std::nullopt);  // the old ones are forgotten
}

}  // namespace
}  // namespace treadle::approvals::slack
