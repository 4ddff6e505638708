// Top-down operator precedence (Pratt): operands are read by prefix(), what follows them by
// infix(), as long as it binds more tightly than what stands before.
// Source: docs.jsonata.org, "Expressions", "Path operators" and "Other operators".
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "treadle/expr/jsonata/lexer.h"
#include "treadle/expr/jsonata/messages.h"
#include "treadle/json/print.h"

namespace treadle::expr::jsonata {
namespace {

constexpr std::uint32_t kNestingMax = 500;  // of the text
constexpr std::uint32_t kHeightMax = 1000;  // of the tree: "a & b & c ..." grows without nesting

struct Binding {
  std::string_view symbol;
  std::uint32_t power;
};

constexpr Binding kBindings[] = {
    {"[", 80},  {"(", 80},  {"@", 80},   {"#", 80},  {".", 75},  {"{", 70},  {"*", 60},
    {"/", 60},  {"%", 60},  {"+", 50},   {"-", 50},  {"&", 50},  {"=", 40},  {"<", 40},
    {">", 40},  {"^", 40},  {"!=", 40},  {"<=", 40}, {">=", 40}, {"~>", 40}, {"in", 40},
    {"?:", 40}, {"??", 40}, {"and", 30}, {"or", 25}, {"?", 20},  {":=", 10},
};

// Known, but neither begins an operand nor follows one.
constexpr std::string_view kOthers[] = {")",  "]", "}",   ",",  ";",  ":",    "..",
                                        "**", "|", "and", "or", "in", "(end)"};

struct Infix {
  std::string_view symbol;
  NodeKind kind;
  Operator op = Operator::kNone;
};

constexpr Infix kPlainInfixes[] = {
    {".", NodeKind::kDot},
    {"+", NodeKind::kArithmetic, Operator::kAdd},
    {"-", NodeKind::kArithmetic, Operator::kSubtract},
    {"*", NodeKind::kArithmetic, Operator::kMultiply},
    {"/", NodeKind::kArithmetic, Operator::kDivide},
    {"%", NodeKind::kArithmetic, Operator::kModulo},
    {"=", NodeKind::kEquality, Operator::kEqual},
    {"!=", NodeKind::kEquality, Operator::kNotEqual},
    {"<", NodeKind::kComparison, Operator::kLess},
    {"<=", NodeKind::kComparison, Operator::kLessOrEqual},
    {">", NodeKind::kComparison, Operator::kGreater},
    {">=", NodeKind::kComparison, Operator::kGreaterOrEqual},
    {"&", NodeKind::kConcat},
    {"and", NodeKind::kAnd},
    {"or", NodeKind::kOr},
    {"in", NodeKind::kIn},
    {"~>", NodeKind::kApply},
};

auto power_of(Token const& token) -> std::uint32_t {
  if (token.kind != TokenKind::kOperator) return 0;
  for (auto const& binding : kBindings)
    if (binding.symbol == token.text) return binding.power;
  return 0;
}

auto is_known(std::string_view symbol) -> bool {
  for (auto const& binding : kBindings)
    if (binding.symbol == symbol) return true;
  for (auto const other : kOthers)
    if (other == symbol) return true;
  return false;
}

class Parser {
 public:
  explicit Parser(Program& program) : program_(program), lexer_(program) {}

  auto parse() -> Result<Node*, SyntaxError> {
    TRY(advance());
    auto* const root = TRY(expression(0));
    if (!token_.is("(end)"))
      return fail_at(token_.position, "S0201", {.token = json::print_string(token_.text)});
    return root;
  }

 private:
  using Parsed = Result<Node*, SyntaxError>;

  static auto fail_at(std::size_t position, std::string_view code, Details const& details = {})
      -> std::unexpected<SyntaxError> {
    return std::unexpected(SyntaxError{std::string(code), message_of(code, details), position});
  }

  auto advance(Expected expected = Expected::kOperand) -> Result<void, SyntaxError> {
    token_ = TRY(lexer_.next(expected));
    if (token_.kind == TokenKind::kOperator && !is_known(token_.text))
      return fail_at(token_.position, "S0204", {.token = json::print_string(token_.text)});
    return {};
  }

  auto skip(std::string_view symbol, Expected expected = Expected::kOperand)
      -> Result<void, SyntaxError> {
    if (!token_.is(symbol)) {
      auto const* const code = token_.is("(end)") ? "S0203" : "S0202";
      return fail_at(
          token_.position, code,
          {.token = json::print_string(token_.text), .value = json::print_string(symbol)});
    }
    return advance(expected);
  }

  auto make(NodeKind kind, Token const& token) -> Node* {
    auto* const node = new (program_.arena.allocate(sizeof(Node), alignof(Node))) Node();
    node->kind = kind;
    node->position = token.position;
    node->text = token.text;
    return node;
  }

  auto expression(std::uint32_t power) -> Parsed {
    if (++nesting_ > kNestingMax) return fail_at(token_.position, "U1001");
    auto const first = token_;
    TRY(advance(Expected::kOperator));
    auto* left = TRY(prefix(first));
    while (power < power_of(token_)) {
      auto const symbol = token_;
      TRY(advance());
      left = TRY(infix(symbol, left));
      left->height = height_over(left);
      if (left->height > kHeightMax) return fail_at(symbol.position, "U1001");
    }
    --nesting_;
    return left;
  }

  static auto height_over(Node const* node) -> std::uint32_t {
    std::uint32_t height = 0;
    for (auto const* part : {node->a, node->b, node->c})
      if (part != nullptr) height = std::max(height, part->height);
    return height + 1;
  }

  auto prefix(Token const& token) -> Parsed {
    switch (token.kind) {
      case TokenKind::kEnd: return make(NodeKind::kEnd, token);
      case TokenKind::kName: return make(NodeKind::kName, token);
      case TokenKind::kString: return make(NodeKind::kString, token);
      case TokenKind::kVariable: return variable(token);
      case TokenKind::kNumber: {
        auto* const node = make(NodeKind::kNumber, token);
        node->number = token.number;
        return node;
      }
      case TokenKind::kValue: {
        auto* const node = make(NodeKind::kValue, token);
        node->constant = token.constant;
        return node;
      }
      case TokenKind::kRegex: {
        auto* const node = make(NodeKind::kRegex, token);
        node->regex = token.regex;
        return node;
      }
      case TokenKind::kOperator: return prefix_operator(token);
    }
    std::unreachable();
  }

  auto prefix_operator(Token const& token) -> Parsed {
    auto const symbol = token.text;
    if (symbol == "*") return make(NodeKind::kWildcard, token);
    if (symbol == "**") return make(NodeKind::kDescendant, token);
    if (symbol == "%") return make(NodeKind::kParent, token);
    if (symbol == "and" || symbol == "or" || symbol == "in") return make(NodeKind::kName, token);
    // What the lexer saw behind these as an operator's place is an operand's.
    if (symbol == "-" || symbol == "(" || symbol == "[" || symbol == "{" || symbol == "|") {
      TRY(reread());
      if (symbol == "-") return negation(token);
      if (symbol == "(") return block(token);
      if (symbol == "[") return array(token);
      if (symbol == "{") return object(token);
      return transform(token);
    }
    bool const is_symbol = symbol == ")" || symbol == "]" || symbol == "}" || symbol == "," ||
                           symbol == ";" || symbol == ":" || symbol == "..";
    if (is_symbol) return make(NodeKind::kSymbol, token);
    return fail_at(token.position, "S0211", {.token = json::print_string(symbol)});
  }

  // The current token once more, as an operand: "/" there begins a regular expression.
  auto reread() -> Result<void, SyntaxError> {
    if (!token_.is("/")) return {};
    lexer_.move_to(token_.position);
    return advance(Expected::kOperand);
  }

  auto variable(Token const& token) -> Node* {
    auto* const node = make(NodeKind::kVariable, token);
    node->variable = program_.variable(token.text);
    return node;
  }

  auto negation(Token const& token) -> Parsed {
    auto* const node = make(NodeKind::kNegate, token);
    node->a = TRY(expression(70));
    node->height = height_over(node);
    return node;
  }

  auto block(Token const& token) -> Parsed {
    auto* const node = make(NodeKind::kBlock, token);
    auto items = std::vector<Node*>();
    while (!token_.is(")")) {
      items.push_back(TRY(expression(0)));
      if (!token_.is(";")) break;
      TRY(advance());
    }
    TRY(skip(")", Expected::kOperator));
    return with_items(node, items);
  }

  auto with_items(Node* node, std::vector<Node*> const& items) -> Node* {
    node->items = program_.keep(items);
    std::uint32_t height = 0;
    for (auto const* item : items)
      if (item != nullptr) height = std::max(height, item->height);
    node->height = height + 1;
    return node;
  }

  auto array(Token const& token) -> Parsed {
    auto* const node = make(NodeKind::kArray, token);
    auto items = std::vector<Node*>();
    while (!token_.is("]") || !items.empty()) {
      auto* item = TRY(expression(0));
      if (token_.is("..")) {
        auto* const range = make(NodeKind::kRange, token_);
        TRY(advance());
        range->a = item;
        range->b = TRY(expression(0));
        range->height = height_over(range);
        item = range;
      }
      items.push_back(item);
      if (!token_.is(",")) break;
      TRY(advance());
    }
    TRY(skip("]", Expected::kOperator));
    return with_items(node, items);
  }

  auto object(Token const& token) -> Parsed {
    auto* const node = make(NodeKind::kObject, token);
    auto pairs = std::vector<Pair>();
    while (!token_.is("}") || !pairs.empty()) {
      auto* const key = TRY(expression(0));
      TRY(skip(":"));
      pairs.push_back({key, TRY(expression(0))});
      if (!token_.is(",")) break;
      TRY(advance());
    }
    TRY(skip("}", Expected::kOperator));
    node->pairs = program_.keep(pairs);
    for (auto const& pair : pairs)
      node->height = std::max({node->height, pair.key->height + 1, pair.value->height + 1});
    return node;
  }

  auto transform(Token const& token) -> Parsed {
    auto* const node = make(NodeKind::kTransform, token);
    node->a = TRY(expression(0));
    TRY(skip("|"));
    node->b = TRY(expression(0));
    if (token_.is(",")) {
      TRY(advance());
      node->c = TRY(expression(0));
    }
    TRY(skip("|", Expected::kOperator));
    node->height = height_over(node);
    return node;
  }

  auto infix(Token const& symbol, Node* left) -> Parsed {
    for (auto const& plain : kPlainInfixes) {
      if (plain.symbol != symbol.text) continue;
      auto* const node = make(plain.kind, symbol);
      node->op = plain.op;
      node->a = left;
      node->b = TRY(expression(power_of(symbol)));
      return node;
    }
    if (symbol.text == "[") return filter(symbol, left);
    if (symbol.text == "(") return call(symbol, left);
    if (symbol.text == "{") return group(symbol, left);
    if (symbol.text == "^") return order(symbol, left);
    if (symbol.text == "?") return condition(symbol, left);
    if (symbol.text == ":=") return bind(symbol, left);
    if (symbol.text == "@" || symbol.text == "#") return position_binding(symbol, left);
    auto* const node = make(symbol.text == "??" ? NodeKind::kCoalesce : NodeKind::kDefault, symbol);
    node->a = left;
    node->b = TRY(expression(0));
    return node;
  }

  auto filter(Token const& symbol, Node* left) -> Parsed {
    if (token_.is("]")) {
      auto* step = left;
      while (step->kind == NodeKind::kFilter) step = step->a;
      step->keeps_array = true;
      TRY(advance(Expected::kOperator));
      return left;
    }
    auto* const node = make(NodeKind::kFilter, symbol);
    node->a = left;
    node->b = TRY(expression(0));
    TRY(skip("]", Expected::kOperator));
    return node;
  }

  auto group(Token const& symbol, Node* left) -> Parsed {
    auto* const node = TRY(object(symbol));
    auto* const grouped = make(NodeKind::kGroupBy, symbol);
    grouped->a = left;
    grouped->b = node;
    return grouped;
  }

  auto order(Token const& symbol, Node* left) -> Parsed {
    auto* const node = make(NodeKind::kOrderBy, symbol);
    node->a = left;
    auto terms = std::vector<Term>();
    TRY(skip("("));
    while (true) {
      bool const is_descending = token_.is(">");
      if (is_descending || token_.is("<")) TRY(advance());
      terms.push_back({TRY(expression(0)), is_descending});
      if (!token_.is(",")) break;
      TRY(advance());
    }
    TRY(skip(")", Expected::kOperator));
    node->terms = program_.keep(terms);
    return node;
  }

  auto condition(Token const& symbol, Node* left) -> Parsed {
    auto* const node = make(NodeKind::kCondition, symbol);
    node->a = left;
    node->b = TRY(expression(0));
    if (token_.is(":")) {
      TRY(advance());
      node->c = TRY(expression(0));
    }
    return node;
  }

  auto bind(Token const& symbol, Node* left) -> Parsed {
    if (left->kind != NodeKind::kVariable) return fail_at(left->position, "S0212");
    auto* const node = make(NodeKind::kBind, symbol);
    node->variable = left->variable;
    program_.is_bound[left->variable] = true;
    node->text = left->text;
    node->b = TRY(expression(power_of(symbol) - 1));
    return node;
  }

  auto position_binding(Token const& symbol, Node* left) -> Parsed {
    auto* const name = TRY(expression(power_of(symbol)));
    if (name->kind != NodeKind::kVariable)
      return fail_at(name->position, "S0214", {.token = json::print_string(symbol.text)});
    auto* const node = make(symbol.text == "@" ? NodeKind::kFocus : NodeKind::kIndex, symbol);
    node->a = left;
    node->variable = name->variable;
    program_.is_bound[name->variable] = true;
    return node;
  }

  auto call(Token const& symbol, Node* left) -> Parsed {
    auto* const node = make(NodeKind::kCall, symbol);
    node->a = left;
    auto items = std::vector<Node*>();
    while (!token_.is(")") || !items.empty()) {
      if (token_.is("?")) {
        node->kind = NodeKind::kPartial;
        items.push_back(nullptr);
        TRY(advance(Expected::kOperator));
      } else {
        items.push_back(TRY(expression(0)));
      }
      if (!token_.is(",")) break;
      TRY(advance());
    }
    TRY(skip(")", Expected::kOperator));
    if (left->kind == NodeKind::kName && (left->text == "function" || left->text == "\u03BB"))
      return lambda(node, items);
    return with_items(node, items);
  }

  auto lambda(Node* node, std::vector<Node*> const& items) -> Parsed {
    node->kind = NodeKind::kLambda;
    node->a = nullptr;
    auto parameters = std::vector<VariableId>();
    for (auto const* item : items) {
      if (item == nullptr || item->kind != NodeKind::kVariable)
        return fail_at(item == nullptr ? node->position : item->position, "S0208",
                       {.value = std::to_string(parameters.size() + 1)});
      parameters.push_back(item->variable);
      program_.is_bound[item->variable] = true;
    }
    node->parameters = program_.keep(parameters);
    if (token_.is("<")) TRY(signature(node));
    TRY(skip("{"));
    node->b = TRY(expression(0));
    TRY(skip("}", Expected::kOperator));
    node->height = height_over(node);
    return node;
  }

  auto signature(Node* node) -> Result<void, SyntaxError> {
    auto const begin = token_.position;
    auto text = std::string("<");
    auto depth = 1;
    while (depth > 0) {
      TRY(advance(Expected::kOperator));
      if (token_.is("{") || token_.is("(end)")) break;
      if (token_.is(">")) --depth;
      if (token_.is("<")) ++depth;
      text += token_.text;
    }
    TRY(skip(">"));
    auto parsed = Signature::parse(text);
    if (!parsed) return fail_at(begin, parsed.error());
    program_.signatures.push_back(std::make_unique<Signature const>(*std::move(parsed)));
    node->signature = program_.signatures.back().get();
    return {};
  }

  Program& program_;
  Lexer lexer_;
  Token token_;
  std::uint32_t nesting_ = 0;
};

}  // namespace

auto Program::find(std::string_view name) const -> std::optional<VariableId> {
  auto const found = std::ranges::find(names, name);
  if (found == names.end()) return std::nullopt;
  return static_cast<VariableId>(found - names.begin());
}

auto Program::variable(std::string_view name) -> VariableId {
  if (auto const known = find(name)) return *known;
  names.push_back(arena.copy(name));
  is_bound.push_back(false);
  return static_cast<VariableId>(names.size() - 1);
}

auto parse(Program& program) -> Result<Node*, SyntaxError> { return Parser(program).parse(); }

}  // namespace treadle::expr::jsonata
