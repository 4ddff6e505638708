// The ways in which a server asks people to decide, and hears from them: Slack, mails, their links and
// pages, and the hooks of users' own functions.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "apps/treadle/node.h"
#include "treadle/api/http_api.h"
#include "treadle/approvals/email/settings.h"
#include "treadle/approvals/key_holders.h"
#include "treadle/approvals/pages/links.h"
#include "treadle/approvals/settings_file.h"
#include "treadle/approvals/slack/endpoint.h"
#include "treadle/approvals/slack/settings.h"
#include "treadle/base/result.h"
#include "treadle/net/http_server.h"

namespace treadle::app {

// What stands under `channels:`.
struct ChannelSettings {
  std::optional<approvals::slack::Settings> slack;
  std::optional<approvals::email::Settings> email;
  approvals::slack::Hooks hooks;
  std::uint8_t link_key = 1;      // signs
  std::uint8_t link_key_min = 1;  // the oldest that is accepted
};

// Secrets are looked up. An error is "FILE:LINE:COLUMN: why".
[[nodiscard]] auto read_channel_settings(approvals::SettingsFile const& file)
    -> Result<ChannelSettings, std::string>;

class ApprovalChannels {
 public:
  // Gives the node's approvals their channels. `public_url` is what links begin with; `keys` are those
  // that people sign in with, null where there are none. Both outlive it. Before the node is started;
  // destroyed once it was stopped, before it is.
  ApprovalChannels(ChannelSettings settings, Node& node, std::string const& public_url,
                   approvals::KeyHolders const* keys);
  ApprovalChannels(ApprovalChannels const&) = delete;
  auto operator=(ApprovalChannels const&) -> ApprovalChannels& = delete;
  ~ApprovalChannels();

  // For the API's port: all of it.
  void add_services(std::vector<api::OtherService>& services);
  // For a port that strangers reach: links, Slack's requests and hooks, which look themselves who calls;
  // and nothing else.
  [[nodiscard]] auto public_handler() -> net::HttpServer::Handler;
  // Connects to Slack, where Socket Mode is asked for.
  void start();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace treadle::app
