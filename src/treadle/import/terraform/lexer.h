// Text to tokens. Source: HCL native syntax specification, "Lexical Elements", "Template
// Expressions".
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "treadle/import/terraform/source.h"

namespace treadle::import::terraform {

enum class TokenKind : std::uint8_t {
  kNewline,
  kIdentifier,
  kNumber,
  kQuoteOpen,
  kQuoteClose,  // around a quoted template
  kHeredocOpen,
  kHeredocClose,       // around a heredoc; `<<-` has is_flush
  kText,               // of a template, as written
  kInterpolationOpen,  // ${ or ${~
  kControlOpen,        // %{ or %{~
  kTemplateClose,      // the } or ~} that ends either
  kBraceOpen,
  kBraceClose,
  kBracketOpen,
  kBracketClose,
  kParenOpen,
  kParenClose,
  kAssign,
  kArrow,
  kColon,
  kComma,
  kDot,
  kEllipsis,
  kQuestion,
  kOr,
  kAnd,
  kNot,
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kPlus,
  kMinus,
  kStar,
  kSlash,
  kPercent,
  kEnd,
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  std::string_view text;  // in the Sources
  std::uint32_t offset = 0;
  bool is_flush = false;  // of kHeredocOpen
  bool strips = false;    // a template marker with ~
};

// How the text starts: as a configuration, or within a template that the end of the text ends.
enum class LexMode : std::uint8_t { kConfiguration, kTemplate };

// The tokens of file `file` from byte `begin` to the end, the last one kEnd. Comments are left out;
// the text of a heredoc or of a template file comes a line at a time. Iterative; linear in the
// text.
[[nodiscard]] auto tokenize(Sources const& sources, std::uint32_t file,
                            LexMode mode = LexMode::kConfiguration) -> Outcome<std::vector<Token>>;

// "'{'", "an identifier", "the end of the line" ... for messages.
[[nodiscard]] auto describe(TokenKind kind) -> std::string_view;

}  // namespace treadle::import::terraform
