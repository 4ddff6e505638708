#include "treadle/json/escape.h"

#include "treadle/base/utf8.h"
#include "treadle/json/escape_shuffle.h"
#include "treadle/json/scan.h"

namespace treadle::json {

namespace {

constexpr std::ptrdiff_t kWorthBlocks = 32;
constexpr char kHexDigits[] = "0123456789abcdef";

// A surrogate's three bytes, which only WTF-8 has.
auto is_surrogate(char const* at, char const* end) -> bool {
  return end - at >= 3 && at[0] == '\xED' && static_cast<unsigned char>(at[1]) >= 0xA0;
}

// The letter behind the backslash, or 'u', or 0 for a byte that stands for itself.
auto escape_letter(char c) -> char {
  switch (c) {
    case '"': return '"';
    case '\\': return '\\';
    case '\b': return 'b';
    case '\f': return 'f';
    case '\n': return 'n';
    case '\r': return 'r';
    case '\t': return 't';
    default: return static_cast<unsigned char>(c) < 0x20 ? 'u' : '\0';
  }
}

// The first byte of [at, end) that cannot stand in a JSON string; `end` if there is none.
auto find_escape(char const* at, char const* end) -> char const* {
  for (;;) {
    at = find_special(at, end);
    while (at != end && static_cast<signed char>(*at) < 0) {
      if (is_surrogate(at, end)) return at;
      ++at;
    }
    if (at == end || is_special(*at)) return at;
  }
}

// Passes blocks of ASCII without control characters, and adds a byte to `size` for each that a backslash
// is put before; gives the place of the first block that is otherwise.
auto skip_simple(char const* at, [[maybe_unused]] char const* end,
                 [[maybe_unused]] std::size_t& size) -> char const* {
#if defined(__SSE2__)
  for (; end - at >= 16; at += 16) {
    __m128i const bytes = _mm_loadu_si128(reinterpret_cast<__m128i const*>(at));
    if (_mm_movemask_epi8(_mm_cmplt_epi8(bytes, _mm_set1_epi8(' '))) != 0) return at;
    __m128i const hits = _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')),
                                      _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\')));
    // Each hit is -1, so the bytes' negation sums up to their number.
    __m128i const sums = _mm_sad_epu8(_mm_sub_epi8(_mm_setzero_si128(), hits), _mm_setzero_si128());
    size += static_cast<std::size_t>(_mm_cvtsi128_si32(sums)) +
            static_cast<std::size_t>(_mm_extract_epi16(sums, 4));
  }
#endif
  return at;
}

auto write_u_escape(char* out, unsigned code_unit) -> char* {
  *out++ = '\\';
  *out++ = 'u';
  for (int shift = 12; shift >= 0; shift -= 4) *out++ = kHexDigits[(code_unit >> shift) & 0xFU];
  return out;
}

}  // namespace

auto text_of(std::string_view text) -> Text {
  char const* const end = text.data() + text.size();
  return find_escape(text.data(), end) == end ? Text::kVerbatim : Text::kNeedsEscapes;
}

auto escaped_size(std::string_view text) -> std::size_t {
  char const* const end = text.data() + text.size();
  std::size_t size = text.size();
  for (char const* at = text.data();;) {
    at = skip_simple(at, end, size);
    at = find_escape(at, end);
    if (at == end) return size;
    if (is_surrogate(at, end)) {
      size += 3;
      at += 3;
    } else {
      size += escape_letter(*at) == 'u' ? 5 : 1;
      ++at;
    }
  }
}

namespace {

enum class Escapes : std::uint8_t { kAll, kShort };

// nullptr at one that is not wanted.
template <Escapes Wanted>
auto write(char* out, std::string_view text) -> char* {
  char const* const end = text.data() + text.size();
  for (char const* at = text.data();;) {
    if (end - at >= kWorthBlocks) escape_blocks(out, at, end);
    copy_plain(out, at, end);
    if (at == end) return out;
    if (*at == '"' || *at == '\\') {
      *out++ = '\\';
      *out++ = *at++;
    } else if (is_surrogate(at, end)) {
      if constexpr (Wanted == Escapes::kShort) return nullptr;
      out = write_u_escape(out, utf8::decode_one({at, 3}, utf8::Surrogates::kAccept)->value);
      at += 3;
    } else if (char const letter = escape_letter(*at); letter == '\0') {
      *out++ = *at++;  // beyond ASCII
    } else if (++at; letter == 'u') {
      if constexpr (Wanted == Escapes::kShort) return nullptr;
      out = write_u_escape(out, static_cast<unsigned char>(at[-1]));
    } else {
      *out++ = '\\';
      *out++ = letter;
    }
  }
}

}  // namespace

auto write_escaped(char* out, std::string_view text) -> char* {
  return write<Escapes::kAll>(out, text);
}

auto write_short_escapes(char* out, std::string_view text) -> char* {
  return write<Escapes::kShort>(out, text);
}

}  // namespace treadle::json
