#include <charconv>
#include <cstdint>
#include <optional>

#include "treadle/base/utf8.h"
#include "treadle/expr/jsonpath/compile.h"

namespace treadle::expr::jsonpath {
namespace {

constexpr std::size_t kHexDigits = 4;

// The code unit of "uXXXX" at `at`.
auto code_unit(std::string_view text, std::size_t at) -> std::optional<std::uint32_t> {
  if (at >= text.size() || text[at] != 'u' || text.size() - at <= kHexDigits) return std::nullopt;
  auto const* begin = text.data() + at + 1;
  std::uint32_t unit = 0;
  auto const [end, error] = std::from_chars(begin, begin + kHexDigits, unit, 16);
  if (error != std::errc() || end != begin + kHexDigits) return std::nullopt;
  return unit;
}

// Appends the character of the "uXXXX" at `at`, with its low surrogate if there is one. Returns how
// many bytes it took; 0 when there is no such escape.
auto unescape_unicode(std::string& out, std::string_view text, std::size_t at) -> std::size_t {
  auto const unit = code_unit(text, at);
  if (!unit) return 0;
  auto const low_at = at + kHexDigits + 2;
  if (utf8::is_high_surrogate(*unit) && low_at <= text.size() && text[low_at - 1] == '\\') {
    auto const low = code_unit(text, low_at);
    if (low && utf8::is_low_surrogate(*low)) {
      utf8::append(out, utf8::join_surrogates(*unit, *low));
      return 2 * (kHexDigits + 1) + 1;
    }
  }
  utf8::append(out, *unit);
  return kHexDigits + 1;
}

auto plain_escape(char c) -> char {
  switch (c) {
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: return c;
  }
}

}  // namespace

auto unescape(std::string_view text) -> std::string {
  auto out = std::string();
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '\\') {
      out += text[at];
    } else if (++at < text.size()) {
      if (auto const taken = unescape_unicode(out, text, at); taken > 0)
        at += taken - 1;
      else
        out += plain_escape(text[at]);
    }
  }
  return out;
}

auto unescape_name(std::string_view text, char quote) -> std::string {
  if (quote != '\'') return unescape(text);
  auto kept = std::string();
  for (std::size_t at = 0; at < text.size(); ++at) {
    kept += text[at];
    if (text[at] != '\\' || at + 1 == text.size()) continue;
    ++at;
    if (text[at] == '"') kept += '\\';
    kept += text[at];
  }
  return unescape(kept);
}

}  // namespace treadle::expr::jsonpath
