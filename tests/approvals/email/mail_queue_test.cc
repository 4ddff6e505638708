#include "treadle/approvals/email/mail_queue.h"

#include <future>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace treadle::approvals::email {
namespace {

using Outcome = Result<void, SmtpError>;

auto text_of(Outcome const& outcome) -> std::string {
  return outcome ? "sent" : outcome.error().message;
}

TEST(MailQueue, SendsInOrderAndReports) {
  std::vector<std::string> sent;
  MailQueue queue(
      [&](std::string const& to, std::string const& message) -> Outcome {
        sent.push_back(to + " " + message);
        if (to == "b") return std::unexpected(SmtpError{SmtpError::Kind::kForGood, "no such user"});
        return {};
      },
      {});
  std::promise<std::string> a, b, c;
  queue.add({"a", "1", [&](Outcome outcome) { a.set_value(text_of(outcome)); }});
  queue.add({"b", "2", [&](Outcome outcome) { b.set_value(text_of(outcome)); }});
  queue.add({"c", "3", [&](Outcome outcome) { c.set_value(text_of(outcome)); }});
  EXPECT_EQ(a.get_future().get(), "sent");
  EXPECT_EQ(b.get_future().get(), "no such user");
  EXPECT_EQ(c.get_future().get(), "sent");
  EXPECT_EQ(sent, (std::vector<std::string>{"a 1", "b 2", "c 3"}));
}

TEST(MailQueue, IsBounded) {
  std::promise<void> begun, go;
  auto const allowed = go.get_future().share();
  MailQueue queue(
      [&](std::string const& to, std::string const&) -> Outcome {
        if (to == "first") begun.set_value();
        allowed.wait();
        return {};
      },
      {.waiting_max = 2});
  std::promise<std::string> last;
  std::string refused;
  queue.add({"first", "", [](Outcome) {}});
  begun.get_future().wait();  // it waits no more
  queue.add({"second", "", [](Outcome) {}});
  queue.add({"third", "", [&](Outcome outcome) { last.set_value(text_of(outcome)); }});
  queue.add({"fourth", "", [&](Outcome outcome) { refused = text_of(outcome); }});
  EXPECT_EQ(refused, "too many mails wait for the server");
  go.set_value();
  EXPECT_EQ(last.get_future().get(), "sent");
}

TEST(MailQueue, WhatWaitedTooLongIsNotSent) {
  std::vector<std::string> sent;
  MailQueue queue(
      [&](std::string const& to, std::string const&) -> Outcome {
        sent.push_back(to);
        return {};
      },
      {.wait_max = std::chrono::milliseconds(-1)});
  std::promise<std::string> outcome;
  queue.add({"late", "", [&](Outcome ended) { outcome.set_value(text_of(ended)); }});
  EXPECT_EQ(outcome.get_future().get(), "the mail waited too long for its turn");
  EXPECT_TRUE(sent.empty());
}

}  // namespace
}  // namespace treadle::approvals::email
