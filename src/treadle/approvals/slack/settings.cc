#include "treadle/approvals/slack/settings.h"

#include "treadle/net/uri.h"

namespace treadle::approvals::slack {

auto read_settings(ChannelReader const& reader, Node const& node) -> Result<Settings, std::string> {
  TRY(reader.check_keys(node, {"botToken", "signingSecret", "appToken", "apiUrl", "teams"}));
  Settings out;
  out.bot_token = TRY(reader.secret(node, "botToken"));
  out.signing_secret = TRY(reader.secret(node, "signingSecret"));
  out.app_token = TRY(reader.secret(node, "appToken"));
  out.teams = TRY(reader.texts(node, "teams"));
  if (auto const url = TRY(reader.text(node, "apiUrl")); !url.empty()) {
    if (!net::parse_url(url) || url.ends_with('/'))
      return reader.refuse(*node.find("apiUrl"), "expected a URL like https://slack.com/api");
    out.api_url = url;
  }
  if (out.bot_token.empty() && out.signing_secret.empty())
    return reader.refuse(node, "expected 'botToken', 'signingSecret' or both");
  if (!out.app_token.empty() && out.bot_token.empty())
    return reader.refuse(node, "expected 'botToken' beside 'appToken'");
  return out;
}

}  // namespace treadle::approvals::slack
