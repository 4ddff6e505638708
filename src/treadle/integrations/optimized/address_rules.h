// Which addresses a task may connect to: public ones, and those that the operator allows.
// Source: IANA IPv4 and IPv6 Special-Purpose Address Registries.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "treadle/net/http_client.h"

namespace treadle::integrations::optimized {

// "10.0.0.0/8", "fd00::/8", "127.0.0.1": a range of addresses.
struct AddressRange {
  std::array<std::uint8_t, 16> bytes{};  // an IPv4 address as ::ffff:a.b.c.d
  unsigned bits = 128;                   // of those that count
};
[[nodiscard]] auto parse_address_range(std::string_view text) -> std::optional<AddressRange>;

// Whether `address` is one of the public internet. Private, shared, loopback, link-local, multicast,
// documentation and reserved addresses are not; of an address that stands for an IPv4 one
// (v4-mapped, NAT64, 6to4) the IPv4 address counts. What is no address is not public either.
[[nodiscard]] auto is_public_address(std::string_view address) -> bool;

// Whether `address` is of the link alone, where machines in a cloud find their own credentials.
[[nodiscard]] auto is_link_local(std::string_view address) -> bool;

[[nodiscard]] auto is_in(std::string_view address, std::vector<AddressRange> const& ranges) -> bool;

// Of clients that call whatever URL a definition names: public addresses, and `allowed` ranges.
[[nodiscard]] auto guarded_client_options(std::vector<std::string> const& allowed,
                                          std::string const& ca_file = {})
    -> net::HttpClientOptions;

}  // namespace treadle::integrations::optimized
