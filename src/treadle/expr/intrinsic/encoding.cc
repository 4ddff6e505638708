#include <array>
#include <string>

#include "treadle/base/assert.h"
#include "treadle/base/utf8.h"
#include "treadle/expr/digest.h"
#include "treadle/expr/intrinsic/argument.h"
#include "treadle/expr/intrinsic/functions.h"

namespace treadle::expr::intrinsic {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

auto encode(std::string_view bytes) -> std::string {
  auto text = std::string();
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    auto const group = bytes.substr(at, 3);
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 3; ++i)
      bits = bits << 8 | (i < group.size() ? static_cast<unsigned char>(group[i]) : 0U);
    for (std::size_t i = 0; i < 4; ++i)
      text += i <= group.size() ? kAlphabet[bits >> (18 - 6 * i) & 0x3F] : '=';
  }
  return text;
}

// The bytes of a Base64 text, padded or not.
auto decode(std::string_view text) -> Result<std::string, std::string> {
  auto const end = text.find('=');
  auto const digits = text.substr(0, end);
  auto const padding = text.substr(digits.size());
  auto const padded_right =
      padding.empty() || (padding.size() <= 2 && text.size() % 4 == 0 &&
                          padding.find_first_not_of('=') == std::string_view::npos);
  if (!padded_right || digits.size() % 4 == 1) return std::unexpected("Argument 1 is not Base64");
  auto bytes = std::string();
  std::uint32_t bits = 0;
  int count = 0;
  for (auto c : digits) {
    auto const digit = kAlphabet.find(c);
    if (digit == std::string_view::npos) return std::unexpected("Argument 1 is not Base64");
    bits = bits << 6 | static_cast<std::uint32_t>(digit);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes += static_cast<char>(bits >> count & 0xFF);
  }
  return bytes;
}

// Any bytes as a text: what is no UTF-8 becomes U+FFFD.
auto as_text(std::string_view bytes) -> std::string {
  auto text = std::string();
  while (!bytes.empty()) {
    auto const character = utf8::decode_one(bytes);
    auto const taken = character ? character->bytes : 1;
    utf8::append(text, character ? character->value : U'\uFFFD');
    bytes.remove_prefix(taken);
  }
  return text;
}

}  // namespace

auto base64_encode(Invocation const& invocation) -> Answer {
  return json::make_string(invocation.arena, encode(TRY(short_text_argument(invocation, 0))));
}

auto base64_decode(Invocation const& invocation) -> Answer {
  auto const text = TRY(short_text_argument(invocation, 0));
  auto const bytes = TRY(decode(text));
  return json::make_string(invocation.arena, as_text(bytes));
}

auto hash(Invocation const& invocation) -> Answer {
  auto const data = TRY(short_text_argument(invocation, 0));
  auto const name = TRY(text_argument(invocation, 1));
  if (auto const digest = hex_digest(name, data); digest)
    return json::make_string(invocation.arena, *digest);
  return std::unexpected("Argument 2 must be one of MD5, SHA-1, SHA-256, SHA-384, SHA-512");
}

}  // namespace treadle::expr::intrinsic
