#include "apps/treadle/listen_address.h"

#include <charconv>
#include <system_error>

#include <fmt/format.h>

namespace treadle::app {

auto parse_address(std::string_view text) -> std::optional<Address> {
  auto const colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  auto host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host == "localhost") host = "127.0.0.1";
  auto const digits = text.substr(colon + 1);
  Address address{.host = std::string(host)};
  auto const [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), address.port);
  if (host.empty() || error != std::errc() || end != digits.data() + digits.size())
    return std::nullopt;
  return address;
}

auto is_loopback(Address const& address) -> bool {
  return address.host == "::1" || address.host.starts_with("127.");
}

auto local_url(Address const& address) -> std::string {
  if (address.host.contains(':'))
    return fmt::format("http://[{}]:{}", address.host == "::" ? "::1" : address.host, address.port);
  return fmt::format("http://{}:{}", address.host == "0.0.0.0" ? "127.0.0.1" : address.host,
                     address.port);
}

}  // namespace treadle::app
