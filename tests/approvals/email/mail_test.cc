#include "treadle/approvals/email/mail.h"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

#include "tests/approvals/example.h"
#include "treadle/approvals/email/email_channel.h"
#include "treadle/base/base64.h"

namespace treadle::approvals::email {
namespace {

constexpr auto kNow = Timestamp(std::chrono::seconds(1'700'000'000));

auto example() -> Mail {
  return {.from = {"Treadle", "approvals@example.com"},
          .to = {"", "kim@example.com"},
          .subject = "Approval required: order 1001",
          .date = kNow,
          .message_id = "<k1@example.com>",
          .text = "one\ntwo\n.\n",
          .html = "<p>one</p>"};
}

// Header lines, unfolded.
auto headers_of(std::string const& mail) -> std::vector<std::string> {
  std::vector<std::string> out;
  std::string_view rest(mail);
  while (!rest.starts_with("\r\n")) {
    auto const line = rest.substr(0, rest.find("\r\n"));
    rest.remove_prefix(line.size() + 2);
    if (line.starts_with(' '))
      out.back() += line;
    else
      out.emplace_back(line);
  }
  return out;
}

TEST(Mail, HasTheHeadersOfAnAutomaticMessage) {
  std::vector<std::string> const expected{
      "Date: Tue, 14 Nov 2023 22:13:20 +0000",
      "From: \"Treadle\" <approvals@example.com>",
      "To: kim@example.com",
      "Subject: Approval required: order 1001",
      "Message-ID: <k1@example.com>",
      "Auto-Submitted: auto-generated",
      "X-Auto-Response-Suppress: All",
      "MIME-Version: 1.0",
      "Content-Type: multipart/alternative; boundary=\"=_treadle-alternative\""};
  EXPECT_EQ(headers_of(write_mail(example())), expected);
}

TEST(Mail, HoldsBothTexts) {
  auto const mail = write_mail(example());
  EXPECT_NE(mail.find(base64_encode("one\r\ntwo\r\n.\r\n")), std::string::npos);
  EXPECT_NE(mail.find(base64_encode("<p>one</p>")), std::string::npos);
  EXPECT_TRUE(mail.ends_with("--=_treadle-alternative--\r\n"));
}

TEST(Mail, NoDataAddsAHeaderOrALongLine) {
  auto hostile = example();
  hostile.subject = "a\r\nBcc: eve@example.com\r\n\r\n<script>" + std::string(3'000, 'x');
  hostile.from.name = "A\"\\\nB\r\nX: y";
  hostile.to.name = "\xE2\x80\xA8 K\xC3\xBC" + std::string(200, '<');
  hostile.message_id = "<a\r\nX-Evil: 1@example.com>";
  hostile.in_reply_to = "<b\r\nX-Evil: 1@example.com>";
  hostile.text = "--=_treadle-alternative--\r\n" + std::string(5'000, 'y');
  auto const mail = write_mail(hostile);
  auto const headers = headers_of(mail);
  EXPECT_EQ(headers.size(), 11U);
  for (auto const& header : headers)
    EXPECT_TRUE(std::ranges::none_of(std::vector<std::string>{"Bcc", "X-Evil", "X:"},
                                     [&](auto const& name) { return header.starts_with(name); }))
        << header;
  std::size_t begin = 0;
  while (begin < mail.size()) {
    auto const end = mail.find("\r\n", begin);
    ASSERT_NE(end, std::string::npos);
    EXPECT_LE(end - begin, 100U) << mail.substr(begin, end - begin);
    begin = end + 2;
  }
  EXPECT_EQ(std::ranges::count(mail, '\n'), std::ranges::count(mail, '\r'));
  EXPECT_TRUE(std::ranges::all_of(
      mail, [](char c) { return c == '\r' || c == '\n' || (c >= 0x20 && c < 0x7F); }));
}

TEST(Mail, HeaderTexts) {
  struct Row {
    std::string name, given, expected;
  };
  Row const rows[] = {
      {"plain", "Order 17", "Order 17"},
      {"line feeds", "a\r\nb", "a  b"},
      {"accents", "Größe", "=?UTF-8?B?R3LDtsOfZQ==?="},
      {"looks encoded", "=?UTF-8?B?eA==?=", "=?UTF-8?B?PT9VVEYtOD9CP2VBPT0/PQ==?="},
      {"not UTF-8",
       "a\xff"
       "b",
       "ab"},
      {"long", std::string(80, 'x'),
       "=?UTF-8?B?" + base64_encode(std::string(39, 'x')) + "?=\r\n =?UTF-8?B?" +
           base64_encode(std::string(39, 'x')) + "?=\r\n =?UTF-8?B?" + base64_encode("xx") + "?="},
  };
  for (auto const& row : rows) EXPECT_EQ(header_text(row.given, 9), row.expected) << row.name;
}

TEST(Mail, Addresses) {
  for (auto const* const good :
       {"kim@example.com", "k.i+m=1@a-b.example", "x@y", "o'hara@example.ie"})
    EXPECT_TRUE(is_address(good)) << good;
  for (auto const* const bad :
       {"", "@", "kim", "kim@", "@example.com", "kim@example..com", "kim@-a.com",
        "ki m@example.com", "kim@example.com\r\nRCPT TO:<eve@example.com>", "kim@example.com>",
        "a,b@example.com", ".a@example.com", "a.@example.com", "a..b@example.com",
        "kim@exämple.com", "\"k\"@example.com", "kim@[127.0.0.1]", "a@b@c"})
    EXPECT_FALSE(is_address(bad)) << bad;
  EXPECT_FALSE(is_address(std::string(65, 'a') + "@example.com"));
  EXPECT_FALSE(is_address("a@" + std::string(64, 'b') + ".com"));
}

TEST(Mail, Mailboxes) {
  EXPECT_EQ(parse_mailbox("kim@example.com"), (Mailbox{"", "kim@example.com"}));
  EXPECT_EQ(parse_mailbox(" <kim@example.com> "), (Mailbox{"", "kim@example.com"}));
  EXPECT_EQ(parse_mailbox("Kim Lee <kim@example.com>"), (Mailbox{"Kim Lee", "kim@example.com"}));
  EXPECT_EQ(parse_mailbox("\"Lee, Kim\" <kim@example.com>"),
            (Mailbox{"Lee, Kim", "kim@example.com"}));
  for (auto const* const bad : {"", "Kim", "Kim <kim>", "Kim <kim@example.com", "kim@example.com>"})
    EXPECT_FALSE(parse_mailbox(bad)) << bad;
}

TEST(Mail, Dates) {
  EXPECT_EQ(mail_date(Timestamp(std::chrono::seconds(0))), "Thu, 1 Jan 1970 00:00:00 +0000");
  EXPECT_EQ(mail_date(*parse_rfc3339("2024-02-29T23:59:59.999Z")),
            "Thu, 29 Feb 2024 23:59:59 +0000");
}

TEST(Mail, AnApprovalsMailCarriesTheFactsAndALinkOfItsOwn) {
  EmailOptions const options{.settings = {.from = {"", "approvals@example.com"}},
                             .keys = {.secret = "s"},
                             .public_url = "https://a.example"};
  auto approval = approvals::test::example_approval();
  approval.title = "Refund <b>1</b>\nApprove or reject:";
  auto const mail_to = [&](std::string const& address) {
    return make_mail(options,
                     {.kind = MessageKind::kAnnouncement,
                      .approval = approval,
                      .recipient = {.channel = "email", .address = address},
                      .key = "k/1 x"},
                     kNow);
  };
  auto const mail = mail_to("kim@example.com");
  EXPECT_EQ(mail.message_id, "<k1x@example.com>");
  EXPECT_NE(mail.text.find("amount: 250\n"), std::string::npos);
  EXPECT_NE(mail.text.find("\n    Approve or reject:"), std::string::npos)
      << "a line of data passes for one of ours";
  EXPECT_NE(mail.html.find("Refund &lt;b&gt;1&lt;/b&gt;"), std::string::npos);
  EXPECT_EQ(mail.html.find("<b>"), std::string::npos);
  auto const link =
      "https://a.example/a/" +
      pages::make_link(options.keys, {approval.id, "kim@example.com", *approval.expires_at});
  EXPECT_NE(mail.text.find("\n" + link + "\n"), std::string::npos);
  EXPECT_NE(mail.html.find("href=\"" + link + "\""), std::string::npos);
  EXPECT_EQ(mail_to("lee@example.com").text.find(link), std::string::npos);
}

}  // namespace
}  // namespace treadle::approvals::email
