#include "treadle/runtime/activity_board.h"

#include <algorithm>

#include "treadle/base/limits.h"

namespace treadle::runtime {

void ActivityBoard::offer(ActivityOffer offer) {
  auto const arn = offer.activity_arn;
  {
    std::lock_guard const lock(mutex_);
    queues_[arn].offers.push_back(std::move(offer));
  }
  match(arn);
}

void ActivityBoard::withdraw(Place const& place, record::HistoryId scheduled) {
  std::lock_guard const lock(mutex_);
  for (auto& [arn, queue] : queues_)
    std::erase_if(queue.offers, [&](ActivityOffer const& o) {
      return o.place == place && o.scheduled == scheduled;
    });
}

auto ActivityBoard::poll(std::string const& activity_arn, Poll poll) -> std::uint64_t {
  std::uint64_t number = 0;
  std::optional<Answer<std::optional<ActivityTask>>> at_once;
  {
    std::lock_guard const lock(mutex_);
    number = ++last_poll_;
    auto& polls = queues_[activity_arn].polls;
    if (!takes_polls_) {
      at_once.emplace(std::optional<ActivityTask>{});
    } else if (polls.size() >= limits::kActivityPollers) {
      at_once.emplace(std::unexpected(
          Refusal{"ActivityWorkerLimitExceeded",
                  "The maximum number of workers concurrently polling for activity tasks has been "
                  "reached."}));
    } else {
      polls.emplace(number, std::move(poll));
    }
  }
  if (at_once) {
    poll.answer(*std::move(at_once));  // NOLINT(bugprone-use-after-move): it was not queued
    return number;
  }
  match(activity_arn);
  return number;
}

void ActivityBoard::give_up(std::string const& activity_arn, std::uint64_t poll) {
  std::map<std::uint64_t, Poll>::node_type ended;
  {
    std::lock_guard const lock(mutex_);
    if (claiming_.contains(poll)) given_up_.insert(poll);
    auto const queue = queues_.find(activity_arn);
    if (queue == queues_.end()) return;
    ended = queue->second.polls.extract(poll);
    if (queue->second.polls.empty() && queue->second.offers.empty()) queues_.erase(queue);
  }
  if (ended) ended.mapped().answer(std::optional<ActivityTask>{});
}

void ActivityBoard::give_up_all() {
  std::map<std::string, Queue> queues;
  {
    std::lock_guard const lock(mutex_);
    takes_polls_ = false;
    queues.swap(queues_);
  }
  for (auto& [arn, queue] : queues)
    for (auto& [number, poll] : queue.polls) poll.answer(std::optional<ActivityTask>{});
}

// Brings a task and a worker together while there are both. A worker whose task was gone polls on.
void ActivityBoard::match(std::string const& activity_arn) {
  for (;;) {
    ActivityOffer offer;
    std::map<std::uint64_t, Poll>::node_type poll;
    {
      std::lock_guard const lock(mutex_);
      auto const at = queues_.find(activity_arn);
      if (at == queues_.end()) return;
      auto& queue = at->second;
      while (!queue.polls.empty() && queue.polls.begin()->second.is_gone())
        queue.polls.erase(queue.polls.begin());
      if (queue.polls.empty() || queue.offers.empty()) return;
      offer = std::move(queue.offers.front());
      queue.offers.pop_front();
      poll = queue.polls.extract(queue.polls.begin());
      claiming_.insert(poll.key());
    }
    auto const worker = poll.mapped().worker;
    auto const shared = std::make_shared<ActivityOffer>(std::move(offer));
    claim_(*shared, worker, [this, shared, poll = std::move(poll)](bool taken) mutable {
      bool given_up = false;
      {
        std::lock_guard const lock(mutex_);
        claiming_.erase(poll.key());
        given_up = given_up_.erase(poll.key()) != 0;
        if (!taken && !given_up) queues_[shared->activity_arn].polls.insert(std::move(poll));
      }
      // NOLINTNEXTLINE(bugprone-use-after-move): back in the queue only where neither holds
      if (taken) return poll.mapped().answer(ActivityTask{shared->token, shared->input});
      if (given_up) return poll.mapped().answer(std::optional<ActivityTask>{});
      match(shared->activity_arn);
    });
  }
}

}  // namespace treadle::runtime
