#include "treadle/import/terraform/lexer.h"

#include <algorithm>
#include <array>
#include <iterator>

#include <fmt/format.h>

namespace treadle::import::terraform {
namespace {

using enum TokenKind;

struct Spelling {
  std::string_view text;
  TokenKind kind;
};
// Longer ones first, so that the first that fits is the one.
constexpr Spelling kOperators[] = {
    {"...", kEllipsis}, {"=>", kArrow},        {"==", kEqual},      {"!=", kNotEqual},
    {"<=", kLessEqual}, {">=", kGreaterEqual}, {"&&", kAnd},        {"||", kOr},
    {"{", kBraceOpen},  {"}", kBraceClose},    {"[", kBracketOpen}, {"]", kBracketClose},
    {"(", kParenOpen},  {")", kParenClose},    {"=", kAssign},      {":", kColon},
    {",", kComma},      {".", kDot},           {"?", kQuestion},    {"!", kNot},
    {"<", kLess},       {">", kGreater},       {"+", kPlus},        {"-", kMinus},
    {"*", kStar},       {"/", kSlash},         {"%", kPercent},
};

struct Description {
  TokenKind kind;
  std::string_view text;
};
constexpr Description kDescriptions[] = {
    {kNewline, "the end of the line"},
    {kIdentifier, "a name"},
    {kNumber, "a number"},
    {kQuoteOpen, "a string"},
    {kQuoteClose, "the closing '\"'"},
    {kHeredocOpen, "a heredoc"},
    {kHeredocClose, "the end of the heredoc"},
    {kText, "text"},
    {kInterpolationOpen, "'${'"},
    {kControlOpen, "'%{'"},
    {kTemplateClose, "'}'"},
    {kEnd, "the end of the file"},
};

auto is_digit(char c) -> bool { return c >= '0' && c <= '9'; }
auto is_name_start(char c) -> bool {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}
auto is_name_part(char c) -> bool { return is_name_start(c) || is_digit(c) || c == '-'; }
auto is_blank(char c) -> bool { return c == ' ' || c == '\t' || c == '\r'; }

class Lexer {
 public:
  Lexer(std::string_view text, std::uint32_t file, LexMode mode) : text_(text), file_(file) {
    modes_.push_back(
        {.kind = mode == LexMode::kTemplate ? Mode::kRest : Mode::kCode, .marker = {}});
  }

  auto run() -> Outcome<std::vector<Token>> {
    while (at_ < text_.size()) {
      switch (modes_.back().kind) {
        case Mode::kCode: TRY(lex_code()); break;
        case Mode::kQuoted: TRY(lex_quoted()); break;
        case Mode::kHeredoc: TRY(lex_heredoc()); break;
        case Mode::kRest: TRY(lex_line()); break;
      }
    }
    TRY(check_closed());
    push(kEnd, 0);
    return std::move(tokens_);
  }

 private:
  struct Mode {
    enum Kind : std::uint8_t { kCode, kQuoted, kHeredoc, kRest } kind = kCode;
    std::string_view marker;        // of a heredoc
    std::uint32_t braces_open = 0;  // of code within a template
    std::size_t began_at = 0;
    bool is_at_line_start = true;  // of text
  };

  [[nodiscard]] auto rest() const -> std::string_view { return text_.substr(at_); }
  [[nodiscard]] auto fail_at(std::size_t offset, std::string message) const
      -> std::unexpected<Problem> {
    return problem({file_, static_cast<std::uint32_t>(offset)}, std::move(message));
  }

  // Takes the next `length` bytes as one token.
  auto push(TokenKind kind, std::size_t length) -> Token& {
    tokens_.push_back({kind, text_.substr(at_, length), static_cast<std::uint32_t>(at_)});
    at_ += length;
    return tokens_.back();
  }

  auto check_closed() -> Outcome<void> {
    auto const& mode = modes_.back();
    switch (mode.kind) {
      case Mode::kQuoted:
        return fail_at(mode.began_at, "expected a closing '\"' for the string that starts here");
      case Mode::kHeredoc:
        return fail_at(
            mode.began_at,
            fmt::format("expected a line with '{}' alone to end the heredoc that starts here",
                        mode.marker));
      case Mode::kCode:
        if (modes_.size() > 1)
          return fail_at(mode.began_at,
                         "expected a '}' for the template sequence that starts here");
        return {};
      case Mode::kRest: return {};
    }
    return {};
  }

  auto lex_code() -> Outcome<void> {
    char const c = text_[at_];
    if (is_blank(c)) {
      ++at_;
    } else if (c == '\n') {
      push(kNewline, 1);
    } else if (c == '#' || rest().starts_with("//")) {
      at_ = std::min(text_.find('\n', at_), text_.size());
    } else if (rest().starts_with("/*")) {
      auto const end = text_.find("*/", at_ + 2);
      if (end == std::string_view::npos)
        return fail_at(at_, "expected '*/' for the comment that starts here");
      at_ = end + 2;
    } else if (is_name_start(c)) {
      push(kIdentifier, length_while(is_name_part));
    } else if (is_digit(c)) {
      push(kNumber, number_length());
    } else if (c == '"') {
      modes_.push_back({.kind = Mode::kQuoted, .marker = {}, .began_at = at_});
      push(kQuoteOpen, 1);
    } else if (rest().starts_with("<<")) {
      return open_heredoc();
    } else {
      return lex_operator();
    }
    return {};
  }

  auto lex_operator() -> Outcome<void> {
    auto& mode = modes_.back();
    bool const is_in_template = modes_.size() > 1;
    if (is_in_template && mode.braces_open == 0 &&
        (text_[at_] == '}' || rest().starts_with("~}"))) {
      bool const strips = text_[at_] == '~';
      push(kTemplateClose, strips ? 2 : 1).strips = strips;
      modes_.pop_back();
      return {};
    }
    for (auto const& [spelling, kind] : kOperators) {
      if (!rest().starts_with(spelling)) continue;
      if (kind == kBraceOpen) ++mode.braces_open;
      if (kind == kBraceClose && mode.braces_open > 0) --mode.braces_open;
      push(kind, spelling.size());
      return {};
    }
    if (text_[at_] == '\'') return fail_at(at_, "expected '\"': strings stand in double quotes");
    if (text_[at_] == '&' || text_[at_] == '|')
      return fail_at(at_,
                     fmt::format("expected '{0}{0}': there are no bitwise operators", text_[at_]));
    return fail_at(at_, "this character has no meaning here");
  }

  auto open_heredoc() -> Outcome<void> {
    auto const began_at = at_;
    bool const is_flush = rest().starts_with("<<-");
    auto const marker_at = at_ + (is_flush ? 3 : 2);
    auto const line_end = text_.find('\n', marker_at);
    auto marker = text_.substr(std::min(marker_at, text_.size()), line_end - marker_at);
    while (!marker.empty() && is_blank(marker.back())) marker.remove_suffix(1);
    bool const is_name =
        !marker.empty() && is_name_start(marker[0]) && std::ranges::all_of(marker, is_name_part);
    if (!is_name || line_end == std::string_view::npos)
      return fail_at(began_at,
                     "expected the marker of a heredoc and the end of the line after '<<'");
    push(kHeredocOpen, line_end + 1 - at_).is_flush = is_flush;
    modes_.push_back({.kind = Mode::kHeredoc, .marker = marker, .began_at = began_at});
    return {};
  }

  // Whether one of the sequences that interrupt a template's text stands at `at`.
  [[nodiscard]] auto is_sequence(std::size_t at) const -> bool {
    auto const here = text_.substr(at, 2);
    return here == "${" || here == "%{";
  }
  // $${ and %%{ stand for ${ and %{.
  [[nodiscard]] auto is_escaped_sequence(std::size_t at) const -> bool {
    auto const here = text_.substr(at, 3);
    return here == "$${" || here == "%%{";
  }

  void open_sequence() {
    auto const kind = text_[at_] == '$' ? kInterpolationOpen : kControlOpen;
    bool const strips = at_ + 2 < text_.size() && text_[at_ + 2] == '~';
    auto const began_at = at_;
    push(kind, strips ? 3 : 2).strips = strips;
    modes_.push_back({.kind = Mode::kCode, .marker = {}, .began_at = began_at});
  }

  auto lex_quoted() -> Outcome<void> {
    if (text_[at_] == '"') {
      push(kQuoteClose, 1);
      modes_.pop_back();
      return {};
    }
    if (is_sequence(at_)) {
      open_sequence();
      return {};
    }
    auto end = at_;
    while (end < text_.size() && text_[end] != '"' && !is_sequence(end)) {
      if (text_[end] == '\n')
        return fail_at(modes_.back().began_at,
                       "expected a closing '\"' on the line on which this string starts");
      bool const is_backslash =
          text_[end] == '\\' && end + 1 < text_.size() && text_[end + 1] != '\n';
      end += is_escaped_sequence(end) ? 3 : is_backslash ? 2 : 1;
    }
    push(kText, end - at_);
    return {};
  }

  auto lex_heredoc() -> Outcome<void> {
    auto& mode = modes_.back();
    if (mode.is_at_line_start && ends_heredoc(mode.marker)) {
      auto const length = text_.find(mode.marker, at_) + mode.marker.size() - at_;
      push(kHeredocClose, length);
      modes_.pop_back();
      return {};
    }
    mode.is_at_line_start = false;
    return lex_line();
  }

  // A sequence's opening, or the text up to one or to the end of the line.
  auto lex_line() -> Outcome<void> {
    if (is_sequence(at_)) {
      open_sequence();
      return {};
    }
    auto end = at_;
    while (end < text_.size() && !is_sequence(end) && text_[end] != '\n')
      end += is_escaped_sequence(end) ? 3 : 1;
    bool const ends_line = end < text_.size() && text_[end] == '\n';
    push(kText, end + (ends_line ? 1 : 0) - at_);
    modes_.back().is_at_line_start = ends_line;
    return {};
  }

  // Whether the line that starts here is the marker alone, with blanks before or after it.
  [[nodiscard]] auto ends_heredoc(std::string_view marker) const -> bool {
    auto line = rest().substr(0, rest().find('\n'));
    while (!line.empty() && is_blank(line.front())) line.remove_prefix(1);
    while (!line.empty() && is_blank(line.back())) line.remove_suffix(1);
    return line == marker;
  }

  [[nodiscard]] auto length_while(auto accepts) const -> std::size_t {
    auto const here = rest();
    return static_cast<std::size_t>(std::ranges::find_if_not(here, accepts) - here.begin());
  }

  [[nodiscard]] auto number_length() const -> std::size_t {
    auto const here = rest();
    auto const digits_from = [&](std::size_t i) {
      while (i < here.size() && is_digit(here[i])) ++i;
      return i;
    };
    auto const has_digit = [&](std::size_t i) { return i < here.size() && is_digit(here[i]); };
    auto end = digits_from(0);
    if (end < here.size() && here[end] == '.' && has_digit(end + 1)) end = digits_from(end + 1);
    if (end < here.size() && (here[end] == 'e' || here[end] == 'E')) {
      bool const has_sign = end + 1 < here.size() && (here[end + 1] == '+' || here[end + 1] == '-');
      auto const exponent = end + (has_sign ? 2 : 1);
      if (has_digit(exponent)) end = digits_from(exponent);
    }
    return end;
  }

  std::string_view text_;
  std::uint32_t file_;
  std::size_t at_ = 0;
  std::vector<Mode> modes_;
  std::vector<Token> tokens_;
};

}  // namespace

auto tokenize(Sources const& sources, std::uint32_t file, LexMode mode)
    -> Outcome<std::vector<Token>> {
  return Lexer(sources.text(file), file, mode).run();
}

auto describe(TokenKind kind) -> std::string_view {
  static constexpr auto kQuoted = [] {
    std::array<std::array<char, 6>, std::size(kOperators)> all{};
    for (std::size_t i = 0; i < all.size(); ++i) {
      all[i][0] = '\'';
      std::ranges::copy(kOperators[i].text, all[i].begin() + 1);
      all[i][kOperators[i].text.size() + 1] = '\'';
    }
    return all;
  }();
  for (auto const& description : kDescriptions)
    if (description.kind == kind) return description.text;
  for (std::size_t i = 0; i < kQuoted.size(); ++i)
    if (kOperators[i].kind == kind) return kQuoted[i].data();
  return "a token";
}

}  // namespace treadle::import::terraform
