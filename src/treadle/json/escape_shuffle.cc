#include "treadle/json/escape_shuffle.h"

#if defined(__x86_64__)
#include <array>
#include <cstddef>
#include <cstdint>
#include <tmmintrin.h>
#endif

namespace treadle::json {

#if defined(__x86_64__)

// NOLINTBEGIN(portability-simd-intrinsics): other processors have what stands behind #else
namespace {

#define TREADLE_SHUFFLES __attribute__((target("ssse3,popcnt")))

bool const kHasShuffle =
    __builtin_cpu_supports("ssse3") != 0 && __builtin_cpu_supports("popcnt") != 0;

constexpr std::size_t kMasks = 256;
constexpr std::uint8_t kBackslash = 8;  // where it stands behind eight bytes
constexpr std::uint8_t kNothing = 0x80;

// Where the bytes of the result come from, for each choice among eight bytes.
template <std::size_t Size>
struct alignas(16) Shuffles {
  std::array<std::array<std::uint8_t, Size>, kMasks> from;
};

// A backslash before each byte that was chosen.
constexpr auto make_insertions() -> Shuffles<16> {
  Shuffles<16> made{};
  for (std::size_t mask = 0; mask < kMasks; ++mask) {
    auto& from = made.from[mask];
    from.fill(kNothing);
    std::size_t at = 0;
    for (std::uint8_t i = 0; i < 8; ++i) {
      if ((mask >> i & 1U) != 0) from[at++] = kBackslash;
      from[at++] = i;
    }
  }
  return made;
}

// Only the bytes that were not chosen.
constexpr auto make_removals() -> Shuffles<8> {
  Shuffles<8> made{};
  for (std::size_t mask = 0; mask < kMasks; ++mask) {
    auto& from = made.from[mask];
    from.fill(kNothing);
    std::size_t at = 0;
    for (std::uint8_t i = 0; i < 8; ++i)
      if ((mask >> i & 1U) == 0) from[at++] = i;
  }
  return made;
}

constexpr auto kInsertions = make_insertions();
constexpr auto kRemovals = make_removals();

// The letters of \b \t \n \f \r, by the low half of the byte.
alignas(16) constexpr std::array<char, 16> kLetters{0,   0,   0,   0, 0,   0,   0, 0,
                                                    'b', 't', 'n', 0, 'f', 'r', 0, 0};

TREADLE_SHUFFLES auto chosen(unsigned mask) -> int { return __builtin_popcount(mask); }

// Those of the backslashes that begin an escape, where no escape goes on from before.
auto escape_starts(unsigned backslashes) -> unsigned {
  if ((backslashes & backslashes << 1U) == 0) return backslashes;
  auto starts = 0U;
  while (backslashes != 0) {
    auto const first = backslashes & (~backslashes + 1U);
    starts |= first;
    backslashes &= ~(first | first << 1U);
  }
  return starts;
}

TREADLE_SHUFFLES auto load(void const* at) -> __m128i {
  return _mm_loadu_si128(static_cast<__m128i const*>(at));
}

TREADLE_SHUFFLES void escape_with_shuffles(char*& out, char const*& at, char const* end) {
  auto const backslash = _mm_set1_epi8('\\');
  auto const controls_end = _mm_set1_epi8(0x1F);
  auto const letters = load(kLetters.data());
  // A half's result is up to 16 bytes; there is room for them as long as so much is left.
  constexpr std::ptrdiff_t kRoom = 24;
  while (end - at >= kRoom) {
    auto bytes = load(at);
    auto const controls = _mm_cmpeq_epi8(_mm_min_epu8(bytes, controls_end), bytes);
    auto const quotes =
        _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')), _mm_cmpeq_epi8(bytes, backslash));
    auto const unusual = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\xED'));  // may be half a pair
    if (_mm_movemask_epi8(unusual) != 0) return;
    if (_mm_movemask_epi8(controls) != 0) {
      auto const high = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x0F)), bytes);
      auto const letter = _mm_and_si128(_mm_shuffle_epi8(letters, bytes), controls);
      auto const has_letter = _mm_andnot_si128(_mm_cmpeq_epi8(letter, _mm_setzero_si128()), high);
      if (_mm_movemask_epi8(_mm_andnot_si128(has_letter, controls)) != 0) return;
      bytes = _mm_or_si128(_mm_andnot_si128(controls, bytes), letter);
    }
    auto const mask = static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(controls, quotes)));
    auto const low = mask & 0xFFU;
    auto const high = mask >> 8U;
    auto const first = _mm_unpacklo_epi64(bytes, backslash);
    auto const second = _mm_unpackhi_epi64(bytes, backslash);
    auto* const to = reinterpret_cast<__m128i*>(out);
    _mm_storeu_si128(to, _mm_shuffle_epi8(first, load(kInsertions.from[low].data())));
    out += 8 + chosen(low);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out),
                     _mm_shuffle_epi8(second, load(kInsertions.from[high].data())));
    out += 8 + chosen(high);
    at += 16;
  }
}

TREADLE_SHUFFLES auto load_half(void const* at) -> __m128i {
  return _mm_loadl_epi64(static_cast<__m128i const*>(at));
}

TREADLE_SHUFFLES void unescape_with_shuffles(char*& out, char const*& at, char const* quote) {
  while (quote - at >= 16) {
    auto bytes = load(at);
    // Signed: beyond ASCII is negative.
    if (_mm_movemask_epi8(_mm_cmplt_epi8(bytes, _mm_set1_epi8(' '))) != 0) return;
    auto const is_backslash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
    auto const backslashes = static_cast<unsigned>(_mm_movemask_epi8(is_backslash));
    auto const starts = escape_starts(backslashes);
    auto const escaped = starts << 1U & 0xFFFFU;
    auto const is_n = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('n'));
    auto const letters_n = static_cast<unsigned>(_mm_movemask_epi8(is_n)) & escaped;
    auto const is_itself = _mm_or_si128(is_backslash, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')));
    auto const itself = static_cast<unsigned>(_mm_movemask_epi8(is_itself));
    if ((escaped & ~(itself | letters_n)) != 0) return;
    if (letters_n != 0) {
      if (starts != backslashes) return;
      auto const newline = _mm_and_si128(is_n, _mm_slli_si128(is_backslash, 1));
      bytes = _mm_xor_si128(bytes, _mm_and_si128(newline, _mm_set1_epi8('n' ^ '\n')));
    }
    auto const low = starts & 0xFFU;
    auto const high = starts >> 8U;
    _mm_storel_epi64(reinterpret_cast<__m128i*>(out),
                     _mm_shuffle_epi8(bytes, load_half(kRemovals.from[low].data())));
    out += 8 - chosen(low);
    _mm_storel_epi64(
        reinterpret_cast<__m128i*>(out),
        _mm_shuffle_epi8(_mm_srli_si128(bytes, 8), load_half(kRemovals.from[high].data())));
    out += 8 - chosen(high);
    // An escape that goes on behind the block begins the next one.
    at += 16 - static_cast<int>(starts >> 15U);
  }
}

}  // namespace

void escape_blocks(char*& out, char const*& at, char const* end) {
  if (kHasShuffle) escape_with_shuffles(out, at, end);
}

void unescape_blocks(char*& out, char const*& at, char const* quote) {
  if (kHasShuffle) unescape_with_shuffles(out, at, quote);
}

// NOLINTEND(portability-simd-intrinsics)

#else

void escape_blocks(char*& /*out*/, char const*& /*at*/, char const* /*end*/) {}
void unescape_blocks(char*& /*out*/, char const*& /*at*/, char const* /*quote*/) {}

#endif

}  // namespace treadle::json
