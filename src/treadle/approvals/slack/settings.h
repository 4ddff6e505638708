// `channels: slack:` of approvals.yaml. The format: docs/approvals-channels.md.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "treadle/approvals/channel_reader.h"

namespace treadle::approvals::slack {

inline constexpr std::string_view kApiUrl = "https://slack.com/api";

struct Settings {
  std::string bot_token;       // xoxb-...: posts; empty: nothing is posted
  std::string signing_secret;  // tells Slack's requests from others; empty: none are taken
  std::string app_token;       // xapp-...: Socket Mode; empty: none
  std::string api_url = std::string(kApiUrl);
  std::vector<std::string> teams;  // workspaces that clicks are taken from; empty: all
};

[[nodiscard]] auto read_settings(ChannelReader const& reader, Node const& node)
    -> Result<Settings, std::string>;

}  // namespace treadle::approvals::slack
