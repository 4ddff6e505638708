// The API over HTTP: from a request to an action and back. Source: AWS JSON 1.0 protocol.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "treadle/api/access.h"
#include "treadle/api/action.h"
#include "treadle/api/host_rules.h"
#include "treadle/net/http_message.h"
#include "treadle/net/http_server.h"

namespace treadle::api {

// A service beside the API on the same port. Host and origin are checked before it gets a request.
struct OtherService {
  // Who lets its callers in.
  struct Claim {
    // The service's name in signatures, which are checked where there are keys; empty: the service
    // itself looks who calls, as with links that carry their own signature. It gets requests with
    // "Origin: null" too.
    std::string_view signing_name;
  };
  // nullopt: the request is for somebody else.
  std::function<std::optional<Claim>(net::Request const&)> claim;
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
  std::vector<OtherService> other_services{};  // the first that claims a request gets it
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
  void act(net::Request&& request, net::Responder responder, ActionCaller const& caller);
  void serve_other(OtherService const& service, OtherService::Claim const& claim,
                   net::Request&& request, net::Responder responder);

  Services services_;
  HttpApiOptions options_;
};

[[nodiscard]] auto error_response(ApiError const& error) -> net::Response;

// Why a request is refused by where it goes to and the page that it comes from; nullopt: it is not.
[[nodiscard]] auto check_caller(HostRules const& rules, net::Request const& request)
    -> std::optional<ApiError>;

}  // namespace treadle::api
