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

// The first special byte of [at, end); `end` if there is none.
[[nodiscard]] inline auto find_special(char const* at, char const* end) -> char const* {
#if defined(__SSE2__)
  __m128i const quote = _mm_set1_epi8('"');
  __m128i const backslash = _mm_set1_epi8('\\');
  __m128i const blank = _mm_set1_epi8(' ');
  while (end - at >= 16) {
    __m128i const bytes = _mm_loadu_si128(reinterpret_cast<__m128i const*>(at));
    __m128i const hits =
        _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash)),
                     _mm_cmplt_epi8(bytes, blank));  // signed: beyond ASCII is negative
    if (auto const mask = static_cast<unsigned>(_mm_movemask_epi8(hits)); mask != 0) {
      return at + __builtin_ctz(mask);
    }
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
