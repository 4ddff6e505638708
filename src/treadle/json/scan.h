// The loop that strings spend their time in; private to the module.
#pragma once

#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace treadle::json {

// '"', '\', control characters and everything beyond ASCII.
[[nodiscard]] inline auto is_special(char c) -> bool {
  auto const byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte >= 0x80 || byte == '"' || byte == '\\';
}

// Whether any of eight bytes is special.
[[nodiscard]] inline auto any_special(std::uint64_t bytes) -> bool {
  constexpr std::uint64_t kOnes = 0x0101010101010101U;
  constexpr std::uint64_t kHighs = 0x8080808080808080U;
  auto const zero_in = [](std::uint64_t x) { return (x - kOnes) & ~x; };
  auto const control = (bytes - kOnes * 0x20) & ~bytes;
  return ((zero_in(bytes ^ (kOnes * '"')) | zero_in(bytes ^ (kOnes * '\\')) | control | bytes) &
          kHighs) != 0;
}

#if defined(__SSE2__)
// Which of the 16 bytes at `at` are special, the first in the lowest bit.
[[nodiscard]] inline auto special_mask(__m128i bytes) -> unsigned {
  __m128i const hits =
      _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')),
                                _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'))),
                   _mm_cmplt_epi8(bytes, _mm_set1_epi8(' ')));  // signed: beyond ASCII is negative
  return static_cast<unsigned>(_mm_movemask_epi8(hits));
}
#endif

// Copies the bytes before the first special one of [at, end) and moves `at` to it (or to `end`), `out`
// behind the copy. There must be room for all of [at, end): JSON in a string has an escape every few
// bytes, and there whole blocks are cheaper than runs.
inline void copy_plain(char*& out, char const*& at, char const* end) {
#if defined(__SSE2__)
  while (end - at >= 16) {
    __m128i const bytes = _mm_loadu_si128(reinterpret_cast<__m128i const*>(at));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out), bytes);
    auto const mask = special_mask(bytes);
    auto const plain = mask == 0 ? 16 : __builtin_ctz(mask);
    at += plain;
    out += plain;
    if (mask != 0) return;
  }
#endif
  while (end - at >= 8) {
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, at, sizeof(bytes));
    if (any_special(bytes)) break;
    std::memcpy(out, &bytes, sizeof(bytes));
    at += 8;
    out += 8;
  }
  while (at != end && !is_special(*at)) *out++ = *at++;
}

// The first special byte of [at, end); `end` if there is none.
[[nodiscard]] inline auto find_special(char const* at, char const* end) -> char const* {
#if defined(__SSE2__)
  while (end - at >= 16) {
    auto const mask = special_mask(_mm_loadu_si128(reinterpret_cast<__m128i const*>(at)));
    if (mask != 0) return at + __builtin_ctz(mask);
    at += 16;
  }
#endif
  while (end - at >= 8) {
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, at, sizeof(bytes));
    if (any_special(bytes)) break;
    at += 8;
  }
  while (at != end && !is_special(*at)) ++at;
  return at;
}

}  // namespace treadle::json
