#include "treadle/json/unescape.h"

#include <algorithm>
#include <optional>

#include "treadle/base/utf8.h"
#include "treadle/json/escape_shuffle.h"
#include "treadle/json/messages.h"
#include "treadle/json/scan.h"

namespace treadle::json {

namespace {

// The quote that closes the string, or `end`.
auto find_in_rest(char const* at, char const* end) -> char const* {
  while (at < end && *at != '"') at += *at == '\\' ? 2 : 1;
  return std::min(at, end);
}

// The same for long texts, in blocks: JSON in a string has an escape every few bytes.
auto find_closing_quote(char const* at, char const* end) -> char const* {
#if defined(__SSE2__)
  for (bool is_escaped = false; end - at >= 16; at += 16) {  // the first byte of the block
    __m128i const bytes = _mm_loadu_si128(reinterpret_cast<__m128i const*>(at));
    auto const mask = [&](char c) {
      return static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(c))));
    };
    auto open = is_escaped ? ~1U : ~0U;  // bytes that no backslash stands before
    auto backslashes = mask('\\');
    if (!is_escaped && (backslashes & backslashes << 1U) == 0) {  // each stands alone
      open &= ~(backslashes << 1U);
      backslashes = 0;
    }
    while ((backslashes & open) != 0) {
      auto const first = static_cast<unsigned>(__builtin_ctz(backslashes & open));
      open &= ~(3U << first);
    }
    if (auto const quotes = mask('"') & open; quotes != 0) return at + __builtin_ctz(quotes);
    is_escaped = (open & (1U << 16)) == 0;
    auto const left = end - at - 16;
    if (is_escaped && left < 16) return left == 0 ? end : find_in_rest(at + 17, end);
  }
#endif
  return find_in_rest(at, end);
}

auto hex_digit(char c) -> int {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Of \uXXXX at the front of [at, end).
auto read_code_unit(char const* at, char const* end) -> std::optional<char32_t> {
  if (end - at < 6 || at[0] != '\\' || at[1] != 'u') return std::nullopt;
  char32_t unit = 0;
  for (int i = 2; i < 6; ++i) {
    auto const digit = hex_digit(at[i]);
    if (digit < 0) return std::nullopt;
    unit = unit * 16 + static_cast<char32_t>(digit);
  }
  return unit;
}

// What a backslash and `letter` stand for; 0 if that is no escape.
auto escaped_char(char letter) -> char {
  switch (letter) {
    case '"': return '"';
    case '\\': return '\\';
    case '/': return '/';
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: return '\0';
  }
}

class Reader {
 public:
  Reader(char const* at, char const* quote, char* out) : at_(at), quote_(quote), out_(out) {}

  [[nodiscard]] auto at() const -> char const* { return at_; }

  // Reads up to the quote; why it stopped before, or nullptr.
  auto read() -> char const* {
    for (;;) {
      unescape_blocks(out_, at_, quote_);
      copy_plain(out_, at_, quote_);
      if (at_ == quote_) return nullptr;
      auto const* const message = *at_ == '\\' ? read_escape() : copy_code_point();
      if (message != nullptr) return message;
    }
  }
  [[nodiscard]] auto out() const -> char* { return out_; }
  [[nodiscard]] auto is_as_printed() const -> bool { return is_as_printed_; }

 private:
  auto read_escape() -> char const* {
    if (at_[1] == '"') {  // nearly all are
      *out_++ = '"';
      at_ += 2;
      return nullptr;
    }
    if (at_[1] == 'u') return read_u_escape();
    if (at_[1] == '/') is_as_printed_ = false;
    *out_ = escaped_char(at_[1]);
    if (*out_ == '\0') return messages::kEscape;
    ++out_;
    at_ += 2;
    return nullptr;
  }

  auto read_u_escape() -> char const* {
    is_as_printed_ = false;
    auto const unit = read_code_unit(at_, quote_);
    if (!unit) return messages::kUnicodeEscape;
    at_ += 6;
    char32_t code_point = *unit;
    if (utf8::is_high_surrogate(code_point)) {
      auto const low = read_code_unit(at_, quote_);
      if (low && utf8::is_low_surrogate(*low)) {
        at_ += 6;
        code_point = utf8::join_surrogates(code_point, *low);
      }
    }
    out_ += utf8::encode_one(code_point, out_);
    return nullptr;
  }

  auto copy_code_point() -> char const* {
    if (static_cast<unsigned char>(*at_) < 0x20) return messages::kControl;
    auto const one = utf8::decode_one({at_, quote_});
    if (!one) return messages::kUtf8;
    out_ = std::copy_n(at_, one->bytes, out_);
    at_ += one->bytes;
    return nullptr;
  }

  char const* at_;
  char const* quote_;
  char* out_;
  bool is_as_printed_ = true;
};

}  // namespace

auto unescape(Arena& arena, char const* begin, char const* end) -> Unescaped {
  char const* const quote = find_closing_quote(begin, end);
  if (quote == end) return {.message = messages::kOpenString, .at = end};
  auto* const out = arena.allocate_array<char>(static_cast<std::size_t>(quote - begin));
  Reader reader(begin, quote, out);
  if (auto const* const message = reader.read(); message != nullptr) {
    return {.message = message, .at = reader.at()};
  }
  return {
      .text = {out, reader.out()}, .is_as_printed = reader.is_as_printed(), .behind = quote + 1};
}

}  // namespace treadle::json
