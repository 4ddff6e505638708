// The pages behind links, and the inbox, in front of a core that only counts.
#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "tests/approvals/example.h"
#include "tests/support/fake_clock.h"
#include "treadle/approvals/pages/form.h"
#include "treadle/approvals/pages/html.h"
#include "treadle/approvals/pages/inbox_service.h"
#include "treadle/approvals/pages/link_service.h"
#include "treadle/base/random.h"

namespace treadle::approvals::pages {
namespace {

auto request(std::string method, std::string target) -> net::Request {
  net::Request out;
  out.method = std::move(method);
  out.target = std::move(target);
  out.remote = "203.0.113.7";
  out.headers.set("User-Agent", "test");
  return out;
}

// A browser that has the page at `target` open.
struct Page {
  std::string nonce;
  std::string cookie;
};

class PagesTest : public testing::Test {
 protected:
  PagesTest() { clock_.set(decisions_.approval().opened_at); }

  auto ask(HttpService const& service, net::Request sent) -> net::Response {
    EXPECT_TRUE(service.claim(sent).has_value());
    std::optional<net::Response> got;
    service.serve(std::move(sent),
                  net::Responder::to([&](net::Response&& response) { got = std::move(response); }));
    return got ? std::move(*got) : net::Response{.status = 0};
  }
  auto open(HttpService const& service, std::string const& target) -> Page {
    auto const response = ask(service, request("GET", target));
    auto const begin = response.body.find("name=\"nonce\" value=\"") + 20;
    auto const cookie = std::string(response.headers.find("Set-Cookie").value_or(""));
    return {response.body.substr(begin, response.body.find('"', begin) - begin),
            cookie.substr(0, cookie.find(';'))};
  }
  auto post(std::string const& target, Page const& page, std::string const& fields)
      -> net::Request {
    auto out = request("POST", target);
    out.headers.set("Content-Type", "application/x-www-form-urlencoded");
    if (!page.cookie.empty()) out.headers.set("Cookie", "other=1; " + page.cookie);
    out.body = "nonce=" + page.nonce + "&" + fields;
    return out;
  }
  auto link_for(std::string const& recipient) -> std::string {
    return "/a/" + make_link(keys_, {decisions_.approval().id, recipient,
                                     *decisions_.approval().expires_at});
  }

  test::FakeDecisions decisions_{test::example_approval()};
  treadle::test::FakeClock clock_;
  SeededRandom random_{1};
  LinkKeys keys_{.secret = std::string(32, 's')};
  FormNonces nonces_{keys_.secret, random_};
  LinkService links_{keys_, decisions_, nonces_, clock_, FormNonces::Transport::kTls};
  InboxService inbox_{decisions_, nonces_, clock_, nullptr};
  std::string link_ = link_for("kim@example.com");
};

TEST_F(PagesTest, ScannersDecideNothing) {
  for (int i = 0; i < 50; ++i)
    for (auto const* const method : {"GET", "HEAD", "OPTIONS"}) {
      auto const response = ask(links_.service(), request(method, link_));
      EXPECT_EQ(response.status, std::string_view(method) == "OPTIONS" ? 204 : 200);
    }
  EXPECT_TRUE(decisions_.requests.empty());
  EXPECT_TRUE(decisions_.refused.empty());
  EXPECT_EQ(decisions_.views.size(), 50U);
}

TEST_F(PagesTest, OnePostDecidesAndASecondIsTold) {
  auto const page = open(links_.service(), link_);
  auto const first =
      ask(links_.service(), post(link_, page, "decision=approve&comment=fine%0Aand+good"));
  EXPECT_EQ(first.status, 200);
  ASSERT_EQ(decisions_.requests.size(), 1U);
  auto const& sent = decisions_.requests[0];
  EXPECT_EQ(sent.verdict, Verdict::kApprove);
  EXPECT_EQ(
      sent.approver,
      (Approver{
          .id = "kim@example.com", .name = "Kim Lee", .also = {}, .authenticated = "signed-link"}));
  EXPECT_EQ(sent.via + " " + sent.comment + " " + sent.origin.ip,
            "email fine\nand good 203.0.113.7");
  auto const again = ask(links_.service(), post(link_, page, "decision=reject"));
  EXPECT_EQ(again.status, 200);
  EXPECT_NE(again.body.find("Already approved by Kim Lee via email at 2023-11-14 22:18 UTC"),
            std::string::npos)
      << again.body;
  EXPECT_EQ(decisions_.approval().status, Status::kApproved);
  auto const seen = ask(links_.service(), request("GET", link_));
  EXPECT_EQ(seen.status, 200);
  EXPECT_NE(seen.body.find("Approved by Kim Lee via email"), std::string::npos);
  EXPECT_EQ(seen.body.find("<form"), std::string::npos);
}

TEST_F(PagesTest, NothingButTheFormOfThisBrowserDecides) {
  auto const page = open(links_.service(), link_);
  auto const other = open(links_.service(), link_);
  auto plain = post(link_, page, "decision=approve");
  plain.headers.set("Content-Type", "text/plain");
  struct Row {
    std::string name;
    net::Request sent;
    int status;
  };
  Row const rows[] = {
      {"no cookie", post(link_, {page.nonce, ""}, "decision=approve"), 403},
      {"another browser's cookie", post(link_, {page.nonce, other.cookie}, "decision=approve"),
       403},
      {"no nonce", post(link_, {"", page.cookie}, "decision=approve"), 403},
      {"a made-up nonce",
       post(link_, {"28333333.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", page.cookie}, "decision=approve"),
       403},
      {"no decision", post(link_, page, "comment=x"), 400},
      {"the Enter key", post(link_, page, "decision=none"), 400},
      {"another word", post(link_, page, "decision=Approve"), 400},
      {"no form", plain, 400},
      {"a long comment", post(link_, page, "decision=approve&comment=" + std::string(2'001, 'x')),
       400},
  };
  for (auto const& row : rows) {
    auto sent = row.sent;
    EXPECT_EQ(ask(links_.service(), std::move(sent)).status, row.status) << row.name;
  }
  clock_.advance(std::chrono::minutes(62));
  EXPECT_EQ(ask(links_.service(), post(link_, page, "decision=approve")).status, 403)
      << "an old page";
  EXPECT_TRUE(decisions_.requests.empty());
}

TEST_F(PagesTest, LinksThatAreNotGoodAreRefusedAndWrittenDown) {
  auto const target =
      LinkTarget{decisions_.approval().id, "kim@example.com", decisions_.approval().opened_at};
  struct Row {
    std::string name, path;
    int status;
  };
  Row const rows[] = {
      {"cut", link_.substr(0, link_.size() - 1), 404},
      {"empty", "/a/", 404},
      {"for somebody else", link_for("eve@example.com"), 404},
      {"another approval", "/a/A" + std::string(44, 'y') + link_.substr(48), 404},
      {"expired", "/a/" + make_link(keys_, target), 410},
  };
  clock_.advance(std::chrono::seconds(1));
  std::size_t refused = 0;
  for (auto const& row : rows)
    for (auto const* const method : {"GET", "POST"}) {
      auto const response = ask(links_.service(), request(method, row.path));
      EXPECT_EQ(response.status, row.status) << row.name;
      EXPECT_NE(response.body.find("Nothing was decided."), std::string::npos) << row.name;
      EXPECT_EQ(response.body.find("Refund"), std::string::npos) << row.name;
      EXPECT_EQ(decisions_.refused.size(), ++refused) << row.name;
    }
  EXPECT_TRUE(decisions_.requests.empty());
}

TEST_F(PagesTest, AnExpiredLinkStillTellsWhoDecided) {
  auto const target =
      LinkTarget{decisions_.approval().id, "kim@example.com", decisions_.approval().opened_at};
  clock_.advance(std::chrono::hours(99));
  decisions_.approval().status = Status::kTimedOut;
  auto const response = ask(links_.service(), request("GET", "/a/" + make_link(keys_, target)));
  EXPECT_EQ(response.status, 200);
  EXPECT_NE(response.body.find("Timed out"), std::string::npos);
}

TEST_F(PagesTest, RecipientsOfTheSettingsHaveLinksUntilTheyAreTakenOut) {
  auto const rules = std::make_shared<Rules>();
  rules->recipients = {{.channel = "email", .address = "team@example.com"}};
  decisions_.use(Settings({{.machine = "refunds", .state = "*", .rules = rules, .written = ""}}));
  auto const link = link_for("team@example.com");
  auto const seen = ask(links_.service(), request("GET", link));
  EXPECT_EQ(seen.status, 200);
  EXPECT_NE(seen.body.find("You are not among those who may decide this."), std::string::npos);
  EXPECT_EQ(seen.body.find("<form"), std::string::npos);
  decisions_.use(Settings());
  EXPECT_EQ(ask(links_.service(), request("GET", link)).status, 404);
}

TEST_F(PagesTest, PagesAreAskedToBeKeptByNobodyAndRunNothing) {
  decisions_.approval().title = "<script>alert(1)</script>\"'&";
  decisions_.approval().facts = {{"<img src=x onerror=alert(1)>", "</dd><script>1</script>"}};
  decisions_.approval().requester = "<a href=//evil.example>";
  for (auto const& response :
       {ask(links_.service(), request("GET", link_)),
        ask(inbox_.service(), request("GET", "/approvals")),
        ask(inbox_.service(), request("GET", "/approvals/" + decisions_.approval().id))}) {
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body.find("<script"), std::string::npos);
    EXPECT_EQ(response.body.find("<img"), std::string::npos);
    EXPECT_EQ(response.body.find("evil.example>"), std::string::npos);
    EXPECT_EQ(response.body.find("http"), std::string::npos) << "something of others";
    EXPECT_EQ(response.headers.find("Cache-Control"), "no-store");
    EXPECT_EQ(response.headers.find("X-Robots-Tag"), "noindex, nofollow");
    auto const policy = std::string(response.headers.find("Content-Security-Policy").value_or(""));
    EXPECT_TRUE(policy.starts_with("default-src 'none'; style-src 'sha256-")) << policy;
    EXPECT_EQ(policy.find("script-src"), std::string::npos);
    EXPECT_NE(policy.find("frame-ancestors 'none'"), std::string::npos);
  }
  auto const own_port =
      ask(inbox_.service(), request("GET", "/approvals/" + decisions_.approval().id));
  EXPECT_EQ(own_port.headers.find("Referrer-Policy"), "same-origin");
  EXPECT_EQ(ask(links_.service(), request("GET", link_)).headers.find("Referrer-Policy"),
            "no-referrer");
  auto const cookie = std::string(
      ask(links_.service(), request("GET", link_)).headers.find("Set-Cookie").value_or(""));
  EXPECT_TRUE(cookie.ends_with("; Max-Age=3600; HttpOnly; SameSite=Strict; Secure")) << cookie;
  EXPECT_NE(cookie.find("; Path=" + link_ + ";"), std::string::npos);
}

TEST_F(PagesTest, TheInboxListsShowsAndDecides) {
  auto const path = "/approvals/" + decisions_.approval().id;
  auto const list = ask(inbox_.service(), request("GET", "/approvals"));
  EXPECT_NE(list.body.find("<a href=\"" + path + "\">Refund of order 1001</a>"), std::string::npos)
      << list.body;
  EXPECT_NE(ask(inbox_.service(), request("GET", "/approvals?status=closed"))
                .body.find("There are none."),
            std::string::npos);
  EXPECT_EQ(ask(inbox_.service(), request("GET", "/approvals?after=x")).status, 400);
  EXPECT_EQ(ask(inbox_.service(), request("GET", "/approvals/unknown")).status, 404);
  EXPECT_EQ(ask(inbox_.service(), request("DELETE", path)).status, 405);
  auto const page = open(inbox_.service(), path);
  EXPECT_EQ(ask(inbox_.service(), post(path, page, "decision=reject")).status, 400)
      << "nobody's decision";
  EXPECT_EQ(
      ask(inbox_.service(), post(path, page, "decision=reject&name=eve%40example.com")).status,
      403);
  EXPECT_EQ(
      ask(inbox_.service(), post(path, page, "decision=reject&name=kim%40example.com")).status,
      200);
  EXPECT_EQ(decisions_.approval().status, Status::kRejected);
  EXPECT_EQ(decisions_.requests.back().approver.authenticated, "none");
  EXPECT_FALSE(inbox_.service().claim(request("GET", "/approvalsx")).has_value());
}

TEST(Form, FindsFields) {
  struct Row {
    std::string name, body, field;
    std::optional<std::string> value;
  };
  Row const rows[] = {
      {"one", "a=1", "a", "1"},
      {"the second", "a=1&b=2", "b", "2"},
      {"the first of two", "a=1&a=2", "a", "1"},
      {"blanks and bytes", "a=x+y%20z%2B", "a", "x y z+"},
      {"an encoded name", "%61=1", "a", "1"},
      {"no value", "a&b=1", "a", ""},
      {"empty", "a=", "a", ""},
      {"missing", "b=1", "a", std::nullopt},
      {"nothing", "", "a", std::nullopt},
      {"broken", "a=%2", "a", std::nullopt},
      {"not UTF-8", "a=%ff", "a", std::nullopt},
      {"equals signs", "a=b=c", "a", "b=c"},
      {"many separators", "&&&a=1&&", "a", "1"},
  };
  for (auto const& row : rows) EXPECT_EQ(form_field(row.body, row.field), row.value) << row.name;
}

TEST(Html, EscapesData) {
  EXPECT_EQ(escape_html("<a href=\"x\" title='y'>&amp;\n\x01\xff"),
            "&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;amp;\n \xEF\xBF\xBD");
}

}  // namespace
}  // namespace treadle::approvals::pages
