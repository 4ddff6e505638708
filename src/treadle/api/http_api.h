// The API over HTTP: from a request to an action and back. Source: AWS JSON 1.0 protocol.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "treadle/api/access.h"
#include "treadle/api/action.h"
#include "treadle/api/host_rules.h"
#include "treadle/net/http_message.h"
#include "treadle/net/http_server.h"

namespace treadle::api {

// Other services on the same port. Host and origin are checked, and signatures where there are keys,
// before `serve` gets a request.
struct OtherServices {
  // The service's name in signatures; nullopt: the request is for the API.
  std::function<std::optional<std::string_view>(net::Request const&)> signing_name;
  std::function<void(net::Request&&, net::Responder)> serve;
  // A refusal in the service's own form.
  std::function<net::Response(net::Request const&, ApiError const&)> refusal;
};

struct HttpApiOptions {
  HostRules hosts;
  // Whether the server takes work: what /readyz says.
  std::function<bool()> is_ready = [] { return true; };
  // Whose signatures are asked for; null: everybody may do everything.
  std::unique_ptr<AccessKeys const> access_keys = nullptr;
  OtherServices other_services{};  // empty: none
};

class HttpApi {
 public:
  HttpApi(Services services, HttpApiOptions options)
      : services_(std::move(services)), options_(std::move(options)) {}

  // Answers one request, at once or later. Any loop.
  void handle(net::Request&& request, net::Responder responder);
  // The same for this process' own calls: whoever makes them was let in before.
  void handle_own(net::Request&& request, net::Responder responder);

 private:
  void handle_get(net::Request const& request, net::Responder responder) const;
  void handle_post(net::Request&& request, net::Responder responder);
  void act(net::Request&& request, net::Responder responder, net::AccessKey const* key);
  void handle_other(std::string_view signing_name, net::Request&& request,
                    net::Responder responder);

  Services services_;
  HttpApiOptions options_;
};

[[nodiscard]] auto error_response(ApiError const& error) -> net::Response;

}  // namespace treadle::api
