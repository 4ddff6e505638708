#include "treadle/base/utf8.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "treadle/base/assert.h"

namespace treadle::utf8 {

namespace {

auto is_continuation(char c) -> bool { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

// How long a sequence is by its first byte, which of that byte counts, and the least value that may
// take so many bytes.
struct Shape {
  std::size_t bytes;
  char32_t first;
  char32_t least;
};

auto shape_of(unsigned char first) -> std::optional<Shape> {
  if (first < 0x80) return Shape{1, first, 0};
  if (first < 0xC2) return std::nullopt;
  if (first < 0xE0) return Shape{2, first & 0x1FU, 0x80};
  if (first < 0xF0) return Shape{3, first & 0x0FU, 0x800};
  if (first < 0xF5) return Shape{4, first & 0x07U, 0x10000};
  return std::nullopt;
}

// How many bytes of `text` have the lowest bit of their byte set in what `pick` makes of eight of them.
template <typename Pick>
auto count_bytes(std::string_view text, Pick pick) -> std::size_t {
  constexpr std::uint64_t kOnes = 0x0101'0101'0101'0101U;
  std::size_t count = 0;
  std::uint64_t bytes = 0;
  for (; text.size() >= sizeof(bytes); text.remove_prefix(sizeof(bytes))) {
    std::memcpy(&bytes, text.data(), sizeof(bytes));
    count += ((pick(bytes) & kOnes) * kOnes) >> 56;
  }
  if (text.empty()) return count;
  bytes = 0;
  std::memcpy(&bytes, text.data(), text.size());
  return count + (((pick(bytes) & kOnes) * kOnes) >> 56);
}

}  // namespace

auto decode_one(std::string_view text, Surrogates surrogates) -> std::optional<CodePoint> {
  if (text.empty()) return std::nullopt;
  auto const shape = shape_of(static_cast<unsigned char>(text[0]));
  if (!shape || text.size() < shape->bytes) return std::nullopt;
  char32_t value = shape->first;
  for (std::size_t i = 1; i < shape->bytes; ++i) {
    if (!is_continuation(text[i])) return std::nullopt;
    value = (value << 6) | (static_cast<unsigned char>(text[i]) & 0x3FU);
  }
  if (value < shape->least || value > 0x10FFFF) return std::nullopt;
  bool const surrogate = is_high_surrogate(value) || is_low_surrogate(value);
  if (surrogate && surrogates == Surrogates::kRefuse) return std::nullopt;
  return CodePoint{value, shape->bytes};
}

auto is_valid(std::string_view text, Surrogates surrogates) -> bool {
  while (!text.empty()) {
    auto const ascii = std::ranges::find_if(text, [](char c) { return (c & '\x80') != 0; });
    text.remove_prefix(static_cast<std::size_t>(ascii - text.begin()));
    if (text.empty()) return true;
    auto const one = decode_one(text, surrogates);
    if (!one) return false;
    text.remove_prefix(one->bytes);
  }
  return true;
}

auto encode_one(char32_t code_point, char* out) -> std::size_t {
  TREADLE_ASSERT(code_point <= 0x10FFFF);
  auto const continuation = [&](unsigned shift) {
    return static_cast<char>(0x80U | ((code_point >> shift) & 0x3FU));
  };
  if (code_point < 0x80) {
    out[0] = static_cast<char>(code_point);
    return 1;
  }
  if (code_point < 0x800) {
    out[0] = static_cast<char>(0xC0U | (code_point >> 6));
    out[1] = continuation(0);
    return 2;
  }
  if (code_point < 0x10000) {
    out[0] = static_cast<char>(0xE0U | (code_point >> 12));
    out[1] = continuation(6);
    out[2] = continuation(0);
    return 3;
  }
  out[0] = static_cast<char>(0xF0U | (code_point >> 18));
  out[1] = continuation(12);
  out[2] = continuation(6);
  out[3] = continuation(0);
  return 4;
}

void append(std::string& out, char32_t code_point) {
  char bytes[4];
  out.append(bytes, encode_one(code_point, bytes));
}

auto count_code_points(std::string_view text) -> std::size_t {
  return text.size() -
         count_bytes(text, [](std::uint64_t bytes) { return (bytes >> 7) & ~(bytes >> 6); });
}

auto count_utf16_units(std::string_view text) -> std::size_t {
  auto const pairs = count_bytes(text, [](std::uint64_t bytes) {
    return (bytes >> 7) & (bytes >> 6) & (bytes >> 5) & (bytes >> 4);  // 0xF0 and above
  });
  return count_code_points(text) + pairs;
}

auto truncate(std::string_view text, std::size_t bytes) -> std::string_view {
  if (text.size() <= bytes) return text;
  while (bytes > 0 && is_continuation(text[bytes])) --bytes;
  return text.substr(0, bytes);
}

}  // namespace treadle::utf8
