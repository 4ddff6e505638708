#include "treadle/asl/json_error.h"

#include <algorithm>
#include <cstddef>

#include <fmt/format.h>

#include "treadle/base/utf8.h"

namespace treadle::asl {
namespace {

constexpr std::size_t kExcerptBytes = 500;

auto is_word(char c) -> bool {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// The part of `text` from the word that holds `offset` up to the word's end; empty when no word is
// there.
struct Word {
  std::size_t begin = 0;
  std::size_t end = 0;
};

auto word_at(std::string_view text, std::size_t offset) -> Word {
  Word word{offset, offset};
  while (word.begin > 0 && is_word(text[word.begin - 1])) --word.begin;
  while (word.end < text.size() && is_word(text[word.end])) ++word.end;
  return word;
}

// Whether a value may begin at `begin`: only then is a word there a misspelled literal.
auto expects_value(std::string_view text, std::size_t begin) -> bool {
  auto const before = text.substr(0, begin).find_last_not_of(" \t\r\n");
  return before == std::string_view::npos || text[before] == ':' || text[before] == '[';
}

// Line and column, from 1, of byte `offset`.
struct Position {
  std::size_t line = 1;
  std::size_t column = 1;
};

auto position_of(std::string_view text, std::size_t offset) -> Position {
  auto const before = text.substr(0, offset);
  auto const lines = std::ranges::count(before, '\n');
  auto const line_start = before.rfind('\n') + 1;  // npos + 1 is 0
  return {static_cast<std::size_t>(lines) + 1, offset - line_start + 1};
}

// `text` with U+FFFD for every byte that is no UTF-8.
auto made_valid(std::string_view text) -> std::string {
  std::string valid;
  while (!text.empty()) {
    auto const point = utf8::decode_one(text);
    utf8::append(valid, point ? point->value : U'\uFFFD');
    text.remove_prefix(point ? point->bytes : 1);
  }
  return valid;
}

auto source_text(std::string_view text, Position at) -> std::string {
  auto const excerpt = utf8::truncate(text, kExcerptBytes);
  auto const rest = text.size() - excerpt.size();
  return fmt::format("[Source: (String)\"{}\"{}; line: {}, column: {}]", made_valid(excerpt),
                     rest == 0 ? "" : fmt::format("[truncated {} chars]", rest), at.line,
                     at.column);
}

}  // namespace

auto describe_json_error(std::string_view text, json::ParseError const& error) -> JsonErrorText {
  auto const offset = std::min(error.offset, text.size());
  auto const word = word_at(text, offset);
  auto message = error.message;
  auto end = offset;
  if (word.begin < word.end && expects_value(text, word.begin)) {
    message = fmt::format(
        "Unrecognized token '{}': was expecting (JSON String, Number, Array, Object or token "
        "'null', "
        "'true' or 'false')",
        text.substr(word.begin, word.end - word.begin));
    end = word.end;
  } else if (offset == text.size()) {
    message = "Unexpected end-of-input: " + error.message;
  }
  auto source = source_text(text, position_of(text, end));
  return {message + "\n at " + source, source};
}

}  // namespace treadle::asl
