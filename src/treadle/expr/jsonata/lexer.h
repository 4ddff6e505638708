// The text of an expression cut into tokens; private to the module.
#pragma once

#include <cstdint>
#include <string_view>

#include "treadle/expr/jsonata/ast.h"

namespace treadle::expr::jsonata {

enum class TokenKind : std::uint8_t {
  kEnd,
  kName,
  kVariable,
  kOperator,
  kString,
  kNumber,
  kValue,
  kRegex,
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  std::string_view text = {};  // a name, a string's value, an operator; "(end)"
  double number = 0;
  json::Value constant = {};     // of kValue
  Regex const* regex = nullptr;  // of kRegex
  std::uint32_t position = 0;    // of its first byte

  [[nodiscard]] auto is(std::string_view symbol) const -> bool {
    return (kind == TokenKind::kOperator || kind == TokenKind::kEnd) && text == symbol;
  }
};

// Whether a '/' begins a regular expression or divides: after an operand it divides.
enum class Expected : std::uint8_t { kOperand, kOperator };

class Lexer {
 public:
  explicit Lexer(Program& program) : program_(program), text_(program.text) {}
  [[nodiscard]] auto next(Expected expected) -> Result<Token, SyntaxError>;
  // Reads on at `position`, where a token began.
  void move_to(std::size_t position) { at_ = position; }

 private:
  [[nodiscard]] auto skip_blanks() -> Result<void, SyntaxError>;
  [[nodiscard]] auto regex() -> Result<Token, SyntaxError>;
  [[nodiscard]] auto string(char quote) -> Result<Token, SyntaxError>;
  [[nodiscard]] auto escape(std::string& out) -> Result<void, SyntaxError>;
  [[nodiscard]] auto quoted_name() -> Result<Token, SyntaxError>;
  [[nodiscard]] auto number() -> Result<Token, SyntaxError>;
  [[nodiscard]] auto word() -> Token;
  [[nodiscard]] auto operator_size() const -> std::size_t;
  [[nodiscard]] auto peek(std::size_t ahead = 0) const -> char {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }

  Program& program_;
  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace treadle::expr::jsonata
