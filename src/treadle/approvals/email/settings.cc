#include "treadle/approvals/email/settings.h"

#include <charconv>

#include "treadle/approvals/email/curl_library.h"
#include "treadle/net/uri.h"

namespace treadle::approvals::email {
namespace {

auto read_security(ChannelReader const& reader, Node const& node) -> Result<Security, std::string> {
  auto const text = TRY(reader.text(node, "security"));
  if (text.empty() || text == "starttls") return Security::kStartTls;
  if (text == "tls") return Security::kTls;
  if (text == "none") return Security::kNone;
  return reader.refuse(*node.find("security"), "expected starttls, tls or none");
}

auto default_port(Security security) -> std::uint16_t {
  switch (security) {
    case Security::kStartTls: return 587;
    case Security::kTls: return 465;
    case Security::kNone: return 25;
  }
  return 587;
}

// "HOST" or "HOST:PORT".
auto read_server(ChannelReader const& reader, Node const& node, Settings& out)
    -> Result<void, std::string> {
  auto const server = TRY(reader.required(node, "server"));
  auto const url = net::parse_url("http://" + server + "/");
  if (!url || url->target != "/")
    return reader.refuse(*node.find("server"), "expected HOST or HOST:PORT as 'server'");
  out.host = url->host;
  bool const has_port = server.ends_with(":" + std::to_string(url->port));
  out.port = has_port ? url->port : default_port(out.security);
  return {};
}

auto is_this_machine(std::string_view host) -> bool {
  return host == "localhost" || host == "::1" || host.starts_with("127.");
}

}  // namespace

auto read_settings(ChannelReader const& reader, Node const& node) -> Result<Settings, std::string> {
  TRY(reader.check_keys(node, {"from", "server", "security", "user", "password", "caFile"}));
  Settings out;
  auto const from = parse_mailbox(TRY(reader.required(node, "from")));
  if (!from)
    return reader.refuse(*node.find("from"),
                         "expected an address, or a name and an address: Treadle "
                         "<approvals@example.com>");
  out.from = *from;
  out.security = TRY(read_security(reader, node));
  TRY(read_server(reader, node, out));
  out.user = TRY(reader.text(node, "user"));
  out.password = TRY(reader.secret(node, "password"));
  out.ca_file = TRY(reader.text(node, "caFile"));
  if (out.user.empty() != out.password.empty())
    return reader.refuse(node, "expected 'user' and 'password', or neither");
  if (out.security == Security::kNone && !out.password.empty() && !is_this_machine(out.host))
    return reader.refuse(*node.find("security"),
                         "a password is not sent unencrypted: expected starttls or tls");
  if (auto const& curl = load_curl(); !curl) return reader.refuse(node, curl.error());
  return out;
}

}  // namespace treadle::approvals::email
