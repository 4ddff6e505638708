// Routes: how the parts of this module serve HTTP beside the API, on the same port.
//
// The application turns each HttpService into an api::OtherService; host and origin are checked
// before one gets a request, bodies are bounded by the server. Paths in use: /v1/approvals (the
// JSON API), /v1/audit (the audit log), /slack/ (Slack's calls), /a/ (links and their pages).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "treadle/net/http_message.h"
#include "treadle/net/http_server.h"

namespace treadle::approvals {

enum class Caller : std::uint8_t {
  kSigned,       // by an access key of the server, where it has keys (AWS SigV4, service "states")
  kLooksItself,  // the service finds out who calls: Slack's signature, a signed link
};

struct HttpService {
  // nullopt: the request is for somebody else. Any loop.
  std::function<std::optional<Caller>(net::Request const&)> claim;
  // Answers once, at once or later; must not block. Any loop, several at once.
  std::function<void(net::Request&&, net::Responder)> serve;
  // The refusal of a request that was not let in, in the service's own form.
  std::function<net::Response(net::Request const&, int status, std::string_view code,
                              std::string_view message)>
      refusal;
};

// The path of a request without its query: "/v1/approvals/A..." of "/v1/approvals/A...?x=1".
[[nodiscard]] auto path_of(net::Request const& request) -> std::string_view;

}  // namespace treadle::approvals
