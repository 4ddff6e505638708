#include "treadle/expr/jsonata/utf16.h"

#include <algorithm>
#include <cmath>

namespace treadle::expr::jsonata {

namespace {

constexpr std::size_t kSurrogateBytes = 3;

auto is_continuation(char c) -> bool { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

// Where the code point begins that `count` others precede.
auto skip(std::string_view text, std::size_t count) -> std::size_t {
  std::size_t at = 0;
  for (; count > 0 && at < text.size(); --count) {
    ++at;
    while (at < text.size() && is_continuation(text[at])) ++at;
  }
  return at;
}

// slice()'s argument for a text of `length`: from the end where negative, and never outside.
auto index_of(double position, double length) -> double {
  auto const whole = std::isnan(position) ? 0.0 : std::trunc(position);
  return whole < 0 ? std::max(length + whole, 0.0) : std::min(whole, length);
}

auto slice(std::string_view text, double begin, double end, double length) -> std::string_view {
  auto const from = index_of(begin, length);
  auto const to = index_of(end, length);
  if (to <= from) return {};
  text.remove_prefix(skip(text, static_cast<std::size_t>(from)));
  return text.substr(0, skip(text, static_cast<std::size_t>(to - from)));
}

}  // namespace

auto substring(std::string_view text, double start) -> std::string_view {
  auto const length = static_cast<double>(length_of(text));
  return slice(text, start, length, length);
}

auto substring(std::string_view text, double start, double length) -> std::string_view {
  auto const whole = static_cast<double>(length_of(text));
  auto const begin = whole + start < 0 ? 0.0 : start;
  if (!(length > 0)) return {};
  // counted from the end, an end at or behind the text's own would wrap around to its beginning
  auto const end = begin >= 0 ? begin + length : whole + begin + length;
  return slice(text, begin, end, whole);
}

void append_text(std::string& out, std::string_view piece) {
  if (out.size() >= kSurrogateBytes && piece.size() >= kSurrogateBytes && piece[0] == '\xED') {
    auto const tail = std::string_view(out).substr(out.size() - kSurrogateBytes);
    auto const high = utf8::decode_one(tail, utf8::Surrogates::kAccept);
    auto const low = utf8::decode_one(piece, utf8::Surrogates::kAccept);
    if (high && low && utf8::is_high_surrogate(high->value) && utf8::is_low_surrogate(low->value)) {
      out.resize(out.size() - kSurrogateBytes);
      utf8::append(out, utf8::join_surrogates(high->value, low->value));
      piece.remove_prefix(kSurrogateBytes);
    }
  }
  out += piece;
}

}  // namespace treadle::expr::jsonata
