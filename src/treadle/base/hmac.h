// SHA-256 and HMAC-SHA256. Any thread.
// Source: FIPS 180-4; RFC 2104.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace treadle {

using Digest = std::array<std::byte, 32>;

[[nodiscard]] auto sha256(std::string_view message) -> Digest;
[[nodiscard]] auto hmac_sha256(std::string_view key, std::string_view message) -> Digest;

// The bytes as they are, valid as long as `digest`; also to be the key of another HMAC.
[[nodiscard]] auto bytes_of(Digest const& digest) -> std::string_view;
// Lower-case, two digits a byte.
[[nodiscard]] auto to_hex(std::string_view bytes) -> std::string;
[[nodiscard]] auto to_hex(Digest const& digest) -> std::string;

// Takes the same time wherever the two differ; at once false if their lengths do.
[[nodiscard]] auto constant_time_equal(std::string_view a, std::string_view b) -> bool;

}  // namespace treadle
