// Who may call the API, and for what: access keys with rights.
// Source: IAM User Guide, "AWS Signature Version 4 for API requests"; Service Authorization
// Reference, "AWS Step Functions".
#pragma once

#include <expected>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "treadle/api/action.h"
#include "treadle/api/parameters.h"
#include "treadle/json/value.h"
#include "treadle/net/http_message.h"
#include "treadle/net/sigv4.h"

namespace treadle::api {

// The keys of --credentials. Any thread.
class AccessKeys {
 public:
  AccessKeys(std::vector<net::AccessKey> const& keys, std::string_view region);

  // The key that signed the request for service "states", or "sts" where it is a form, as
  // GetCallerIdentity is; else why nobody did. It lives as long as this.
  [[nodiscard]] auto authenticate(net::Request const& request, Timestamp now) const
      -> std::expected<net::AccessKey const*, ApiError>;

  // The same of a request for service "states" whose body is still to come.
  [[nodiscard]] auto authenticate_head(net::Request const& head, Timestamp now) const
      -> std::expected<net::AccessKey const*, ApiError>;

  // The same of a request to another service, by the service's name in signatures.
  [[nodiscard]] auto authenticate_for(std::string_view service, net::Request const& request,
                                      Timestamp now) const
      -> std::expected<net::AccessKey const*, ApiError>;

 private:
  net::SignatureVerifier states_;
  net::SignatureVerifier sts_;
  std::map<std::string, net::SignatureVerifier, std::less<>> others_;
};

// A request whose parameters have been checked.
struct Attempt {
  Operation const& operation;
  json::Value request;
};

// AccessDeniedException unless the key may do that.
//
// Its actions must cover the operation. Where it has resources, each ARN that the request names (of
// what is created: that it will have) must begin with one of them; an operation that names none,
// such as ListStateMachines, needs a key without. A task token is proof enough of a right to that task.
[[nodiscard]] auto check_rights(net::AccessKey const& key, Services const& services,
                                Attempt const& attempt) -> std::optional<ApiError>;

}  // namespace treadle::api
