// Templates: quoted strings, heredocs and files. Source: HCL native syntax specification,
// "Templates". First a flat list of pieces; then ~ strips blanks, <<- drops the common indentation,
// and the sequences
// %{ if } and %{ for } nest.
#include <algorithm>
#include <limits>
#include <optional>

#include <fmt/format.h>

#include "treadle/base/utf8.h"
#include "treadle/import/terraform/expression_parser.h"

namespace treadle::import::terraform {
namespace {

using enum TokenKind;

constexpr std::string_view kBlanks = " \t\r\n\v\f";

// The code point of \uXXXX or \UXXXXXXXX at the start of `text`; nullopt if there is none.
auto parse_unicode_escape(std::string_view text) -> std::optional<char32_t> {
  std::size_t const digits = text[1] == 'u' ? 4 : 8;
  if (text.size() < 2 + digits) return std::nullopt;
  char32_t c = 0;
  for (char const digit : text.substr(2, digits)) {
    auto const value = std::string_view("0123456789abcdef").find(static_cast<char>(digit | 0x20));
    if (value == std::string_view::npos) return std::nullopt;
    c = (c << 4U) | static_cast<char32_t>(value);
  }
  bool const is_surrogate = c >= 0xD800 && c <= 0xDFFF;
  return is_surrogate || c > 0x10FFFF ? std::nullopt : std::optional(c);
}

auto is_escaped_sequence(std::string_view text) -> bool {
  return text.starts_with("$${") || text.starts_with("%%{");
}

// $${ and %%{ are all that a heredoc or a file escapes.
auto unescape_sequences(std::string_view text) -> std::string {
  std::string out;
  for (; !text.empty(); text.remove_prefix(1)) {
    if (is_escaped_sequence(text)) text.remove_prefix(1);
    out += text.front();
  }
  return out;
}

}  // namespace

auto unescape_quoted(std::string_view text, Location at) -> Outcome<std::string> {
  constexpr std::string_view kLetters = "nrt\"\\";
  constexpr std::string_view kMeanings = "\n\r\t\"\\";
  std::string out;
  auto const whole = text.size();
  while (!text.empty()) {
    if (is_escaped_sequence(text)) {
      out += text.substr(1, 2);
      text.remove_prefix(3);
      continue;
    }
    if (text.front() != '\\') {
      out += text.front();
      text.remove_prefix(1);
      continue;
    }
    Location const here{at.file, static_cast<std::uint32_t>(at.offset + whole - text.size())};
    auto const letter = text.size() > 1 ? text[1] : '\0';
    auto const meaning = letter == '\0' ? std::string_view::npos : kLetters.find(letter);
    if (meaning != std::string_view::npos) {
      out += kMeanings[meaning];
      text.remove_prefix(2);
    } else if (letter == 'u' || letter == 'U') {
      auto const code_point = parse_unicode_escape(text);
      if (!code_point)
        return problem(
            here, "expected \\uXXXX or \\UXXXXXXXX with the hexadecimal number of a character");
      utf8::append(out, *code_point);
      text.remove_prefix(letter == 'u' ? 6 : 10);
    } else {
      return problem(here,
                     "expected one of \\n \\r \\t \\\" \\\\ \\uXXXX \\UXXXXXXXX after a backslash");
    }
  }
  return out;
}

struct ExpressionParser::Piece {
  enum class Kind : std::uint8_t {
    kText,
    kInterpolation,
    kIf,
    kElse,
    kEndIf,
    kFor,
    kEndFor
  } kind = Kind::kText;
  Location at;
  std::string text;          // of kText
  ExpressionPtr expression;  // of kInterpolation, kIf, kFor
  ForNames names;            // of kFor
  bool strips_before = false;
  bool strips_after = false;
};

class ExpressionParser::Assembler {
 public:
  explicit Assembler(std::vector<Piece> pieces) : pieces_(std::move(pieces)) {}

  // A ~ takes the blanks of the text next to it: up to the end of a line in a heredoc or a file,
  // whose text comes a line a piece.
  void strip_blanks() {
    for (std::size_t i = 0; i < pieces_.size(); ++i) {
      if (pieces_[i].strips_before && i > 0) {
        auto& text = pieces_[i - 1].text;
        text.erase(text.find_last_not_of(kBlanks) + 1);
      }
      if (pieces_[i].strips_after && i + 1 < pieces_.size()) {
        auto& text = pieces_[i + 1].text;
        text.erase(0, text.find_first_not_of(kBlanks));
      }
    }
  }

  // Takes from every line the blanks that all lines with content begin with.
  void drop_indentation() {
    std::vector<std::string*> lines;
    auto common = std::numeric_limits<std::size_t>::max();
    bool is_line_start = true;
    for (auto& piece : pieces_) {
      bool const is_text = piece.kind == Piece::Kind::kText;
      if (is_line_start) {
        auto const blanks = std::min(piece.text.find_first_not_of(kBlanks), piece.text.size());
        bool const is_blank_line = blanks == piece.text.size() && piece.text.ends_with('\n');
        if (!is_blank_line) common = std::min(common, blanks);
        if (is_text && !is_blank_line) lines.push_back(&piece.text);
      }
      is_line_start = is_text && piece.text.ends_with('\n');
    }
    for (auto* line : lines) line->erase(0, common);
  }

  auto run() -> Outcome<Template> {
    auto whole = TRY(sequence(0));
    if (at_ < pieces_.size())
      return problem(pieces_[at_].at, "this has no %{ if } or %{ for } that it belongs to");
    whole.is_one_interpolation =
        whole.parts.size() == 1 && std::holds_alternative<ExpressionPtr>(whole.parts[0].part);
    return whole;
  }

 private:
  // The parts up to an else, endif or endfor, which is left.
  auto sequence(std::uint32_t depth) -> Outcome<Template> {
    Template out;
    while (at_ < pieces_.size()) {
      auto& piece = pieces_[at_];
      if (depth > kSyntaxDepthMax)
        return problem(
            piece.at, fmt::format("expected templates that nest at most {} deep", kSyntaxDepthMax));
      switch (piece.kind) {
        case Piece::Kind::kText:
          append_text(out, piece.text);
          ++at_;
          break;
        case Piece::Kind::kInterpolation:
          out.parts.push_back({std::move(piece.expression)});
          ++at_;
          break;
        case Piece::Kind::kIf: out.parts.push_back({TRY(conditional(depth + 1))}); break;
        case Piece::Kind::kFor: out.parts.push_back({TRY(loop(depth + 1))}); break;
        default: return out;
      }
    }
    return out;
  }

  static void append_text(Template& out, std::string const& text) {
    if (text.empty()) return;
    auto* last = out.parts.empty() ? nullptr : std::get_if<std::string>(&out.parts.back().part);
    if (last != nullptr) {
      *last += text;
    } else {
      out.parts.push_back({text});
    }
  }

  auto conditional(std::uint32_t depth) -> Outcome<TemplateIf> {
    auto& opening = pieces_[at_++];
    TemplateIf out{
        .condition = std::move(opening.expression), .then = nullptr, .otherwise = nullptr};
    out.then = std::make_unique<Template>(TRY(sequence(depth)));
    out.otherwise = std::make_unique<Template>();
    if (is_next(Piece::Kind::kElse)) {
      ++at_;
      *out.otherwise = TRY(sequence(depth));
    }
    if (!is_next(Piece::Kind::kEndIf))
      return problem(opening.at, "expected %{ endif } for the %{ if } that starts here");
    ++at_;
    return out;
  }

  auto loop(std::uint32_t depth) -> Outcome<TemplateFor> {
    auto& opening = pieces_[at_++];
    TemplateFor out{.key = opening.names.key,
                    .value = opening.names.value,
                    .collection = std::move(opening.expression),
                    .body = nullptr};
    out.body = std::make_unique<Template>(TRY(sequence(depth)));
    if (!is_next(Piece::Kind::kEndFor))
      return problem(opening.at, "expected %{ endfor } for the %{ for } that starts here");
    ++at_;
    return out;
  }

  [[nodiscard]] auto is_next(Piece::Kind kind) const -> bool {
    return at_ < pieces_.size() && pieces_[at_].kind == kind;
  }

  std::vector<Piece> pieces_;
  std::size_t at_ = 0;
};

auto ExpressionParser::parse_template(Location at, TokenKind close, Quoting quoting)
    -> Outcome<ExpressionPtr> {
  Assembler assembler(TRY(parse_pieces(close, quoting)));
  assembler.strip_blanks();
  if (quoting == Quoting::kFlushHeredoc) assembler.drop_indentation();
  auto whole = TRY(assembler.run());
  if (whole.parts.empty()) return make(at, Literal{Value::string({})});
  if (auto* text = std::get_if<std::string>(&whole.parts[0].part);
      text != nullptr && whole.parts.size() == 1)
    return make(at, Literal{Value::string(std::move(*text))});
  return make(at, std::move(whole));
}

auto ExpressionParser::parse_pieces(TokenKind close, Quoting quoting)
    -> Outcome<std::vector<Piece>> {
  std::vector<Piece> pieces;
  for (;;) {
    auto const& token = cursor_.peek();
    if (token.kind == kText) {
      auto const at = cursor_.at(token);
      cursor_.next();
      auto text = quoting == Quoting::kQuoted ? TRY(unescape_quoted(token.text, at))
                                              : unescape_sequences(token.text);
      pieces.push_back({.kind = Piece::Kind::kText,
                        .at = at,
                        .text = std::move(text),
                        .expression = {},
                        .names = {}});
    } else if (token.kind == kInterpolationOpen) {
      pieces.push_back(TRY(parse_interpolation()));
    } else if (token.kind == kControlOpen) {
      pieces.push_back(TRY(parse_control()));
    } else {
      TRY(cursor_.expect(close, "at the end of the text"));
      return pieces;
    }
  }
}

auto ExpressionParser::parse_interpolation() -> Outcome<Piece> {
  TokenCursor::Nested const nested(cursor_, Newlines::kIgnored);
  Piece piece{.kind = Piece::Kind::kInterpolation,
              .at = cursor_.here(),
              .text = {},
              .expression = {},
              .names = {}};
  piece.strips_before = cursor_.next().strips;
  piece.expression = TRY(parse());
  piece.strips_after = TRY(cursor_.expect(kTemplateClose, "after the expression in '${'")).strips;
  return piece;
}

auto ExpressionParser::parse_control() -> Outcome<Piece> {
  TokenCursor::Nested const nested(cursor_, Newlines::kIgnored);
  Piece piece{
      .kind = Piece::Kind::kIf, .at = cursor_.here(), .text = {}, .expression = {}, .names = {}};
  piece.strips_before = cursor_.next().strips;
  auto const accept_word = [&](std::string_view word, Piece::Kind kind) {
    if (!cursor_.is_word(word)) return false;
    piece.kind = kind;
    cursor_.next();
    return true;
  };
  if (accept_word("if", Piece::Kind::kIf)) {
    piece.expression = TRY(parse());
  } else if (cursor_.is_word("for")) {
    piece.kind = Piece::Kind::kFor;
    piece.names = TRY(parse_for_names());
    piece.expression = TRY(parse());
  } else if (!accept_word("else", Piece::Kind::kElse) &&
             !accept_word("endif", Piece::Kind::kEndIf) &&
             !accept_word("endfor", Piece::Kind::kEndFor)) {
    return cursor_.unexpected("'if', 'else', 'endif', 'for' or 'endfor' after '%{'");
  }
  piece.strips_after = TRY(cursor_.expect(kTemplateClose, "at the end of '%{'")).strips;
  return piece;
}

}  // namespace treadle::import::terraform
