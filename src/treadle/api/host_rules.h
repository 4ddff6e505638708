// Which Host and Origin headers are ours: what keeps web pages of others away from
// a server on loopback.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace treadle::api {

struct HostRules {
  bool strict = false;     // only loopback names and addresses, and the public URL
  std::string public_url;  // "https://treadle.example:8443"; empty: none
};

// Loopback names, IP literals, single-label names and *.localhost, each also with "sync-" before
// it, and the host of the public URL; under `strict` only loopback and the public URL.
[[nodiscard]] auto is_own_host(HostRules const& rules, std::string_view host) -> bool;

// Absent is fine; else the public URL, or an http(s) origin whose host is loopback.
[[nodiscard]] auto is_own_origin(HostRules const& rules, std::optional<std::string_view> origin)
    -> bool;

}  // namespace treadle::api
