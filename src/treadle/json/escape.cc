#include "treadle/json/escape.h"

#include <algorithm>
#include <cstring>

#include "treadle/base/utf8.h"
#include "treadle/json/scan.h"

namespace treadle::json {

namespace {

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

auto write_escaped(char* out, std::string_view text) -> char* {
  char const* const end = text.data() + text.size();
  for (char const* at = text.data();;) {
    char const* const stop = find_escape(at, end);
    out = std::copy(at, stop, out);
    if (stop == end) return out;
    at = stop + 1;
    if (is_surrogate(stop, end)) {
      out = write_u_escape(out, utf8::decode_one({stop, 3}, utf8::Surrogates::kAccept)->value);
      at = stop + 3;
    } else if (char const letter = escape_letter(*stop); letter == 'u') {
      out = write_u_escape(out, static_cast<unsigned char>(*stop));
    } else {
      *out++ = '\\';
      *out++ = letter;
    }
  }
}

}  // namespace treadle::json
