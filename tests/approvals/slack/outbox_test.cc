#include "treadle/approvals/slack/outbox.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace treadle::approvals::slack {
namespace {

using namespace std::chrono_literals;

// Everything happens on a loop that the test runs itself; the answers to calls are given by hand.
class OutboxTest : public testing::Test {
 protected:
  void make(OutboxOptions options) { outbox_ = std::make_unique<Outbox>(loop_, options); }
  void add(std::string const& channel, std::string const& name) {
    outbox_->add(
        channel,
        [this, name](CallReplyDone done) {
          sent_.push_back(name);
          replies_.push_back(std::move(done));
          loop_.stop();
        },
        [this, name](CallReply reply) {
          if (reply) return ended_.push_back(name + " ok");
          ended_.push_back(name + " " +
                           std::to_string(reply.error().retry_after.value_or(0s).count()) +
                           (reply.error().may_retry ? " later" : " never"));
        });
  }
  // Runs the loop until so many calls were made; each stops it.
  void until_sent(std::size_t calls) {
    while (sent_.size() < calls) loop_.run();
  }

  net::EventLoop loop_;
  std::unique_ptr<Outbox> outbox_;
  std::vector<std::string> sent_, ended_;
  std::vector<CallReplyDone> replies_;
};

using Texts = std::vector<std::string>;

TEST_F(OutboxTest, AChannelsCallsGoOneAfterAnother) {
  make({.gap = 0ms});
  add("a", "a1");
  add("a", "a2");
  add("b", "b1");
  EXPECT_EQ(sent_, (Texts{"a1", "b1"}));
  replies_[0](CallReply("{}"));
  EXPECT_EQ(ended_, Texts{"a1 ok"});
  EXPECT_EQ(sent_.size(), 2U) << "not within the call";
  until_sent(3);
  EXPECT_EQ(sent_, (Texts{"a1", "b1", "a2"}));
}

TEST_F(OutboxTest, WhatFailsDoesNotHoldUpTheNext) {
  make({.gap = 0ms});
  add("a", "a1");
  add("a", "a2");
  replies_[0](std::unexpected(CallFailure{.may_retry = false, .error = "channel_not_found"}));
  EXPECT_EQ(ended_, Texts{"a1 0 never"});
  until_sent(2);
  EXPECT_EQ(sent_, (Texts{"a1", "a2"}));
}

TEST_F(OutboxTest, WhereSlackAsksToWaitAllOfTheChannelDo) {
  make({.wait_max = 20s});
  add("a", "a1");
  add("a", "a2");
  add("a", "a3");
  replies_[0](
      std::unexpected(CallFailure{.may_retry = true, .retry_after = 30s, .error = "ratelimited"}));
  EXPECT_EQ(ended_, (Texts{"a2 30 later", "a3 30 later", "a1 30 later"}));
  add("a", "a4");
  EXPECT_EQ(ended_.back(), "a4 30 later");
  add("b", "b1");
  EXPECT_EQ(sent_, (Texts{"a1", "b1"}));
}

TEST_F(OutboxTest, WhatCanNotHaveItsTurnSoonIsToldWhenToComeBack) {
  make({.gap = 10s, .wait_max = 25s});
  for (auto const* const name : {"a1", "a2", "a3", "a4"}) add("a", name);
  EXPECT_EQ(sent_, Texts{"a1"});
  EXPECT_EQ(ended_, Texts{"a4 30 later"});
}

TEST_F(OutboxTest, AnswersThatComeAfterItsEndAreIgnored) {
  make({});
  add("a", "a1");
  outbox_.reset();
  replies_[0](CallReply("{}"));
  EXPECT_TRUE(ended_.empty());
}

}  // namespace
}  // namespace treadle::approvals::slack
