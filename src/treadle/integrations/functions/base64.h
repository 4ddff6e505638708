// Base64 (RFC 4648, section 4) of a Lambda client context.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace treadle::integrations::functions {

// nullopt for a text that is no base64; padding may be missing.
[[nodiscard]] inline auto decode_base64(std::string_view text) -> std::optional<std::string> {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  while (text.ends_with('=')) text.remove_suffix(1);
  std::string out;
  unsigned bits = 0;
  int count = 0;
  for (char const c : text) {
    auto const value = kAlphabet.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    bits = bits << 6U | static_cast<unsigned>(value);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    out += static_cast<char>(bits >> static_cast<unsigned>(count) & 0xFFU);
  }
  return out;
}

}  // namespace treadle::integrations::functions
