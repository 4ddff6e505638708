#include "treadle/approvals/slack/slack_channel.h"

#include <optional>
#include <utility>

#include "treadle/approvals/slack/blocks.h"
#include "treadle/approvals/slack/json_maker.h"
#include "treadle/json/parse.h"
#include "treadle/json/print.h"

namespace treadle::approvals::slack {
namespace {

// Where a message is.
struct Posted {
  std::string channel;
  std::string ts;
};

auto read_posted(std::string_view json) -> std::optional<Posted> {
  json::Arena arena;
  auto const parsed = json::parse(arena, json);
  if (!parsed) return std::nullopt;
  auto const* const channel = parsed->find("channel");
  auto const* const ts = parsed->find("ts");
  if (channel == nullptr || !channel->is_string() || ts == nullptr || !ts->is_string())
    return std::nullopt;
  return Posted{std::string(channel->as_string()), std::string(ts->as_string())};
}

auto reference_of(Posted const& posted) -> std::string {
  json::Arena arena;
  JsonMaker const make(arena);
  return json::print(
      make.object({{"channel", make.text(posted.channel)}, {"ts", make.text(posted.ts)}}));
}

auto to_error(CallFailure failure) -> DeliveryError {
  return {.kind = failure.may_retry ? DeliveryError::Kind::kForNow : DeliveryError::Kind::kForGood,
          .message = "Slack: " + failure.error,
          .retry_after = failure.retry_after};
}

auto for_good(std::string why) -> std::unexpected<DeliveryError> {
  return std::unexpected(DeliveryError{
      .kind = DeliveryError::Kind::kForGood, .message = std::move(why), .retry_after = {}});
}

auto to_update(OnUpdated done) -> CallReplyDone {
  return [done = std::move(done)](CallReply reply) mutable {
    if (reply) return done({});
    done(std::unexpected(to_error(std::move(reply.error()))));
  };
}

}  // namespace

SlackChannel::SlackChannel(WebApi& api, Settings settings)
    : api_(api), settings_(std::move(settings)), outbox_(api.loop(), {}) {}

SlackChannel::~SlackChannel() = default;

void SlackChannel::call(std::string channel, std::string method, std::string body,
                        CallReplyDone done) {
  api_.loop().post([this, channel = std::move(channel), method = std::move(method),
                    body = std::move(body), done = std::move(done)]() mutable {
    outbox_.add(
        channel,
        [this, method = std::move(method), body = std::move(body)](CallReplyDone replied) {
          api_.call(method, settings_.bot_token, body, std::move(replied));
        },
        std::move(done));
  });
}

void SlackChannel::announce(Message message, OnDelivered done) {
  if (settings_.bot_token.empty())
    return done(for_good("Slack: there is no botToken in the settings"));
  auto const& address = message.recipient.address;
  call(address, "chat.postMessage", post_body(address, "", message.kind, message.approval),
       [done = std::move(done)](CallReply reply) mutable {
         if (!reply) return done(std::unexpected(to_error(std::move(reply.error()))));
         auto const posted = read_posted(*reply);
         if (!posted) return done(for_good("Slack: the answer names no message"));
         done(Delivered{reference_of(*posted)});
       });
}

void SlackChannel::remind(Message message, Delivered announced, OnUpdated done) {
  auto const posted = read_posted(announced.reference);
  if (!posted) return done(for_good("Slack: it is not known which message announced it"));
  call(posted->channel, "chat.postMessage",
       post_body(posted->channel, posted->ts, message.kind, message.approval),
       to_update(std::move(done)));
}

void SlackChannel::update(Message message, Delivered announced, OnUpdated done) {
  auto const posted = read_posted(announced.reference);
  if (!posted) return done(for_good("Slack: it is not known which message announced it"));
  call(posted->channel, "chat.update", update_body(posted->channel, posted->ts, message.approval),
       to_update(std::move(done)));
}

}  // namespace treadle::approvals::slack
