#include "treadle/expr/jsonata/lexer.h"

#include <charconv>
#include <cmath>

#include "treadle/expr/jsonata/messages.h"
#include "treadle/json/print.h"

namespace treadle::expr::jsonata {
namespace {

constexpr std::string_view kBlanks = " \t\n\r\v";
constexpr std::string_view kSymbols = ".[]{}(),@#;:?+-*/%|=<>^&!~";
constexpr std::string_view kPairs[] = {"..", ":=", "!=", ">=", "<=", "**", "~>", "?:", "??"};

auto fail_at(std::size_t position, std::string_view code, Details const& details = {})
    -> std::unexpected<SyntaxError> {
  return std::unexpected(SyntaxError{std::string(code), message_of(code, details), position});
}

auto is_digit(char c) -> bool { return c >= '0' && c <= '9'; }

void append_utf8(std::string& out, std::uint32_t c) {
  auto const put = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (c < 0x80) return put(c);
  if (c < 0x800) {
    put(0xC0U | c >> 6U);
  } else if (c < 0x10000) {
    put(0xE0U | c >> 12U);
    put(0x80U | (c >> 6U & 0x3FU));
  } else {
    put(0xF0U | c >> 18U);
    put(0x80U | (c >> 12U & 0x3FU));
    put(0x80U | (c >> 6U & 0x3FU));
  }
  put(0x80U | (c & 0x3FU));
}

// Four hexadecimal digits as a number, or -1.
auto hex4(std::string_view digits) -> std::int32_t {
  if (digits.size() < 4) return -1;
  std::int32_t unit = 0;
  auto const* const end = digits.data() + 4;
  auto const [stopped, error] = std::from_chars(digits.data(), end, unit, 16);
  return error == std::errc() && stopped == end && digits[0] != '-' ? unit : -1;
}

}  // namespace

auto Lexer::skip_blanks() -> Result<void, SyntaxError> {
  while (true) {
    while (at_ < text_.size() && kBlanks.find(text_[at_]) != std::string_view::npos) ++at_;
    if (peek() != '/' || peek(1) != '*') return {};
    auto const end = text_.find("*/", at_ + 2);
    if (end == std::string_view::npos) return fail_at(at_, "S0106");
    at_ = end + 2;
  }
}

auto Lexer::operator_size() const -> std::size_t {
  auto const two = text_.substr(at_, 2);
  for (auto const pair : kPairs) {
    bool const later = pair[0] == '?';  // came after the version that Step Functions speaks
    if (two == pair && !(later && program_.dialect == Dialect::kStepFunctions)) return 2;
  }
  return kSymbols.find(text_[at_]) == std::string_view::npos ? 0 : 1;
}

auto Lexer::next(Expected expected) -> Result<Token, SyntaxError> {
  TRY(skip_blanks());
  auto const begin = at_;
  if (at_ == text_.size())
    return Token{.text = "(end)", .position = static_cast<std::uint32_t>(begin)};
  auto token = Token();
  char const c = text_[at_];
  if (c == '/' && expected == Expected::kOperand) {
    token = TRY(regex());
  } else if (auto const size = operator_size(); size > 0) {
    token = {.kind = TokenKind::kOperator, .text = text_.substr(at_, size)};
    at_ += size;
  } else if (c == '"' || c == '\'') {
    token = TRY(string(c));
  } else if (is_digit(c)) {
    token = TRY(number());
  } else if (c == '`') {
    token = TRY(quoted_name());
  } else {
    token = word();
  }
  token.position = static_cast<std::uint32_t>(begin);
  return token;
}

// Up to a '/' that is neither escaped nor inside brackets; then the flags.
auto Lexer::regex() -> Result<Token, SyntaxError> {
  auto const begin = at_++;
  auto depth = 0;
  for (; at_ < text_.size(); ++at_) {
    char const c = text_[at_];
    if (c == '\\') {
      ++at_;
    } else if (c == '/' && depth == 0) {
      auto const pattern = text_.substr(begin + 1, at_ - begin - 1);
      if (pattern.empty()) return fail_at(begin, "S0301");
      auto const flags_begin = ++at_;
      while (peek() == 'i' || peek() == 'm') ++at_;
      auto const flags = text_.substr(flags_begin, at_ - flags_begin);
      auto compiled = Regex::compile(pattern, flags);
      if (!compiled)
        return std::unexpected(SyntaxError{compiled.error().code, compiled.error().message, begin});
      program_.regexes.push_back(std::make_unique<Regex const>(*std::move(compiled)));
      return Token{.kind = TokenKind::kRegex, .regex = program_.regexes.back().get()};
    } else if (c == '(' || c == '[' || c == '{') {
      ++depth;
    } else if (c == ')' || c == ']' || c == '}') {
      --depth;
    }
  }
  return fail_at(begin, "S0302");
}

auto Lexer::string(char quote) -> Result<Token, SyntaxError> {
  auto const begin = at_++;
  auto text = std::string();
  while (at_ < text_.size()) {
    char const c = text_[at_++];
    if (c == quote) return Token{.kind = TokenKind::kString, .text = program_.arena.copy(text)};
    if (c == '\\')
      TRY(escape(text));
    else
      text += c;
  }
  return fail_at(begin, "S0101");
}

auto Lexer::escape(std::string& out) -> Result<void, SyntaxError> {
  constexpr std::string_view kLetters = "\"\\/bfnrt";
  constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
  char const c = peek();
  auto const begin = at_++;
  if (auto const i = kLetters.find(c); i != std::string_view::npos && begin < text_.size()) {
    out += kMeanings[i];
    return {};
  }
  if (c != 'u')
    return fail_at(begin, "S0103",
                   {.token = begin < text_.size() ? json::print_string({&c, 1}) : "\"\""});
  auto const unit = hex4(text_.substr(at_));
  if (unit < 0) return fail_at(begin, "S0104");
  at_ += 4;
  auto code_point = static_cast<std::uint32_t>(unit);
  if (unit >= 0xD800 && unit < 0xDC00 && peek() == '\\' && peek(1) == 'u') {
    auto const low = hex4(text_.substr(at_ + 2));
    if (low >= 0xDC00 && low < 0xE000) {
      code_point =
          0x10000 + ((code_point - 0xD800) << 10U) + (static_cast<std::uint32_t>(low) - 0xDC00);
      at_ += 6;
    }
  }
  append_utf8(out, code_point);
  return {};
}

auto Lexer::quoted_name() -> Result<Token, SyntaxError> {
  auto const begin = at_ + 1;
  auto const end = text_.find('`', begin);
  if (end == std::string_view::npos) return fail_at(at_, "S0105");
  at_ = end + 1;
  return Token{.kind = TokenKind::kName, .text = text_.substr(begin, end - begin)};
}

auto Lexer::number() -> Result<Token, SyntaxError> {
  auto const begin = at_;
  auto const digits = [&] {
    while (is_digit(peek())) ++at_;
  };
  if (peek() == '0')
    ++at_;
  else
    digits();
  if (peek() == '.' && is_digit(peek(1))) {
    ++at_;
    digits();
  }
  if (peek() == 'e' || peek() == 'E') {
    auto const sign = peek(1) == '+' || peek(1) == '-' ? 1U : 0U;
    if (is_digit(peek(1 + sign))) {
      at_ += 1 + sign;
      digits();
    }
  }
  auto const text = text_.substr(begin, at_ - begin);
  auto const value = json::Value::number_text(text).as_double();
  if (!std::isfinite(value)) return fail_at(begin, "S0102", {.token = json::print_string(text)});
  return Token{.kind = TokenKind::kNumber, .text = text, .number = value};
}

// A name runs up to a blank or an operator.
auto Lexer::word() -> Token {
  auto const begin = at_;
  while (at_ < text_.size() && kBlanks.find(text_[at_]) == std::string_view::npos &&
         kSymbols.find(text_[at_]) == std::string_view::npos)
    ++at_;
  auto const text = text_.substr(begin, at_ - begin);
  if (text.starts_with('$')) return {.kind = TokenKind::kVariable, .text = text.substr(1)};
  if (text == "and" || text == "or" || text == "in")
    return {.kind = TokenKind::kOperator, .text = text};
  if (text == "true" || text == "false")
    return {
        .kind = TokenKind::kValue, .text = text, .constant = json::Value::boolean(text == "true")};
  if (text == "null") return {.kind = TokenKind::kValue, .text = text};
  return {.kind = TokenKind::kName, .text = text};
}

}  // namespace treadle::expr::jsonata
