// Workers that wait for the tasks of an activity, without an engine.
#include "treadle/runtime/activity_board.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "treadle/base/limits.h"

namespace treadle::runtime {
namespace {

// A board whose tasks are always there to be taken, and what its polls were answered.
class ActivityBoardTest : public ::testing::Test {
 protected:
  void poll(std::string const& activity) {
    board_.poll(activity, {.worker = "w",
                           .is_gone = [] { return false; },
                           .answer =
                               [this](Answer<std::optional<ActivityTask>> told) {
                                 if (!told) return answers_.push_back(told.error().code);
                                 answers_.push_back(*told ? (*told)->token : "no task");
                               }});
  }
  void offer(std::string const& activity, std::string const& token) {
    board_.offer({.activity_arn = activity, .place = {}, .token = token, .input = "{}"});
  }

  ActivityBoard board_{[](ActivityOffer const&, std::string const&,
                          std::move_only_function<void(bool)> taken) { taken(true); }};
  std::vector<std::string> answers_;
  using Answers = std::vector<std::string>;
};

TEST_F(ActivityBoardTest, a_task_goes_to_the_worker_that_waits_longest) {
  poll("a");
  poll("a");
  poll("b");
  offer("a", "first");
  EXPECT_EQ(answers_, Answers({"first"}));
  offer("a", "second");
  EXPECT_EQ(answers_, Answers({"first", "second"}));
}

TEST_F(ActivityBoardTest, one_activity_keeps_so_many_workers_waiting) {
  for (std::size_t i = 0; i < limits::kActivityPollers; ++i) poll("a");
  EXPECT_EQ(answers_, Answers());
  poll("a");
  EXPECT_EQ(answers_, Answers({"ActivityWorkerLimitExceeded"}));
  poll("b");  // another activity has its own
  offer("a", "t");
  poll("a");  // there is room again
  EXPECT_EQ(answers_, Answers({"ActivityWorkerLimitExceeded", "t"}));
}

TEST_F(ActivityBoardTest, nobody_waits_once_all_were_told_to_give_up) {
  poll("a");
  board_.give_up_all();
  poll("a");
  EXPECT_EQ(answers_, Answers({"no task", "no task"}));
}

}  // namespace
}  // namespace treadle::runtime
