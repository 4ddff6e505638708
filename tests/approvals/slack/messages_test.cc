// What comes from Slack: interactions, replies of its Web API, requests to our endpoint.
#include <string>

#include <gtest/gtest.h>

#include "treadle/approvals/slack/endpoint.h"
#include "treadle/approvals/slack/interaction.h"
#include "treadle/approvals/slack/web_api.h"
#include "treadle/net/uri.h"

namespace treadle::approvals::slack {
namespace {

constexpr auto kClick =
    R"({"type":"block_actions","user":{"id":"U1","username":"kim","name":"kim","team_id":"T1"},
  "api_app_id":"A1","container":{"type":"message","message_ts":"1.5","channel_id":"C1","is_ephemeral":false},
  "trigger_id":"13345224609.738474920.8088930838d88f008e0","team":{"id":"T1","domain":"d"},"channel":{"id":"C1","name":"orders"},
  "message":{"ts":"1.5"},"state":{"values":{}},"response_url":"https://hooks.slack.com/actions/T1/1/x",
  "actions":[{"action_id":"treadle-approve","block_id":"b","type":"button","value":"Axyz","action_ts":"1.6"}]})";

TEST(SlackInteraction, ReadsAClick) {
  auto const read = read_interaction(kClick);
  ASSERT_TRUE(read.has_value()) << read.error();
  EXPECT_EQ(read->kind, Interaction::Kind::kButton);
  EXPECT_EQ(read->user + read->user_name + read->team, "U1kimT1");
  EXPECT_EQ(read->action_id + " " + read->value, "treadle-approve Axyz");
  EXPECT_EQ(read->channel + " " + read->message_ts, "C1 1.5");
  EXPECT_EQ(read->response_url, "https://hooks.slack.com/actions/T1/1/x");
}

TEST(SlackInteraction, ReadsAModal) {
  auto const read = read_interaction(
      R"({"type":"view_submission","team":{"id":"T1"},"user":{"id":"U1","name":"kim"},"view":{"callback_id":"treadle-reject",
      "private_metadata":"{\"approval\":\"A\"}","state":{"values":{"treadle-comment":{"comment":{"type":"plain_text_input","value":"too dear"}}}}}})");
  ASSERT_TRUE(read.has_value()) << read.error();
  EXPECT_EQ(read->kind, Interaction::Kind::kModal);
  EXPECT_EQ(read->comment, "too dear");
  EXPECT_EQ(read->private_metadata, R"({"approval":"A"})");
}

TEST(SlackInteraction, RefusesWhatIsNone) {
  struct Row {
    std::string name, payload, error;
  };
  Row const rows[] = {
      {"no JSON", "payload", "the payload is not JSON"},
      {"no type", "{}", "the payload has no type"},
      {"a list", "[]", "the payload has no type"},
      {"no user", R"({"type":"block_actions","actions":[{"action_id":"a"}]})",
       "the payload names no user"},
      {"no actions", R"({"type":"block_actions","user":{"id":"U1"}})",
       "block_actions without actions"},
      {"empty actions", R"({"type":"block_actions","user":{"id":"U1"},"actions":[]})",
       "block_actions without actions"},
      {"no action id", R"({"type":"block_actions","user":{"id":"U1"},"actions":[7]})",
       "an action without action_id"},
  };
  for (auto const& row : rows) {
    auto const read = read_interaction(row.payload);
    ASSERT_FALSE(read.has_value()) << row.name;
    EXPECT_TRUE(read.error().starts_with(row.error)) << row.name << ": " << read.error();
  }
  auto const other = read_interaction(R"({"type":"shortcut"})");
  ASSERT_TRUE(other.has_value());
  EXPECT_EQ(other->kind, Interaction::Kind::kOther);
}

auto answer(int status, std::string body, net::Headers headers = {}) -> net::ClientResult {
  return net::ClientResponse{
      .status = status, .headers = std::move(headers), .body = std::move(body)};
}

TEST(SlackReply, SaysWhetherToTryAgain) {
  struct Row {
    std::string name;
    net::ClientResult result;
    bool ok = false, may_retry = false;
    int retry_after = 0;
    std::string error = "";
  };
  Row const rows[] = {
      {"ok", answer(200, R"({"ok":true,"ts":"1.2"})"), true},
      {"refused, with status 200", answer(200, R"({"ok":false,"error":"channel_not_found"})"),
       false, false, 0, "channel_not_found"},
      {"refused, for now", answer(200, R"({"ok":false,"error":"internal_error"})"), false, true, 0,
       "internal_error"},
      {"too fast", answer(429, "", {{"Retry-After", "7"}}), false, true, 7, "ratelimited"},
      {"too fast, no time", answer(429, ""), false, true, 30, "ratelimited"},
      {"too fast, for very long", answer(429, "", {{"Retry-After", "99999999"}}), false, true, 300,
       "ratelimited"},
      {"too fast, with status 200",
       answer(200, R"({"ok":false,"error":"ratelimited"})", {{"Retry-After", "3"}}), false, true, 3,
       "ratelimited"},
      {"down", answer(503, "<html>"), false, true, 0, "HTTP status 503"},
      {"elsewhere", answer(404, ""), false, false, 0, "HTTP status 404"},
      {"no JSON", answer(200, "<html>"), false, false, 0, "the answer is not one of Slack's"},
      {"ok is no truth", answer(200, R"({"ok":"true"})"), false, false, 0,
       "the answer is not one of Slack's"},
      {"no way there", std::unexpected(net::ClientError{.message = "refused"}), false, true, 0,
       "refused"},
  };
  for (auto const& row : rows) {
    auto const reply = read_reply(row.result, true);
    ASSERT_EQ(reply.has_value(), row.ok) << row.name;
    if (reply) continue;
    EXPECT_EQ(reply.error().may_retry, row.may_retry) << row.name;
    EXPECT_EQ(reply.error().retry_after.value_or(std::chrono::seconds(0)).count(), row.retry_after)
        << row.name;
    EXPECT_EQ(reply.error().error, row.error) << row.name;
  }
  EXPECT_TRUE(read_reply(answer(200, "ok"), false).has_value());
}

TEST(SlackReply, ResponseUrlsLeadToSlack) {
  constexpr auto kBase = "https://slack.com/api";
  for (auto const* const url : {"https://hooks.slack.com/actions/T/1/x", "https://slack.com/x",
                                "https://hooks.slack-gov.com/x"})
    EXPECT_TRUE(is_response_url(url, kBase)) << url;
  for (auto const* const url :
       {"http://hooks.slack.com/x", "https://evilslack.com/x", "https://slack.com.evil.example/x",
        "https://169.254.169.254/", "https://hooks.slack.com:8443/x",
        "https://hooks.slack.com@evil.example/", "file:///etc/passwd", ""})
    EXPECT_FALSE(is_response_url(url, kBase)) << url;
  EXPECT_TRUE(is_response_url("http://127.0.0.1:99/r", "http://127.0.0.1:99/api"));
  EXPECT_FALSE(is_response_url("http://127.0.0.1:98/r", "http://127.0.0.1:99/api"));
}

constexpr auto kNow = Timestamp(std::chrono::seconds(1'700'000'000));

auto signed_request(std::string body, std::string type = "application/x-www-form-urlencoded")
    -> net::Request {
  net::Request request;
  request.method = "POST";
  request.target = "/slack/interactions";
  request.headers.set("Content-Type", type);
  request.headers.set("X-Slack-Request-Timestamp", "1700000000");
  request.headers.set("X-Slack-Signature", sign_request("secret", "1700000000", body));
  request.body = std::move(body);
  return request;
}

TEST(SlackEndpoint, ReadsSignedRequests) {
  Verifier verifier("secret");
  auto const payload = read_request(
      signed_request("payload=" + net::percent_encode(R"({"a":"b c+d"})")), verifier, kNow);
  ASSERT_TRUE(payload.has_value());
  EXPECT_EQ(*payload, R"({"a":"b c+d"})");
  auto const blanks =
      read_request(signed_request("x=1&payload=%7B%22a%22%3A+1%7D"), verifier, kNow);
  EXPECT_EQ(blanks.value_or(""), R"({"a": 1})");
}

TEST(SlackEndpoint, AnswersOthersItself) {
  struct Row {
    std::string name;
    net::Request request;
    int status;
    std::string body = "";
  };
  auto forged = signed_request("payload=%7B%7D");
  forged.body += "&x=1";
  auto got = signed_request("payload=%7B%7D");
  got.method = "GET";
  net::Request check;
  check.method = "POST";
  check.headers.set("Content-Type", "application/x-www-form-urlencoded");
  check.body = "ssl_check=1&token=x&payload=%7B%7D";
  Row const rows[] = {
      {"forged", forged, 401},
      {"GET", got, 405},
      {"ssl_check", check, 200},
      {"url_verification",
       signed_request(R"({"type":"url_verification","challenge":"3eZbrw1a"})", "application/json"),
       200, "3eZbrw1a"},
      {"another event", signed_request(R"({"type":"event_callback"})", "application/json"), 400},
      {"no payload", signed_request("a=b"), 400},
      {"broken escapes", signed_request("payload=%7"), 400},
      {"no form", signed_request("payload=%7B%7D", "text/plain"), 400},
  };
  for (auto const& row : rows) {
    Verifier verifier("secret");
    auto const read = read_request(row.request, verifier, kNow);
    ASSERT_FALSE(read.has_value()) << row.name;
    EXPECT_EQ(read.error().status, row.status) << row.name;
    EXPECT_TRUE(row.body.empty() || read.error().body == row.body) << row.name;
  }
}

}  // namespace
}  // namespace treadle::approvals::slack
