// The channel "slack": posts what waits, changes the message when something was decided.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "treadle/approvals/channel.h"
#include "treadle/approvals/slack/outbox.h"
#include "treadle/approvals/slack/settings.h"
#include "treadle/approvals/slack/web_api.h"

namespace treadle::approvals::slack {

class SlackChannel final : public Channel {
 public:
  // `api` outlives it. Destroyed once the loops were stopped.
  SlackChannel(WebApi& api, Settings settings);
  ~SlackChannel() override;

  [[nodiscard]] auto name() const -> std::string_view override { return "slack"; }
  void announce(Message message, OnDelivered done) override;
  void remind(Message message, Delivered announced, OnUpdated done) override;
  void update(Message message, Delivered announced, OnUpdated done) override;

 private:
  // Once the channel has its turn.
  void call(std::string channel, std::string method, std::string body, CallReplyDone done);

  WebApi& api_;
  Settings const settings_;
  Outbox outbox_;
};

}  // namespace treadle::approvals::slack
