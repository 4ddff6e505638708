#include "treadle/import/terraform/parser.h"

#include <algorithm>
#include <set>
#include <string_view>

#include <fmt/format.h>

#include "treadle/import/terraform/expression_parser.h"
#include "treadle/import/terraform/lexer.h"
#include "treadle/import/terraform/token_cursor.h"

namespace treadle::import::terraform {
namespace {

using enum TokenKind;

class BodyParser {
 public:
  explicit BodyParser(TokenCursor& cursor) : cursor_(cursor), expressions_(cursor) {}

  // Attributes and blocks up to `close` (kEnd or kBraceClose), which is left.
  auto parse(TokenKind close) -> Outcome<Body> {
    TokenCursor::Nested const nested(cursor_, Newlines::kMatter);
    Body body;
    std::set<std::string_view> attribute_names;
    for (;;) {
      while (cursor_.accept(kNewline)) {}
      if (cursor_.is(close)) return body;
      auto const name = cursor_.peek();
      TRY(parse_item(body));
      bool const is_attribute =
          !body.attributes.empty() && body.attributes.back().at.offset == name.offset;
      if (is_attribute && !attribute_names.insert(name.text).second)
        return problem(cursor_.at(name),
                       fmt::format("expected '{}' only once: it is set above", name.text));
      if (cursor_.is(close)) return body;
      TRY(cursor_.expect(kNewline, "after an attribute or a block"));
    }
  }

 private:
  auto parse_item(Body& body) -> Outcome<void> {
    if (cursor_.is_too_deep())
      return problem(cursor_.here(),
                     fmt::format("expected blocks that nest at most {} deep", kSyntaxDepthMax));
    if (!cursor_.is(kIdentifier))
      return cursor_.unexpected("the name of an attribute or the type of a block");
    auto const name = cursor_.next();
    if (cursor_.is(kAssign)) return parse_attribute(body, name);
    return parse_block(body, name);
  }

  auto parse_attribute(Body& body, Token const& name) -> Outcome<void> {
    auto const at = cursor_.at(name);
    cursor_.next();
    body.attributes.push_back({std::string(name.text), at, TRY(expressions_.parse())});
    return {};
  }

  auto parse_block(Body& body, Token const& type) -> Outcome<void> {
    Block block{.type = std::string(type.text), .labels = {}, .at = cursor_.at(type), .body = {}};
    while (!cursor_.is(kBraceOpen)) block.labels.push_back(TRY(parse_label(type)));
    cursor_.next();
    block.body = TRY(parse(kBraceClose));
    cursor_.next();
    body.blocks.push_back(std::move(block));
    return {};
  }

  auto parse_label(Token const& type) -> Outcome<std::string> {
    if (cursor_.is(kIdentifier)) return std::string(cursor_.next().text);
    if (!cursor_.accept(kQuoteOpen))
      return cursor_.unexpected(fmt::format("'=', a label or '{{' after '{}'", type.text));
    std::string label;
    if (cursor_.is(kText)) {
      auto const at = cursor_.here();
      label = TRY(unescape_quoted(cursor_.next().text, at));
    }
    if (!cursor_.accept(kQuoteClose))
      return cursor_.unexpected("the closing '\"' of a label, which holds text alone");
    return label;
  }

  TokenCursor& cursor_;
  ExpressionParser expressions_;
};

}  // namespace

auto Body::attribute(std::string_view name) const -> Attribute const* {
  auto const found = std::ranges::find(attributes, name, &Attribute::name);
  return found == attributes.end() ? nullptr : &*found;
}

auto parse_configuration(Sources const& sources, std::uint32_t file) -> Outcome<Body> {
  auto const tokens = TRY(tokenize(sources, file));
  TokenCursor cursor(tokens, file);
  return BodyParser(cursor).parse(kEnd);
}

auto parse_template_file(Sources const& sources, std::uint32_t file) -> Outcome<ExpressionPtr> {
  auto const tokens = TRY(tokenize(sources, file, LexMode::kTemplate));
  TokenCursor cursor(tokens, file);
  return ExpressionParser(cursor).parse_template({file, 0}, kEnd, ExpressionParser::Quoting::kFile);
}

auto parse_expression_text(Sources const& sources, std::uint32_t file) -> Outcome<ExpressionPtr> {
  auto const tokens = TRY(tokenize(sources, file));
  TokenCursor cursor(tokens, file);
  TokenCursor::Nested const nested(cursor, Newlines::kIgnored);
  auto expression = TRY(ExpressionParser(cursor).parse());
  TRY(cursor.expect(kEnd, "after the expression"));
  return expression;
}

}  // namespace treadle::import::terraform
