// Calls that post and change messages, in order, at the rate that Slack allows: about one a second for
// each channel. What can't have its turn soon fails for now, and says when to come back.
// Source: Slack, "Rate limits", posting messages.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "treadle/approvals/slack/web_api.h"
#include "treadle/net/event_loop.h"

namespace treadle::approvals::slack {

struct OutboxOptions {
  std::chrono::milliseconds gap{1'100};        // between two calls for one channel
  std::chrono::milliseconds wait_max{25'000};  // for a turn: whoever sends gives up after a minute
  std::size_t channels_max = 10'000;           // with calls that wait
};

class Outbox {
 public:
  // How a call is made: `send(done)` calls `done` once, on the loop, after send() has returned.
  using Send = std::function<void(CallReplyDone done)>;

  Outbox(net::EventLoop& loop, OutboxOptions options);
  Outbox(Outbox const&) = delete;
  auto operator=(Outbox const&) -> Outbox& = delete;
  ~Outbox();  // on the loop, or once it was stopped; what waits is dropped

  // `done` once, on the loop, perhaps at once. Only on the loop.
  void add(std::string const& channel, Send send, CallReplyDone done);

 private:
  struct Call {
    Send send;
    CallReplyDone done;
  };
  struct Lane {
    std::deque<Call> calls;  // the first is out while is_out
    bool is_out = false;
    net::SteadyTime free_at{};
    net::Timer timer;
  };
  void take(std::string const& channel);
  void on_reply(std::string const& channel, CallReply reply);
  void rest(std::string const& channel, std::chrono::milliseconds time);

  net::EventLoop& loop_;
  OutboxOptions const options_;
  std::map<std::string, Lane> lanes_;
  std::shared_ptr<Outbox*> self_;  // null once this is gone: answers may come later
};

}  // namespace treadle::approvals::slack
