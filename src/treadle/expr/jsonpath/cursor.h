// Looking ahead in the text of a path. Positions are bytes; kNone stands for "nowhere". Only the
// blank counts as white space, as in the Jayway library.
#pragma once

#include <cstddef>
#include <string_view>

namespace treadle::expr::jsonpath {

inline constexpr std::size_t kNone = std::string_view::npos;

inline auto is_digit(char c) -> bool { return c >= '0' && c <= '9'; }

// The first position from `at` on that holds no blank.
inline auto skip_blanks(std::string_view text, std::size_t at) -> std::size_t {
  while (at < text.size() && text[at] == ' ') ++at;
  return at;
}

// The character at `at`, or '\0' behind the end.
inline auto char_at(std::string_view text, std::size_t at) -> char {
  return at < text.size() ? text[at] : '\0';
}

inline auto trim(std::string_view text) -> std::string_view {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

// Where the text that opens with the quote (or slash) at `at` ends: at the next one without a
// backslash.
inline auto closing_quote(std::string_view text, std::size_t at) -> std::size_t {
  auto const quote = text[at];
  for (++at; at < text.size(); ++at) {
    if (text[at] == '\\')
      ++at;
    else if (text[at] == quote)
      return at;
  }
  return kNone;
}

enum class Slashes { kPlain, kQuoteRegex };

// Where the bracket at `at` is closed, quoted texts left out.
inline auto closing_bracket(std::string_view text, std::size_t at, char close,
                            Slashes slashes = Slashes::kPlain) -> std::size_t {
  auto const open = text[at];
  std::size_t depth = 0;
  for (; at < text.size(); ++at) {
    auto const c = text[at];
    if (c == '\'' || c == '"' || (c == '/' && slashes == Slashes::kQuoteRegex)) {
      at = closing_quote(text, at);
      if (at == kNone) return kNone;
    } else if (c == open) {
      ++depth;
    } else if (c == close && --depth == 0) {
      return at;
    }
  }
  return kNone;
}

}  // namespace treadle::expr::jsonpath
