#include "treadle/import/terraform/expression_parser.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

namespace treadle::import::terraform {
namespace {

using enum TokenKind;

struct BinaryOperator {
  TokenKind token;
  Operator op;
  int precedence;
};
constexpr BinaryOperator kBinaryOperators[] = {
    {kOr, Operator::kOr, 1},           {kAnd, Operator::kAnd, 2},
    {kEqual, Operator::kEqual, 3},     {kNotEqual, Operator::kNotEqual, 3},
    {kLess, Operator::kLess, 4},       {kLessEqual, Operator::kLessEqual, 4},
    {kGreater, Operator::kGreater, 4}, {kGreaterEqual, Operator::kGreaterEqual, 4},
    {kPlus, Operator::kAdd, 5},        {kMinus, Operator::kSubtract, 5},
    {kStar, Operator::kMultiply, 6},   {kSlash, Operator::kDivide, 6},
    {kPercent, Operator::kModulo, 6},
};

auto find_binary(TokenKind token) -> BinaryOperator const* {
  auto const* found = std::ranges::find(kBinaryOperators, token, &BinaryOperator::token);
  return found == std::end(kBinaryOperators) ? nullptr : found;
}

// The depth of the deepest expression directly below a node.
struct DepthBelow {
  std::uint32_t deepest = 0;

  void see(ExpressionPtr const& e) {
    if (e) deepest = std::max(deepest, e->depth);
  }
  void see(Template const& t) {
    for (auto const& part : t.parts) std::visit(*this, part.part);
  }
  void see_nested(Template const& t) {
    DepthBelow inner;
    inner.see(t);
    deepest = std::max(deepest, inner.deepest + 1);
  }
  void operator()(std::string const&) {}
  void operator()(ExpressionPtr const& e) { see(e); }
  void operator()(TemplateIf const& t) {
    see(t.condition);
    see_nested(*t.then);
    see_nested(*t.otherwise);
  }
  void operator()(TemplateFor const& t) {
    see(t.collection);
    see_nested(*t.body);
  }
  void operator()(Literal const&) {}
  void operator()(Variable const&) {}
  void operator()(Postfix const& e) {
    see(e.base);
    for (auto const& step : e.steps) see(step.index);
  }
  void operator()(Call const& e) {
    std::ranges::for_each(e.arguments, [&](auto const& a) { see(a); });
  }
  void operator()(Binary const& e) {
    see(e.left);
    see(e.right);
  }
  void operator()(Not const& e) { see(e.operand); }
  void operator()(Negate const& e) { see(e.operand); }
  void operator()(Conditional const& e) {
    see(e.condition);
    see(e.then);
    see(e.otherwise);
  }
  void operator()(TupleLiteral const& e) {
    std::ranges::for_each(e.elements, [&](auto const& x) { see(x); });
  }
  void operator()(ObjectLiteral const& e) {
    for (auto const& item : e.items) {
      see(item.key);
      see(item.value);
    }
  }
  void operator()(ForExpression const& e) {
    see(e.collection);
    see(e.result_key);
    see(e.result);
    see(e.condition);
  }
  void operator()(Template const& e) { see(e); }
};

}  // namespace

auto TokenCursor::expect(TokenKind kind, std::string_view where) -> Outcome<Token> {
  if (is(kind)) return next();
  return unexpected(fmt::format("{} {}", describe(kind), where));
}

auto TokenCursor::unexpected(std::string_view expected) -> std::unexpected<Problem> {
  auto const& token = peek();
  constexpr std::size_t kShownBytes = 40;
  bool const shows_text = token.kind == kIdentifier || token.kind == kNumber;
  auto const found = shows_text && token.text.size() <= kShownBytes
                         ? fmt::format("'{}'", token.text)
                         : std::string(describe(token.kind));
  return problem(here(), fmt::format("expected {}, but here is {}", expected, found));
}

auto ExpressionParser::make(Location at, Expression::Node node) -> Outcome<ExpressionPtr> {
  DepthBelow below;
  std::visit(below, node);
  // A chain of operators is deep without any recursion of the parser.
  if (below.deepest >= kSyntaxDepthMax)
    return problem(
        at, fmt::format("expected an expression that nests at most {} deep", kSyntaxDepthMax));
  return std::make_unique<Expression>(Expression{at, below.deepest + 1, std::move(node)});
}

auto ExpressionParser::parse() -> Outcome<ExpressionPtr> {
  TokenCursor::Nested const nested(cursor_);
  if (cursor_.is_too_deep())
    return problem(cursor_.here(), fmt::format("expected an expression that nests at most {} deep",
                                               kSyntaxDepthMax));
  auto const at = cursor_.here();
  auto condition = TRY(parse_binary(1));
  if (!cursor_.accept(kQuestion)) return condition;
  auto then = TRY(parse());
  TRY(cursor_.expect(kColon, "between the two outcomes of a conditional"));
  auto otherwise = TRY(parse());
  return make(at, Conditional{std::move(condition), std::move(then), std::move(otherwise)});
}

auto ExpressionParser::parse_binary(int precedence_min) -> Outcome<ExpressionPtr> {
  auto const at = cursor_.here();
  auto left = TRY(parse_unary());
  for (;;) {
    auto const* found = find_binary(cursor_.peek().kind);
    if (found == nullptr || found->precedence < precedence_min) return left;
    auto const operator_at = cursor_.here();
    cursor_.next();
    auto right = TRY(parse_binary(found->precedence + 1));
    left = TRY(make(at, Binary{found->op, operator_at, std::move(left), std::move(right)}));
  }
}

auto ExpressionParser::parse_unary() -> Outcome<ExpressionPtr> {
  auto const at = cursor_.here();
  if (!cursor_.is(kNot) && !cursor_.is(kMinus)) return parse_postfix();
  TokenCursor::Nested const nested(cursor_);
  if (cursor_.is_too_deep())
    return problem(at, fmt::format("expected at most {} operators in a row", kSyntaxDepthMax));
  bool const is_not = cursor_.next().kind == kNot;
  auto operand = TRY(parse_unary());
  if (is_not) return make(at, Not{std::move(operand)});
  return make(at, Negate{std::move(operand)});
}

auto ExpressionParser::parse_postfix() -> Outcome<ExpressionPtr> {
  auto const at = cursor_.here();
  auto base = TRY(parse_primary());
  std::vector<Step> steps;
  for (;;) {
    if (cursor_.is(kDot)) {
      TRY(parse_dot_steps(steps));
    } else if (cursor_.is(kBracketOpen)) {
      TRY(parse_bracket_step(steps));
    } else if (steps.empty()) {
      return base;
    } else {
      return make(at, Postfix{std::move(base), std::move(steps)});
    }
  }
}

// .name, .0 (an index in the old style; `.0.1` comes as one number token), .*
auto ExpressionParser::parse_dot_steps(std::vector<Step>& steps) -> Outcome<void> {
  cursor_.next();
  auto const at = cursor_.here();
  if (cursor_.accept(kStar)) {
    steps.push_back({Step::Kind::kAttributeSplat, at, {}, nullptr});
    return {};
  }
  if (cursor_.is(kNumber)) {
    auto digits = cursor_.next().text;
    while (!digits.empty()) {
      auto const index = digits.substr(0, digits.find('.'));
      auto const number = terraform::parse_number(index);
      if (!number || index.find_first_not_of("0123456789") != std::string_view::npos)
        return problem(at, "expected a whole number as an index");
      steps.push_back({Step::Kind::kIndex, at, {}, TRY(make(at, Literal{Value::number(*number)}))});
      digits.remove_prefix(std::min(digits.size(), index.size() + 1));
    }
    return {};
  }
  auto const name = TRY(cursor_.expect(kIdentifier, "after '.'"));
  steps.push_back({Step::Kind::kAttribute, at, std::string(name.text), nullptr});
  return {};
}

auto ExpressionParser::parse_bracket_step(std::vector<Step>& steps) -> Outcome<void> {
  auto const at = cursor_.here();
  TokenCursor::Nested const nested(cursor_, Newlines::kIgnored);
  cursor_.next();
  if (cursor_.is(kStar) && cursor_.peek_second().kind == kBracketClose) {
    cursor_.next();
    steps.push_back({Step::Kind::kSplat, at, {}, nullptr});
  } else {
    steps.push_back({Step::Kind::kIndex, at, {}, TRY(parse())});
  }
  TRY(cursor_.expect(kBracketClose, "after the index"));
  return {};
}

auto ExpressionParser::parse_primary() -> Outcome<ExpressionPtr> {
  auto const at = cursor_.here();
  switch (cursor_.peek().kind) {
    case kNumber: return parse_number();
    case kIdentifier: return parse_name_or_call();
    case kParenOpen: return parse_parenthesized();
    case kBracketOpen: return parse_tuple();
    case kBraceOpen: return parse_object();
    case kQuoteOpen: cursor_.next(); return parse_template(at, kQuoteClose, Quoting::kQuoted);
    case kHeredocOpen:
      return parse_template(at, kHeredocClose,
                            cursor_.next().is_flush ? Quoting::kFlushHeredoc : Quoting::kHeredoc);
    default: return cursor_.unexpected("a value");
  }
}

auto ExpressionParser::parse_number() -> Outcome<ExpressionPtr> {
  auto const at = cursor_.here();
  auto const number = terraform::parse_number(cursor_.next().text);
  if (!number) return problem(at, "expected a number within the range of a double");
  return make(at, Literal{Value::number(*number)});
}

auto ExpressionParser::parse_name_or_call() -> Outcome<ExpressionPtr> {
  auto const at = cursor_.here();
  auto const name = cursor_.next();
  if (cursor_.is(kParenOpen)) return parse_call(name);
  if (name.text == "true" || name.text == "false")
    return make(at, Literal{Value::boolean(name.text == "true")});
  if (name.text == "null") return make(at, Literal{});
  return make(at, Variable{std::string(name.text)});
}

auto ExpressionParser::parse_call(Token const& name) -> Outcome<ExpressionPtr> {
  TokenCursor::Nested const nested(cursor_, Newlines::kIgnored);
  cursor_.next();
  Call call{.name = std::string(name.text), .arguments = {}};
  while (!cursor_.is(kParenClose)) {
    call.arguments.push_back(TRY(parse()));
    call.expands_last = cursor_.accept(kEllipsis);
    if (!cursor_.accept(kComma) || call.expands_last) break;
  }
  auto const at = cursor_.at(name);
  TRY(cursor_.expect(kParenClose, fmt::format("or ',' after an argument of '{}'", name.text)));
  return make(at, std::move(call));
}

auto ExpressionParser::parse_parenthesized() -> Outcome<ExpressionPtr> {
  TokenCursor::Nested const nested(cursor_, Newlines::kIgnored);
  cursor_.next();
  auto inner = TRY(parse());
  TRY(cursor_.expect(kParenClose, "after the expression"));
  return inner;
}

auto ExpressionParser::parse_tuple() -> Outcome<ExpressionPtr> {
  auto const at = cursor_.here();
  TokenCursor::Nested const nested(cursor_, Newlines::kIgnored);
  cursor_.next();
  if (cursor_.is_word("for")) return parse_for(at, kBracketClose);
  TupleLiteral tuple;
  while (!cursor_.is(kBracketClose)) {
    tuple.elements.push_back(TRY(parse()));
    if (!cursor_.accept(kComma)) break;
  }
  TRY(cursor_.expect(kBracketClose, "or ',' after an element of the list"));
  return make(at, std::move(tuple));
}

auto ExpressionParser::parse_object() -> Outcome<ExpressionPtr> {
  auto const at = cursor_.here();
  TokenCursor::Nested const nested(cursor_, Newlines::kMatter);
  cursor_.next();
  auto const skip_newlines = [&] {
    while (cursor_.accept(kNewline)) {}
  };
  skip_newlines();
  if (cursor_.is_word("for") && cursor_.peek_second().kind == kIdentifier)
    return parse_for(at, kBraceClose);
  ObjectLiteral object;
  while (!cursor_.is(kBraceClose)) {
    object.items.push_back(TRY(parse_object_item()));
    bool const has_separator = cursor_.accept(kComma) || cursor_.is(kNewline);
    skip_newlines();
    if (!has_separator) break;
  }
  TRY(cursor_.expect(kBraceClose, "or a new line or ',' after a member of the object"));
  return make(at, std::move(object));
}

auto ExpressionParser::parse_object_item() -> Outcome<ObjectItem> {
  auto const at = cursor_.here();
  ObjectItem item;
  auto const second = cursor_.peek_second().kind;
  if (cursor_.is(kIdentifier) && (second == kAssign || second == kColon)) {
    item.key = TRY(make(at, Literal{Value::string(std::string(cursor_.next().text))}));
  } else {
    item.key = TRY(parse());
  }
  if (!cursor_.accept(kAssign) && !cursor_.accept(kColon))
    return cursor_.unexpected("'=' or ':' after the name of a member");
  item.value = TRY(parse());
  return item;
}

auto ExpressionParser::parse_for_names() -> Outcome<ForNames> {
  cursor_.next();  // for
  auto const first = TRY(cursor_.expect(kIdentifier, "after 'for'"));
  ForNames names{.key = {}, .value = std::string(first.text)};
  if (cursor_.accept(kComma)) {
    auto const second = TRY(cursor_.expect(kIdentifier, "after ','"));
    names = {.key = std::string(first.text), .value = std::string(second.text)};
  }
  if (!cursor_.is_word("in")) return cursor_.unexpected("'in' after the names of a 'for'");
  cursor_.next();
  return names;
}

auto ExpressionParser::parse_for(Location at, TokenKind close_kind) -> Outcome<ExpressionPtr> {
  ForExpression loop;
  {
    TokenCursor::Nested const nested(cursor_, Newlines::kIgnored);
    auto names = TRY(parse_for_names());
    loop.key = std::move(names.key);
    loop.value = std::move(names.value);
    loop.collection = TRY(parse());
    TRY(cursor_.expect(kColon, "after the collection of a 'for'"));
    loop.result = TRY(parse());
    if (close_kind == kBraceClose) {
      TRY(cursor_.expect(kArrow, "after the key that a 'for' gives"));
      loop.result_key = std::move(loop.result);
      loop.result = TRY(parse());
      loop.groups = cursor_.accept(kEllipsis);
    }
    if (cursor_.is_word("if")) {
      cursor_.next();
      loop.condition = TRY(parse());
    }
    TRY(cursor_.expect(close_kind, "at the end of the 'for'"));
  }
  return make(at, std::move(loop));
}

}  // namespace treadle::import::terraform
