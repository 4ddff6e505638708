#include "treadle/api/host_rules.h"

#include <algorithm>

namespace treadle::api {
namespace {

// "name:8083" and "[::1]:8083" without the port, and without brackets.
auto without_port(std::string_view host) -> std::string_view {
  if (host.starts_with('[')) {
    auto const end = host.find(']');
    return end == std::string_view::npos ? std::string_view() : host.substr(1, end - 1);
  }
  return host.substr(0, host.find(':'));
}

auto is_ipv4(std::string_view host) -> bool {
  return !host.empty() && std::ranges::count(host, '.') == 3 &&
         host.find_first_not_of("0123456789.") == std::string_view::npos;
}

auto is_ip(std::string_view host) -> bool {
  bool const v6 = host.find(':') != std::string_view::npos &&
                  host.find_first_not_of("0123456789abcdefABCDEF:.") == std::string_view::npos;
  return v6 || is_ipv4(host);
}

auto is_loopback(std::string_view host) -> bool {
  return host == "localhost" || host.ends_with(".localhost") || host == "::1" ||
         (is_ipv4(host) && host.starts_with("127."));
}

auto host_of_url(std::string_view url) -> std::string_view {
  auto const scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  url.remove_prefix(scheme + 3);
  return without_port(url.substr(0, url.find('/')));
}

auto is_own_name(HostRules const& rules, std::string_view host) -> bool {
  if (host.empty()) return false;
  if (is_loopback(host) || (!rules.public_url.empty() && host == host_of_url(rules.public_url)))
    return true;
  if (rules.strict) return false;
  return is_ip(host) || host.find('.') == std::string_view::npos;
}

}  // namespace

auto is_own_host(HostRules const& rules, std::string_view host) -> bool {
  constexpr std::string_view kSync = "sync-";
  auto const name = without_port(host);
  return is_own_name(rules, name) ||
         (name.starts_with(kSync) && is_own_name(rules, name.substr(kSync.size())));
}

auto is_own_origin(HostRules const& rules, std::optional<std::string_view> origin) -> bool {
  if (!origin) return true;
  if (!rules.public_url.empty() && *origin == rules.public_url) return true;
  return (origin->starts_with("http://") || origin->starts_with("https://")) &&
         is_loopback(host_of_url(*origin));
}

}  // namespace treadle::api
