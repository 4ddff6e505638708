// Tasks of activities that wait for a worker, and workers that wait for a task.
//
// Holds nothing that is not in the store as well: a task offered here has an outbox
// row until a worker takes it.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "treadle/base/time.h"
#include "treadle/record/ids.h"
#include "treadle/runtime/router.h"
#include "treadle/runtime/rows.h"

namespace treadle::runtime {

struct ActivityOffer {
  std::string activity_arn;
  Place place;
  record::HistoryId scheduled = 0;
  std::string token;
  std::string input;
};

class ActivityBoard {
 public:
  // A worker's long poll. `answer` is called once.
  struct Poll {
    std::string worker;
    std::function<bool()> is_gone;
    OnAnswer<std::optional<ActivityTask>> answer;
  };
  // Asks the execution whether the worker may take the task; `taken` tells the
  // outcome, once, on any thread.
  using Claim = std::function<void(ActivityOffer const&, std::string const& worker,
                                   std::move_only_function<void(bool)> taken)>;

  explicit ActivityBoard(Claim claim) : claim_(std::move(claim)) {}

  void offer(ActivityOffer offer);  // any thread
  void withdraw(Place const& place, record::HistoryId scheduled);
  // Adds a poll; the number ends it by give_up(), which answers that there is no task. Refused with
  // ActivityWorkerLimitExceeded where limits::kActivityPollers wait already.
  auto poll(std::string const& activity_arn, Poll poll) -> std::uint64_t;
  void give_up(std::string const& activity_arn, std::uint64_t poll);
  // Answers every poll that waits, and those that come: there is no task.
  void give_up_all();

 private:
  struct Queue {
    std::deque<ActivityOffer> offers;
    std::map<std::uint64_t, Poll> polls;
  };
  void match(std::string const& activity_arn);

  Claim claim_;
  std::mutex mutex_;
  std::uint64_t last_poll_ = 0;
  bool takes_polls_ = true;
  std::set<std::uint64_t> claiming_;  // polls that wait for the outcome of a claim
  std::set<std::uint64_t> given_up_;  // of those, the ones whose time is over
  std::map<std::string, Queue> queues_;
};

}  // namespace treadle::runtime
