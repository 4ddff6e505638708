// The literals of JavaScript listings. Source: ECMAScript 2024, 12.4 (comments), 12.9.4 (strings), 13.2.4 and 13.2.5
// (array and object literals).
#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

#include "treadle/base/utf8.h"
#include "treadle/saga/literal.h"

namespace treadle::saga {
namespace {

auto is_name_start(char c) -> bool {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' ||
         static_cast<unsigned char>(c) >= 0x80;
}
auto is_name_part(char c) -> bool { return is_name_start(c) || (c >= '0' && c <= '9'); }

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {
    if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
  }

  auto parse() -> Result<Literal, LiteralError> {
    TRY(skip_declaration());
    auto value = TRY(parse_value(0));
    TRY(skip_blanks());
    if (peek_word() == "as" || peek_word() == "satisfies") TRY(skip_type(";"));
    TRY(skip_blanks());
    if (peek() == ';') advance();
    TRY(skip_blanks());
    if (at_ < text_.size())
      return refuse("expected nothing after the steps; a saga's file holds one literal");
    return value;
  }

 private:
  template <typename T>
  using Read = Result<T, LiteralError>;

  [[nodiscard]] auto peek(std::size_t ahead = 0) const -> char {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }

  void advance() {
    auto const c = static_cast<unsigned char>(text_[at_++]);
    if (c == '\n') {
      ++mark_.line;
      mark_.column = 1;
    } else if ((c & 0xC0U) != 0x80U) {
      ++mark_.column;
    }
  }

  [[nodiscard]] auto refuse(std::string message) const -> std::unexpected<LiteralError> {
    return std::unexpected(LiteralError{std::move(message), mark_});
  }

  auto skip_blanks() -> Read<void> {
    while (at_ < text_.size()) {
      if (std::string_view(" \t\r\n").contains(peek())) {
        advance();
      } else if (peek() == '/' && peek(1) == '/') {
        while (at_ < text_.size() && peek() != '\n') advance();
      } else if (peek() == '/' && peek(1) == '*') {
        auto const end = text_.find("*/", at_ + 2);
        if (end == std::string_view::npos) return refuse("expected */ at the end of the comment");
        while (at_ < end + 2) advance();
      } else {
        break;
      }
    }
    return {};
  }

  [[nodiscard]] auto peek_word() const -> std::string_view {
    auto end = at_;
    if (end < text_.size() && is_name_start(text_[end]))
      while (end < text_.size() && is_name_part(text_[end])) ++end;
    return text_.substr(at_, end - at_);
  }

  void skip_word() {
    for (auto left = peek_word().size(); left > 0; --left) advance();
  }

  // export default const NAME : TYPE =
  auto skip_declaration() -> Read<void> {
    constexpr std::array<std::string_view, 5> kWords = {"export", "default", "const", "let", "var"};
    bool declares = false;
    TRY(skip_blanks());
    while (std::ranges::find(kWords, peek_word()) != kWords.end()) {
      declares = declares || (peek_word() != "export" && peek_word() != "default");
      skip_word();
      TRY(skip_blanks());
    }
    if (!declares) return {};
    if (peek_word().empty()) return refuse("expected the name of the constant that holds the saga");
    skip_word();
    TRY(skip_blanks());
    if (peek() == ':') TRY(skip_type("="));
    if (peek() != '=') return refuse("expected = and the steps of the saga");
    advance();
    return skip_blanks();
  }

  // A type of TypeScript: whatever stands up to one of `ends`.
  auto skip_type(std::string_view ends) -> Read<void> {
    while (at_ < text_.size() && !ends.contains(peek())) advance();
    return {};
  }

  auto parse_value(std::size_t depth) -> Read<Literal> {
    TRY(skip_blanks());
    if (depth > kLiteralDepthMax)
      return refuse(fmt::format("expected at most {} levels", kLiteralDepthMax));
    if (++values_ > kLiteralValuesMax)
      return refuse(fmt::format("expected at most {} values", kLiteralValuesMax));
    switch (peek()) {
      case '[': return parse_list(depth);
      case '{': return parse_map(depth);
      case '\'':
      case '"':
      case '`': return parse_string();
      default: return parse_word();
    }
  }

  auto parse_list(std::size_t depth) -> Read<Literal> {
    Literal out{
        .kind = Literal::Kind::kList, .mark = mark_, .text = {}, .elements = {}, .members = {}};
    advance();
    while (true) {
      TRY(skip_blanks());
      if (peek() == ']') break;
      out.elements.push_back(TRY(parse_value(depth + 1)));
      TRY(skip_blanks());
      if (peek() == ',')
        advance();
      else if (peek() != ']')
        return refuse("expected , or ] after an element");
    }
    advance();
    return out;
  }

  auto parse_map(std::size_t depth) -> Read<Literal> {
    Literal out{
        .kind = Literal::Kind::kMap, .mark = mark_, .text = {}, .elements = {}, .members = {}};
    std::set<std::string> names;
    advance();
    while (true) {
      TRY(skip_blanks());
      if (peek() == '}') break;
      auto key = TRY(parse_key());
      if (!names.insert(key.text).second)
        return std::unexpected(
            LiteralError{fmt::format("expected the key '{}' only once", key.text), key.mark});
      TRY(skip_blanks());
      if (peek() != ':') return refuse("expected : after the key");
      advance();
      auto value = TRY(parse_value(depth + 1));
      out.members.emplace_back(std::move(key), std::move(value));
      TRY(skip_blanks());
      if (peek() == ',')
        advance();
      else if (peek() != '}')
        return refuse("expected , or } after a member");
    }
    advance();
    return out;
  }

  auto parse_key() -> Read<Literal> {
    if (peek() == '\'' || peek() == '"') return parse_string();
    Literal out{.kind = Literal::Kind::kString,
                .mark = mark_,
                .text = std::string(peek_word()),
                .elements = {},
                .members = {}};
    if (out.text.empty()) return refuse("expected a key or }");
    skip_word();
    return out;
  }

  // null, undefined, true, false, or a number.
  auto parse_word() -> Read<Literal> {
    Literal out{
        .kind = Literal::Kind::kNull, .mark = mark_, .text = {}, .elements = {}, .members = {}};
    auto const word = peek_word();
    if (word == "true" || word == "false") {
      out.kind = Literal::Kind::kBool;
      out.text = word;
      skip_word();
      return out;
    }
    if (word == "null" || word == "undefined") {
      skip_word();
      return out;
    }
    if (!word.empty())
      return refuse(fmt::format(
          "expected a literal, but not the name '{}': nothing of a listing is computed", word));
    out.kind = Literal::Kind::kNumber;
    while (is_name_part(peek()) || std::string_view("+-.").contains(peek())) {
      if (peek() == '\0') break;
      if (peek() != '_') out.text += peek();
      advance();
    }
    if (out.text.empty() || !is_number(out.text))
      return std::unexpected(LiteralError{"expected a value", out.mark});
    return out;
  }

  [[nodiscard]] static auto is_number(std::string_view text) -> bool {
    auto at = text.starts_with('-') ? std::size_t{1} : 0;
    if (at == text.size()) return false;
    bool const leads_with_zero = text[at] == '0' && at + 1 < text.size() && text[at + 1] != '.';
    bool has_point = false;
    for (; at < text.size(); ++at) {
      if (text[at] == '.' && !has_point && at + 1 < text.size() && at > 0 && text[at - 1] != '-')
        has_point = true;
      else if (text[at] < '0' || text[at] > '9')
        return false;
    }
    return !leads_with_zero;
  }

  auto parse_string() -> Read<Literal> {
    Literal out{
        .kind = Literal::Kind::kString, .mark = mark_, .text = {}, .elements = {}, .members = {}};
    auto const quote = peek();
    advance();
    while (peek() != quote) {
      if (at_ >= text_.size() || (peek() == '\n' && quote != '`'))
        return std::unexpected(
            LiteralError{fmt::format("expected {} at the end of the text", quote), out.mark});
      if (quote == '`' && peek() == '$' && peek(1) == '{')
        return refuse("expected a text without ${...}: nothing of a listing is computed");
      if (peek() == '\\') {
        TRY(parse_escape(out.text));
      } else {
        out.text += peek();
        advance();
      }
    }
    advance();
    return out;
  }

  auto parse_escape(std::string& out) -> Read<void> {
    advance();
    auto const c = peek();
    if (at_ >= text_.size()) return refuse("expected a character after the backslash");
    if (c == 'u' || c == 'x') return parse_code(out);
    constexpr std::string_view kNames = "nrtbfv0";
    constexpr std::string_view kMeanings{"\n\r\t\b\f\v\0", 7};
    if (auto const i = kNames.find(c); i != std::string_view::npos)
      out += kMeanings[i];
    else if (c != '\n')  // a line that goes on
      out += c;
    advance();
    return {};
  }

  auto parse_digits(std::size_t count) -> Read<char32_t> {
    char32_t code = 0;
    for (; count > 0; --count) {
      auto const c = peek();
      auto const digit = c >= '0' && c <= '9'   ? c - '0'
                         : c >= 'a' && c <= 'f' ? c - 'a' + 10
                         : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                                : -1;
      if (digit < 0) return refuse("expected a hexadecimal digit");
      code = code * 16 + static_cast<char32_t>(digit);
      advance();
    }
    return code;
  }

  auto parse_code(std::string& out) -> Read<void> {
    bool const is_short = peek() == 'x';
    advance();
    auto code = TRY(parse_digits(is_short ? 2 : 4));
    if (code >= 0xD800 && code < 0xDC00 && peek() == '\\' && peek(1) == 'u') {
      advance();
      advance();
      auto const low = TRY(parse_digits(4));
      if (low < 0xDC00 || low > 0xDFFF) return refuse("expected the second half of a character");
      code = 0x10000 + ((code - 0xD800) << 10U) + (low - 0xDC00);
    }
    if (code >= 0xD800 && code < 0xE000) return refuse("expected a whole character");
    utf8::append(out, code);
    return {};
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t values_ = 0;
  Mark mark_;
};

}  // namespace

auto parse_listing(std::string_view text) -> Result<Literal, LiteralError> {
  if (text.size() > kLiteralBytesMax)
    return std::unexpected(
        LiteralError{fmt::format("expected at most {} bytes", kLiteralBytesMax), {}});
  if (!utf8::is_valid(text)) return std::unexpected(LiteralError{"expected UTF-8", {}});
  return Parser(text).parse();
}

}  // namespace treadle::saga
