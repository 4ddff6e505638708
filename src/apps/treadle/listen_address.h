// Where a server listens: --listen HOST:PORT.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace treadle::app {

struct Address {
  std::string host;        // a numeric address, IPv6 without brackets
  std::uint16_t port = 0;  // 0: any
};

// "127.0.0.1:8083", "[::1]:8083" or "localhost:8083".
[[nodiscard]] auto parse_address(std::string_view text) -> std::optional<Address>;

// Whether only this machine reaches it.
[[nodiscard]] auto is_loopback(Address const& address) -> bool;

// The URL at which processes of this machine find a server there.
[[nodiscard]] auto local_url(Address const& address) -> std::string;

}  // namespace treadle::app
