#include "treadle/expr/jsonata/encoding.h"

#include <optional>

#include "treadle/base/base64.h"
#include "treadle/base/utf8.h"
#include "treadle/json/print.h"

namespace treadle::expr::jsonata {

namespace {

constexpr std::string_view kUnreserved =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.!~*'()";
constexpr std::string_view kReserved = ";/?:@&=+$,#";
constexpr std::string_view kHex = "0123456789ABCDEF";

auto malformed(std::string_view verb, UrlPart part, std::string_view text)
    -> std::unexpected<Failure> {
  auto message = "Malformed URL passed to $" + std::string(verb);
  if (part == UrlPart::kComponent) message += "Component";
  message += "(): ";
  json::append_string(message, text);
  return failure("D3140", std::move(message));
}

auto is_kept(char c, UrlPart part) -> bool {
  if (kUnreserved.find(c) != std::string_view::npos) return true;
  return part == UrlPart::kWhole && kReserved.find(c) != std::string_view::npos;
}

auto hex_value(char c) -> std::optional<unsigned> {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  auto const lower = static_cast<char>(c | 0x20);
  if (lower >= 'a' && lower <= 'f') return static_cast<unsigned>(lower - 'a' + 10);
  return std::nullopt;
}

// The byte of "%XX" at the front of `text`.
auto read_byte(std::string_view text) -> std::optional<char> {
  if (text.size() < 3 || text[0] != '%') return std::nullopt;
  auto const high = hex_value(text[1]);
  auto const low = hex_value(text[2]);
  if (!high || !low) return std::nullopt;
  return static_cast<char>((*high << 4) | *low);
}

// How many bytes a code point has whose first is `lead`; 0 if none begins so.
auto sequence_length(char lead) -> std::size_t {
  auto const byte = static_cast<unsigned char>(lead);
  if (byte < 0x80) return 1;
  if (byte < 0xC0 || byte >= 0xF8) return 0;
  return byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

// The code point (UTF-8) of the "%XX" at the front of `text`.
auto read_code_point(std::string_view text) -> std::optional<std::string> {
  auto const lead = read_byte(text);
  if (!lead) return std::nullopt;
  auto const length = sequence_length(*lead);
  std::string bytes;
  for (std::size_t i = 0; i < length; ++i) {
    if (3 * i > text.size()) return std::nullopt;
    auto const byte = read_byte(text.substr(3 * i));
    if (!byte) return std::nullopt;
    bytes += *byte;
  }
  if (bytes.empty() || !utf8::is_valid(bytes)) return std::nullopt;
  return bytes;
}

}  // namespace

auto encode_url(std::string_view text, UrlPart part) -> Result<std::string, Failure> {
  if (!utf8::is_valid(text)) return malformed("encodeUrl", part, text);
  std::string out;
  for (char const c : text) {
    if (is_kept(c, part)) {
      out += c;
      continue;
    }
    auto const byte = static_cast<unsigned char>(c);
    out += {'%', kHex[byte >> 4], kHex[byte & 15U]};
  }
  return out;
}

auto decode_url(std::string_view text, UrlPart part) -> Result<std::string, Failure> {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] != '%') {
      out += text[at++];
      continue;
    }
    auto const decoded = read_code_point(text.substr(at));
    if (!decoded) return malformed("decodeUrl", part, text);
    auto const escape = text.substr(at, 3 * decoded->size());
    auto const kept = part == UrlPart::kWhole && kReserved.find((*decoded)[0]) != kReserved.npos;
    out += kept ? escape : std::string_view(*decoded);
    at += escape.size();
  }
  return out;
}

auto encode_base64(std::string_view text) -> std::string {
  std::string bytes;
  while (auto const one = utf8::decode_one(text, utf8::Surrogates::kAccept)) {
    // of a pair: (v - 0x10000) >> 10 is added to 0xD800, whose low byte is 0
    if (one->value >= 0x10000) bytes += static_cast<char>((one->value - 0x10000) >> 10);
    bytes += static_cast<char>(one->value);
    text.remove_prefix(one->bytes);
  }
  return base64_encode(bytes);
}

auto decode_base64(std::string_view text) -> std::string {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  unsigned bits = 0;
  int count = 0;
  for (char const c : text.substr(0, text.find('='))) {
    auto const digit = kDigits.find(c == '-' ? '+' : c == '_' ? '/' : c);
    if (digit == kDigits.npos) continue;
    bits = ((bits << 6) | static_cast<unsigned>(digit)) & 0xFFFFU;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    utf8::append(out, (bits >> count) & 0xFFU);
  }
  return out;
}

}  // namespace treadle::expr::jsonata
