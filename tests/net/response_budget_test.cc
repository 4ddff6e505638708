#include "treadle/net/response_budget.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "treadle/net/client_call.h"

namespace treadle::net {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr auto kFree = ResponseBudget::kFreeBytes;

// Connections are only told apart here.
class NoPool final : public ClientPool {
 public:
  auto loop() -> EventLoop& override { return loop_; }
  auto options() const -> HttpClientOptions const& override { return options_; }
  void enter(ClientCallPtr const& /*call*/, detail::ClientCall::Stage /*stage*/) override {}
  void finish(ClientCallPtr const& /*call*/, ClientResult /*result*/) override {}
  void retry(ClientCallPtr const& /*call*/) override {}
  void opened(ClientConnection& /*connection*/) override {}
  void release(ClientConnection& /*connection*/) override {}
  void remove(ClientConnection& /*connection*/) override {}
  auto may_read_on(ClientConnection& /*connection*/, std::size_t /*bytes*/) -> bool override {
    return true;
  }
  void let_go(ClientConnection& /*connection*/) override {}

 private:
  EventLoop loop_;
  HttpClientOptions options_;
};

class ResponseBudgetTest : public testing::Test {
 protected:
  NoPool pool_;
  ClientConnection a_{pool_, "target", nullptr};
  ClientConnection b_{pool_, "target", nullptr};
  ClientConnection c_{pool_, "target", nullptr};
  ResponseBudget budget_{10 * kFree};
};

TEST_F(ResponseBudgetTest, SmallResponsesAreNotCounted) {
  ResponseBudget none(0);
  EXPECT_TRUE(none.take(a_, kFree));
  EXPECT_TRUE(none.take(b_, kFree));
  EXPECT_THAT(none.give_back(a_), IsEmpty());
}

TEST_F(ResponseBudgetTest, OneGoesOnWhenThereIsNoRoomAndTheOthersWait) {
  EXPECT_TRUE(budget_.take(a_, 6 * kFree));
  EXPECT_TRUE(budget_.take(b_, 4 * kFree));
  EXPECT_TRUE(budget_.take(b_, 5 * kFree));  // the first beyond
  EXPECT_FALSE(budget_.take(a_, 7 * kFree));
  EXPECT_FALSE(budget_.take(c_, 2 * kFree));
  EXPECT_TRUE(budget_.take(b_, 50 * kFree));
  EXPECT_THAT(budget_.give_back(b_),
              ElementsAre(&a_));  // in the order of their coming, while there is room
  EXPECT_THAT(budget_.give_back(a_), ElementsAre(&c_));
  EXPECT_THAT(budget_.give_back(c_), IsEmpty());
}

TEST_F(ResponseBudgetTest, ThereIsAlwaysOneThatMayGoOn) {
  EXPECT_TRUE(budget_.take(a_, 11 * kFree));
  EXPECT_FALSE(budget_.take(b_, 11 * kFree));
  EXPECT_FALSE(budget_.take(c_, 11 * kFree));
  EXPECT_THAT(budget_.give_back(a_), ElementsAre(&b_));
  EXPECT_TRUE(budget_.take(b_, 12 * kFree));
  EXPECT_THAT(budget_.give_back(c_), IsEmpty());  // broken off while it waited
  EXPECT_THAT(budget_.give_back(b_), IsEmpty());
  EXPECT_TRUE(budget_.take(a_, 10 * kFree));  // and nothing is left behind
}

}  // namespace
}  // namespace treadle::net
