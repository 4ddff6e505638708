#include "treadle/base/base64.h"

#include <array>

namespace treadle {

namespace {

using Alphabet = std::array<char, 64>;

constexpr auto make_alphabet(char last_but_one, char last) -> Alphabet {
  Alphabet alphabet{};
  for (std::size_t i = 0; i < 26; ++i) {
    alphabet[i] = static_cast<char>('A' + i);
    alphabet[26 + i] = static_cast<char>('a' + i);
  }
  for (std::size_t i = 0; i < 10; ++i) alphabet[52 + i] = static_cast<char>('0' + i);
  alphabet[62] = last_but_one;
  alphabet[63] = last;
  return alphabet;
}

constexpr Alphabet kStandardAlphabet = make_alphabet('+', '/');
constexpr Alphabet kUrlSafeAlphabet = make_alphabet('-', '_');

// The six bits of each character; kForeign for one outside the alphabet.
constexpr std::uint8_t kForeign = 0xFF;
using Bits = std::array<std::uint8_t, 256>;

constexpr auto invert(Alphabet const& alphabet) -> Bits {
  Bits bits{};
  bits.fill(kForeign);
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    bits[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return bits;
}

constexpr Bits kStandardBits = invert(kStandardAlphabet);
constexpr Bits kUrlSafeBits = invert(kUrlSafeAlphabet);

// Drops "=" or "=="; false if that is not what makes the length a multiple of four.
auto drop_padding(std::string_view& text) -> bool {
  if (text.size() % 4 != 0) return false;
  for (int i = 0; i < 2 && text.ends_with('='); ++i) text.remove_suffix(1);
  return true;
}

}  // namespace

auto base64_encode(std::string_view bytes, Base64 form) -> std::string {
  auto const& alphabet = form == Base64::kStandard ? kStandardAlphabet : kUrlSafeAlphabet;
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  std::uint32_t bits = 0;
  unsigned count = 0;  // of bits that wait
  for (char const byte : bytes) {
    bits = (bits << 8) | static_cast<unsigned char>(byte);
    for (count += 8; count >= 6;) {
      count -= 6;
      text += alphabet[(bits >> count) & 0x3FU];
    }
  }
  if (count != 0) text += alphabet[(bits << (6 - count)) & 0x3FU];
  while (form == Base64::kStandard && text.size() % 4 != 0) text += '=';
  return text;
}

auto base64_decode(std::string_view text, Base64 form) -> std::optional<std::string> {
  if (form == Base64::kStandard && !drop_padding(text)) return std::nullopt;
  if (text.size() % 4 == 1) return std::nullopt;
  auto const& bits_of = form == Base64::kStandard ? kStandardBits : kUrlSafeBits;
  std::string bytes;
  bytes.reserve(text.size() * 3 / 4);
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (char const c : text) {
    auto const six = bits_of[static_cast<unsigned char>(c)];
    if (six == kForeign) return std::nullopt;
    bits = (bits << 6) | six;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes += static_cast<char>((bits >> count) & 0xFFU);
  }
  if ((bits & ((1U << count) - 1U)) != 0) return std::nullopt;
  return bytes;
}

}  // namespace treadle
