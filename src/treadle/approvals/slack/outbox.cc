#include "treadle/approvals/slack/outbox.h"

#include <algorithm>
#include <utility>

namespace treadle::approvals::slack {
namespace {

auto later(std::chrono::milliseconds wait, std::string error) -> std::unexpected<CallFailure> {
  return std::unexpected(CallFailure{.may_retry = true,
                                     .retry_after = std::chrono::ceil<std::chrono::seconds>(wait),
                                     .error = std::move(error)});
}

}  // namespace

Outbox::Outbox(net::EventLoop& loop, OutboxOptions options)
    : loop_(loop), options_(options), self_(std::make_shared<Outbox*>(this)) {}

Outbox::~Outbox() { *self_ = nullptr; }

void Outbox::add(std::string const& channel, Send send, CallReplyDone done) {
  if (!lanes_.contains(channel) && lanes_.size() >= options_.channels_max)
    return done(later(options_.wait_max, "too many channels have messages that wait"));
  auto& lane = lanes_[channel];
  auto const until_free = std::chrono::ceil<std::chrono::milliseconds>(
      std::max(lane.free_at - std::chrono::steady_clock::now(), net::SteadyDuration::zero()));
  auto const wait = until_free + options_.gap * static_cast<std::int64_t>(lane.calls.size());
  if (wait > options_.wait_max) return done(later(wait, "the channel has many messages that wait"));
  lane.calls.push_back({std::move(send), std::move(done)});
  take(channel);
}

void Outbox::take(std::string const& channel) {
  auto const at = lanes_.find(channel);
  auto& lane = at->second;
  if (lane.is_out || lane.timer.is_pending()) return;
  if (lane.calls.empty()) {
    lanes_.erase(at);
    return;
  }
  lane.is_out = true;
  lane.calls.front().send([self = self_, channel](CallReply reply) {
    if (*self != nullptr) (*self)->on_reply(channel, std::move(reply));
  });
}

void Outbox::on_reply(std::string const& channel, CallReply reply) {
  auto& lane = lanes_.at(channel);
  lane.is_out = false;
  auto ended = std::move(lane.calls.front());
  lane.calls.pop_front();
  std::deque<Call> given_up;
  if (!reply && reply.error().retry_after) {
    given_up = std::exchange(lane.calls, {});
    rest(channel, *reply.error().retry_after);
  } else {
    rest(channel, options_.gap);
  }
  for (auto& call : given_up) call.done(later(*reply.error().retry_after, "Slack asks to wait"));
  ended.done(std::move(reply));
}

void Outbox::rest(std::string const& channel, std::chrono::milliseconds time) {
  auto& lane = lanes_.at(channel);
  lane.free_at = std::chrono::steady_clock::now() + time;
  lane.timer = loop_.run_after(time, [this, channel] { take(channel); });
}

}  // namespace treadle::approvals::slack
