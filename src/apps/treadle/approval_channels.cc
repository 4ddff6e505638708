#include "apps/treadle/approval_channels.h"

#include <utility>

#include <fmt/format.h>

#include "apps/treadle/approvals_setup.h"
#include "treadle/approvals/email/email_channel.h"
#include "treadle/approvals/pages/inbox_service.h"
#include "treadle/approvals/pages/link_service.h"
#include "treadle/approvals/slack/interactions.h"
#include "treadle/approvals/slack/slack_channel.h"
#include "treadle/approvals/slack/socket_mode.h"
#include "treadle/approvals/slack/verifier.h"
#include "treadle/base/hmac.h"

namespace treadle::app {
namespace {

namespace slack = approvals::slack;
namespace email = approvals::email;
namespace pages = approvals::pages;

auto read_links(approvals::ChannelReader const& reader, import::yaml::Node const& node,
                ChannelSettings& out) -> Result<void, std::string> {
  constexpr std::uint64_t kKeyMax = 255;
  TRY(reader.check_keys(node, {"key", "oldestKey"}));
  out.link_key = static_cast<std::uint8_t>(TRY(reader.number(node, "key", kKeyMax)).value_or(1));
  out.link_key_min =
      static_cast<std::uint8_t>(TRY(reader.number(node, "oldestKey", kKeyMax)).value_or(1));
  if (out.link_key_min > out.link_key)
    return reader.refuse(node, "expected 'oldestKey' to be at most 'key'");
  return {};
}

auto secret_text(store::Secret const& secret) -> std::string {
  return {reinterpret_cast<char const*>(secret.data()), secret.size()};
}

// Hands an event to a function, as Lambda's asynchronous callers do.
auto invoke_function(Node& node) -> slack::InvokeFunction {
  return [&node](std::string const& function, std::string event,
                 std::move_only_function<void(Result<void, std::string>)> done) {
    auto const& options = node.engine().options();
    auto& random = node.shared_random();
    auto const high = random.next_u64();
    node.deliver({.kind = targets::Delivery::Kind::kFunction,
                  .target = fmt::format("arn:aws:lambda:{}:{}:function:{}", options.region,
                                        options.account, function),
                  .payload = std::move(event),
                  .id = uuid_v4(high, random.next_u64())},
                 [done = std::move(done)](bool arrived) mutable {
                   if (arrived) return done({});
                   done(std::unexpected("it can't be called, or it failed"));
                 });
  };
}

}  // namespace

auto read_channel_settings(approvals::SettingsFile const& file)
    -> Result<ChannelSettings, std::string> {
  ChannelSettings out;
  if (!file.channels) return out;
  approvals::ChannelReader const reader(file.file);
  auto const& node = *file.channels;
  TRY(reader.check_keys(node, {"slack", "email", "links", "webhooks"}));
  if (auto const* const part = node.find("slack"))
    out.slack = TRY(slack::read_settings(reader, *part));
  if (auto const* const part = node.find("email"))
    out.email = TRY(email::read_settings(reader, *part));
  if (auto const* const part = node.find("links")) TRY(read_links(reader, *part, out));
  if (auto const* const part = node.find("webhooks")) {
    out.hooks = TRY(slack::read_hooks(reader, *part));
    if (!out.slack || out.slack->signing_secret.empty())
      return reader.refuse(*part, "hooks that Slack calls need 'signingSecret' under 'slack'");
  }
  return out;
}

struct ApprovalChannels::Parts {
  pages::LinkKeys keys;
  pages::FormNonces nonces;
  pages::LinkService links;
  std::unique_ptr<pages::SignInService> sign_in;  // where there are keys
  pages::InboxService inbox;
  std::unique_ptr<email::EmailChannel> email{};
  std::unique_ptr<slack::WebApi> slack_api{};
  std::unique_ptr<slack::SlackChannel> slack{};
  std::unique_ptr<slack::Interactions> interactions{};
  std::unique_ptr<slack::Verifier> verifier{};
  std::unique_ptr<slack::Endpoint> endpoint{};
  std::unique_ptr<slack::SocketMode> socket_mode{};

  Parts(ChannelSettings const& settings, Node& node, pages::FormNonces::Transport transport,
        approvals::KeyHolders const* holders)
      : keys{.secret = secret_text(node.store().secret()),
             .current = settings.link_key,
             .oldest = settings.link_key_min},
        nonces(keys.secret, node.shared_random()),
        links(keys, *node.approvals(), nonces, node.clock(), transport),
        sign_in(make_sign_in(node, holders)),
        inbox(*node.approvals(), nonces, node.clock(), sign_in.get()) {}

  auto make_sign_in(Node& node, approvals::KeyHolders const* holders)
      -> std::unique_ptr<pages::SignInService> {
    if (holders == nullptr) return nullptr;
    auto& core = *node.approvals();
    return std::make_unique<pages::SignInService>(
        pages::SignInService::Parts{.decisions = core,
                                    .log = core,
                                    .keys = *holders,
                                    .nonces = nonces,
                                    .clock = node.clock(),
                                    .random = node.shared_random(),
                                    .store_secret = keys.secret});
  }

  void open_slack(slack::Settings const& settings, slack::Hooks hooks, Node& node) {
    auto& core = *node.approvals();
    slack_api = std::make_unique<slack::WebApi>(node.task_services().http(), settings.api_url);
    slack = std::make_unique<slack::SlackChannel>(*slack_api, settings);
    core.add_channel(*slack);
    interactions =
        std::make_unique<slack::Interactions>(*slack_api, settings, core, node.store().secret());
    if (!settings.signing_secret.empty()) {
      verifier = std::make_unique<slack::Verifier>(settings.signing_secret);
      endpoint = std::make_unique<slack::Endpoint>(
          slack::Endpoint::Parts{.verifier = *verifier,
                                 .interactions = *interactions,
                                 .decisions = core,
                                 .clock = node.clock(),
                                 .hooks = std::move(hooks),
                                 .invoke = invoke_function(node)});
    }
    if (!settings.app_token.empty())
      socket_mode = std::make_unique<slack::SocketMode>(*slack_api, settings, *interactions,
                                                        node.shared_random());
  }

  // Those that look themselves who calls.
  [[nodiscard]] auto open_services() -> std::vector<approvals::HttpService> {
    std::vector<approvals::HttpService> out;
    out.push_back(links.service());
    if (endpoint) out.push_back(endpoint->service());
    return out;
  }
};

ApprovalChannels::ApprovalChannels(ChannelSettings settings, Node& node,
                                   std::string const& public_url, approvals::KeyHolders const* keys)
    : parts_(std::make_unique<Parts>(settings, node,
                                     public_url.starts_with("https:")
                                         ? pages::FormNonces::Transport::kTls
                                         : pages::FormNonces::Transport::kPlain,
                                     keys)) {
  if (settings.slack) parts_->open_slack(*settings.slack, std::move(settings.hooks), node);
  if (settings.email) {
    parts_->email = std::make_unique<email::EmailChannel>(
        email::EmailOptions{
            .settings = std::move(*settings.email), .keys = parts_->keys, .public_url = public_url},
        node.clock());
    node.approvals()->add_channel(*parts_->email);
  }
}

ApprovalChannels::~ApprovalChannels() = default;

void ApprovalChannels::add_services(std::vector<api::OtherService>& services) {
  services.push_back(other_service(parts_->inbox.service()));
  for (auto& service : parts_->open_services())
    services.push_back(other_service(std::move(service)));
}

auto ApprovalChannels::public_handler() -> net::HttpServer::Handler {
  return [services = parts_->open_services()](net::Request&& request, net::Responder responder) {
    for (auto const& service : services)
      if (service.claim(request)) return service.serve(std::move(request), std::move(responder));
    net::Response nothing;
    nothing.status = 404;
    nothing.content_type = "text/plain";
    nothing.body = "There is nothing here.\n";
    responder.send(std::move(nothing));
  };
}

void ApprovalChannels::start() {
  if (parts_->socket_mode) parts_->socket_mode->start();
}

}  // namespace treadle::app
