// Expressions and templates, from tokens. Source: HCL native syntax specification, "Expressions".
#pragma once

#include <string>
#include <utility>

#include "treadle/import/terraform/syntax.h"
#include "treadle/import/terraform/token_cursor.h"

namespace treadle::import::terraform {

class ExpressionParser {
 public:
  explicit ExpressionParser(TokenCursor& cursor) : cursor_(cursor) {}

  // One expression; the cursor stands behind it afterwards.
  [[nodiscard]] auto parse() -> Outcome<ExpressionPtr>;

  // The parts of a template, which begins at `at`, up to a token of kind `close`, which is taken
  // too.
  enum class Quoting : std::uint8_t { kQuoted, kHeredoc, kFlushHeredoc, kFile };
  [[nodiscard]] auto parse_template(Location at, TokenKind close, Quoting quoting)
      -> Outcome<ExpressionPtr>;

 private:
  struct Piece;     // of a template, before its if and for are nested
  class Assembler;  // nests them
  struct ForNames {
    std::string key;
    std::string value;
  };

  auto make(Location at, Expression::Node node) -> Outcome<ExpressionPtr>;
  auto parse_binary(int precedence_min) -> Outcome<ExpressionPtr>;
  auto parse_unary() -> Outcome<ExpressionPtr>;
  auto parse_postfix() -> Outcome<ExpressionPtr>;
  auto parse_dot_steps(std::vector<Step>& steps) -> Outcome<void>;
  auto parse_bracket_step(std::vector<Step>& steps) -> Outcome<void>;
  auto parse_primary() -> Outcome<ExpressionPtr>;
  auto parse_name_or_call() -> Outcome<ExpressionPtr>;
  auto parse_call(Token const& name) -> Outcome<ExpressionPtr>;
  auto parse_number() -> Outcome<ExpressionPtr>;
  auto parse_parenthesized() -> Outcome<ExpressionPtr>;
  auto parse_tuple() -> Outcome<ExpressionPtr>;
  auto parse_object() -> Outcome<ExpressionPtr>;
  auto parse_object_item() -> Outcome<ObjectItem>;
  auto parse_for_names() -> Outcome<ForNames>;
  auto parse_for(Location at, TokenKind close) -> Outcome<ExpressionPtr>;

  auto parse_pieces(TokenKind close, Quoting quoting) -> Outcome<std::vector<Piece>>;
  auto parse_interpolation() -> Outcome<Piece>;
  auto parse_control() -> Outcome<Piece>;

  TokenCursor& cursor_;
};

// The text between a string's quotes with its escapes (\n, \", \uXXXX, $${ ...) replaced; `at` is
// where it starts.
[[nodiscard]] auto unescape_quoted(std::string_view text, Location at) -> Outcome<std::string>;

}  // namespace treadle::import::terraform
