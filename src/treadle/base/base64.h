// Base64, strictly: one text for each sequence of bytes.
// Source: RFC 4648, 4 (standard) and 5 (URL-safe).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace treadle {

enum class Base64 : std::uint8_t {
  kStandard,  // "+/", padded with '='
  kUrlSafe,   // "-_", without padding
};

[[nodiscard]] auto base64_encode(std::string_view bytes, Base64 form = Base64::kStandard)
    -> std::string;

// nullopt for anything that base64_encode() would not have given: foreign characters, white space,
// padding that lacks or is too much, bits left over that are not zero.
[[nodiscard]] auto base64_decode(std::string_view text, Base64 form = Base64::kStandard)
    -> std::optional<std::string>;

}  // namespace treadle
