// Where a parser stands in its tokens, and how deep.
#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include "treadle/import/terraform/lexer.h"
#include "treadle/import/terraform/parser.h"

namespace treadle::import::terraform {

// Within ( ), [ ] and ${ } a line's end means nothing; within { } it separates.
enum class Newlines : std::uint8_t { kMatter, kIgnored };

class TokenCursor {
 public:
  // `tokens` end with kEnd and outlive the cursor.
  TokenCursor(std::span<Token const> tokens, std::uint32_t file) : tokens_(tokens), file_(file) {}

  [[nodiscard]] auto peek() -> Token const& {
    skip_newlines();
    return tokens_[at_];
  }
  [[nodiscard]] auto is(TokenKind kind) -> bool { return peek().kind == kind; }
  [[nodiscard]] auto is_word(std::string_view word) -> bool {
    return is(TokenKind::kIdentifier) && peek().text == word;
  }
  // The token after the next one.
  [[nodiscard]] auto peek_second() -> Token const& {
    skip_newlines();
    auto i = std::min(at_ + 1, tokens_.size() - 1);
    while (newlines_ == Newlines::kIgnored && tokens_[i].kind == TokenKind::kNewline) ++i;
    return tokens_[i];
  }
  auto next() -> Token const& {
    auto const& token = peek();
    if (token.kind != TokenKind::kEnd) ++at_;
    return token;
  }
  [[nodiscard]] auto accept(TokenKind kind) -> bool {
    if (!is(kind)) return false;
    next();
    return true;
  }
  [[nodiscard]] auto expect(TokenKind kind, std::string_view where) -> Outcome<Token>;

  [[nodiscard]] auto here() -> Location { return {file_, peek().offset}; }
  [[nodiscard]] auto at(Token const& token) const -> Location { return {file_, token.offset}; }
  // "expected EXPECTED, but here is ...", at the next token.
  [[nodiscard]] auto unexpected(std::string_view expected) -> std::unexpected<Problem>;

  // While a Nested lives the cursor is one level deeper; is_too_deep() tells when to give up.
  class Nested {
   public:
    Nested(TokenCursor& cursor, Newlines newlines)
        : cursor_(cursor), newlines_before_(cursor.newlines_) {
      cursor_.newlines_ = newlines;
      ++cursor_.depth_;
    }
    explicit Nested(TokenCursor& cursor) : Nested(cursor, cursor.newlines_) {}
    Nested(Nested const&) = delete;
    auto operator=(Nested const&) -> Nested& = delete;
    ~Nested() {
      cursor_.newlines_ = newlines_before_;
      --cursor_.depth_;
    }

   private:
    TokenCursor& cursor_;
    Newlines newlines_before_;
  };
  [[nodiscard]] auto is_too_deep() const -> bool { return depth_ > kSyntaxDepthMax; }

 private:
  void skip_newlines() {
    while (newlines_ == Newlines::kIgnored && tokens_[at_].kind == TokenKind::kNewline) ++at_;
  }

  std::span<Token const> tokens_;
  std::uint32_t file_;
  std::size_t at_ = 0;
  Newlines newlines_ = Newlines::kMatter;
  std::uint32_t depth_ = 0;
};

}  // namespace treadle::import::terraform
