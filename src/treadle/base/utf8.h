// UTF-8, strictly: no overlong forms, no surrogates, nothing above U+10FFFF.
// Source: RFC 3629; WTF-8 (https://simonsapin.github.io/wtf-8/) where surrogates are let through.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace treadle::utf8 {

// kAccept reads WTF-8: a surrogate's three-byte form counts as a code point of its own.
enum class Surrogates : std::uint8_t { kRefuse, kAccept };

struct CodePoint {
  char32_t value = 0;
  std::size_t bytes = 0;  // that it takes, 1 to 4
};

// The code point that `text` begins with; nullopt if it begins with none.
[[nodiscard]] auto decode_one(std::string_view text, Surrogates surrogates = Surrogates::kRefuse)
    -> std::optional<CodePoint>;

// Whether all of `text` is UTF-8.
[[nodiscard]] auto is_valid(std::string_view text, Surrogates surrogates = Surrogates::kRefuse)
    -> bool;

// Writes `code_point` (a surrogate too) to `out`, which has room for 4 bytes; gives the bytes
// written. Asserts that it is at most U+10FFFF.
auto encode_one(char32_t code_point, char* out) -> std::size_t;
void append(std::string& out, char32_t code_point);

// Both take valid UTF-8 or WTF-8 and count wrongly, but safely, in anything else.
[[nodiscard]] auto count_code_points(std::string_view text) -> std::size_t;
[[nodiscard]] auto count_utf16_units(std::string_view text) -> std::size_t;

// The longest beginning of `text` (valid UTF-8) of at most `bytes` bytes that cuts no code point.
[[nodiscard]] auto truncate(std::string_view text, std::size_t bytes) -> std::string_view;

[[nodiscard]] constexpr auto is_high_surrogate(char32_t c) -> bool {
  return c >= 0xD800 && c < 0xDC00;
}
[[nodiscard]] constexpr auto is_low_surrogate(char32_t c) -> bool {
  return c >= 0xDC00 && c < 0xE000;
}
// Of a high and a low surrogate.
[[nodiscard]] constexpr auto join_surrogates(char32_t high, char32_t low) -> char32_t {
  return 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
}

}  // namespace treadle::utf8
