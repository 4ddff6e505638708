#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <utility>

#include "treadle/expr/jsonpath/compile.h"
#include "treadle/expr/jsonpath/cursor.h"
#include "treadle/expr/jsonpath/decimal.h"
#include "treadle/expr/jsonpath/filter.h"
#include "treadle/expr/jsonpath/function.h"

namespace treadle::expr::jsonpath {
namespace {

struct OperatorName {
  std::string_view name;
  Operator value;
};
constexpr auto kOperators = std::to_array<OperatorName>({
    {"==", Operator::kEqual},
    {"!=", Operator::kNotEqual},
    {"===", Operator::kSame},
    {"!==", Operator::kNotSame},
    {"<", Operator::kLess},
    {"<=", Operator::kLessEqual},
    {">", Operator::kGreater},
    {">=", Operator::kGreaterEqual},
    {"=~", Operator::kRegex},
    {"IN", Operator::kIn},
    {"NIN", Operator::kNotIn},
    {"CONTAINS", Operator::kContains},
    {"ALL", Operator::kAll},
    {"SIZE", Operator::kSize},
    {"EXISTS", Operator::kExists},
    {"TYPE", Operator::kType},
    {"MATCHES", Operator::kMatches},
    {"EMPTY", Operator::kEmpty},
    {"SUBSETOF", Operator::kSubsetOf},
    {"ANYOF", Operator::kAnyOf},
    {"NONEOF", Operator::kNoneOf},
});

auto is_operator_char(char c) -> bool {
  return c == '<' || c == '>' || c == '=' || c == '~' || c == '!';
}
auto is_root(char c) -> bool { return c == '$' || c == '@'; }

// or       = and { "||" and }
// and      = operand { "&&" operand }
// operand  = relation | "(" or ")" | "!" operand
// relation = value [ operator value ]
// Every read_...() that gives nothing has set error_.
class FilterCompiler {
 public:
  FilterCompiler(std::string_view text, json::Arena& constants, std::size_t depth)
      : text_(text), constants_(constants), depth_(depth) {}

  auto run() -> Result<Filter, std::string> {
    auto filter = read_chain(Filter::Kind::kOr);
    if (!filter) return std::unexpected(std::move(error_));
    at_ = skip_blanks(text_, at_);
    if (at_ < text_.size()) return std::unexpected("expected the end of the filter" + position());
    return *std::move(filter);
  }

 private:
  auto position() const -> std::string {
    return " at position " + std::to_string(at_) + " of the filter";
  }
  auto fail(std::string_view what) -> std::nullopt_t {
    error_ = std::string(what) + position();
    return std::nullopt;
  }
  auto current() const -> char { return char_at(text_, at_); }

  // A chain of "||" (whose links are chains of "&&") or of "&&".
  auto read_chain(Filter::Kind kind) -> std::optional<Filter> {
    auto const is_or = kind == Filter::Kind::kOr;
    auto const link = std::string_view(is_or ? "||" : "&&");
    auto parts = std::vector<Filter>();
    do {
      auto part = is_or ? read_chain(Filter::Kind::kAnd) : read_operand();
      if (!part) return std::nullopt;
      parts.push_back(*std::move(part));
    } while (take(link));
    if (parts.size() == 1) return std::move(parts[0]);
    auto chain = Filter();
    chain.kind = kind;
    chain.parts = std::move(parts);
    return chain;
  }

  auto take(std::string_view word) -> bool {
    auto const begin = skip_blanks(text_, at_);
    if (!text_.substr(begin).starts_with(word)) return false;
    at_ = begin + word.size();
    return true;
  }

  auto read_operand() -> std::optional<Filter> {
    if (depth_ > kNestingMax) return fail("too deeply nested");
    at_ = skip_blanks(text_, at_);
    if (current() == '!' && !is_root(char_at(text_, skip_blanks(text_, at_ + 1))))
      return read_not();
    if (current() != '(') return read_relation();
    ++at_;
    ++depth_;
    auto inner = read_chain(Filter::Kind::kOr);
    --depth_;
    if (inner && !take(")")) return fail("expected ')'");
    return inner;
  }

  auto read_not() -> std::optional<Filter> {
    ++at_;
    ++depth_;
    auto operand = read_operand();
    --depth_;
    if (!operand) return std::nullopt;
    auto negation = Filter();
    negation.kind = Filter::Kind::kNot;
    negation.parts.push_back(*std::move(operand));
    return negation;
  }

  // A path alone asks whether it exists; "!" before a path means something there only.
  auto read_relation() -> std::optional<Filter> {
    auto relation = Filter();
    relation.should_exist = !take("!");
    auto left = read_value();
    if (!left) return std::nullopt;
    relation.left = *std::move(left);
    auto const behind_left = at_;
    if (auto comparison = read_operator()) {
      if (auto right = read_value()) {
        relation.comparison = *comparison;
        relation.right = *std::move(right);
        return relation;
      }
    }
    if (relation.left.kind != Operand::Kind::kPath) return fail("expected a comparison");
    at_ = behind_left;
    relation.kind = Filter::Kind::kExists;
    return relation;
  }

  auto read_operator() -> std::optional<Operator> {
    auto const begin = skip_blanks(text_, at_);
    auto const is_symbol = is_operator_char(char_at(text_, begin));
    auto end = begin;
    while (end < text_.size() && (is_symbol ? is_operator_char(text_[end]) : text_[end] != ' '))
      ++end;
    auto name = std::string(text_.substr(begin, end - begin));
    std::ranges::transform(name, name.begin(),
                           [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    auto const found = std::ranges::find(kOperators, name, &OperatorName::name);
    if (found == kOperators.end()) return fail("there is no such operator");
    at_ = end;
    return found->value;
  }

  auto read_value() -> std::optional<Operand> {
    at_ = skip_blanks(text_, at_);
    switch (current()) {
      case '$':
      case '@': return read_path();
      case '\'':
      case '"': return read_string();
      case '/': return read_regex();
      case '{': return read_json('}');
      case '[': return read_json(']');
      case 't': return read_word("true", json::Value::boolean(true));
      case 'f': return read_word("false", json::Value::boolean(false));
      case 'n': return read_word("null", {});
      default: return read_number();
    }
  }

  auto read_word(std::string_view word, json::Value value) -> std::optional<Operand> {
    if (!text_.substr(at_).starts_with(word)) return fail("expected a value");
    at_ += word.size();
    return Operand{.value = value, .path = {}, .regex = {}};
  }

  auto read_number() -> std::optional<Operand> {
    auto const end = std::min(text_.find_first_not_of("0123456789-.eE", at_), text_.size());
    auto const number = text_.substr(at_, end - at_);
    if (!is_decimal(number)) return fail("expected a value");
    at_ = end;
    auto const kept = constants_.copy(decimal_text(number));
    return Operand{.value = json::Value::number_text(kept), .path = {}, .regex = {}};
  }

  auto read_string() -> std::optional<Operand> {
    auto const close = closing_quote(text_, at_);
    if (close == kNone) return fail("a text is not closed");
    auto const text = unescape(text_.substr(at_ + 1, close - at_ - 1));
    at_ = close + 1;
    return Operand{.value = json::make_string(constants_, text), .path = {}, .regex = {}};
  }

  auto read_json(char closing) -> std::optional<Operand> {
    auto const close = closing_bracket(text_, at_, closing);
    if (close == kNone) return fail("a bracket is not closed");
    auto const value = read_literal(text_.substr(at_, close - at_ + 1), constants_);
    if (!value) return fail("expected a JSON value");
    at_ = close + 1;
    return Operand{.kind = Operand::Kind::kLiteral, .value = *value, .path = {}, .regex = {}};
  }

  auto read_regex() -> std::optional<Operand> {
    auto const close = closing_quote(text_, at_);
    if (close == kNone) return fail("a regular expression is not closed");
    auto const end = std::min(text_.find_first_not_of(Regex::kFlags, close + 1), text_.size());
    auto regex = Regex::compile(text_.substr(at_ + 1, close - at_ - 1),
                                text_.substr(close + 1, end - close - 1));
    if (!regex) return fail("a regular expression is wrong (" + regex.error() + ")");
    at_ = end;
    return Operand{
        .kind = Operand::Kind::kRegex, .value = {}, .path = {}, .regex = *std::move(regex)};
  }

  // A path ends at a blank, at an operator, or at a ')' that closes no empty argument list.
  auto read_path() -> std::optional<Operand> {
    auto const begin = at_;
    auto end = at_ + 1;
    while (end < text_.size()) {
      auto const c = text_[end];
      if (c == '[') {
        end = closing_bracket(text_, end, ']');
        if (end == kNone) return fail("'[' is not closed");
      } else if (c == ' ' || is_operator_char(c) || (c == ')' && !closes_call(begin, end))) {
        break;
      }
      ++end;
    }
    auto path = compile(text_.substr(begin, end - begin), depth_ + 1);
    if (!path) return fail("a path is wrong (" + path.error() + ")");
    at_ = end;
    return Operand{
        .kind = Operand::Kind::kPath, .value = {}, .path = *std::move(path), .regex = {}};
  }

  // Whether the ')' at `close` ends ".name()" of the path that begins at `begin`.
  auto closes_call(std::size_t begin, std::size_t close) const -> bool {
    auto const open = text_.find_last_not_of(' ', close - 1);
    if (open == kNone || open <= begin || text_[open] != '(') return false;
    return text_.substr(begin, open - begin).find('.') != kNone;
  }

  std::string_view text_;
  json::Arena& constants_;
  std::size_t depth_;
  std::size_t at_ = 0;
  std::string error_;
};

}  // namespace

auto compile_filter(std::string_view text, json::Arena& constants, std::size_t depth)
    -> Result<Filter, std::string> {
  return FilterCompiler(text, constants, depth).run();
}

}  // namespace treadle::expr::jsonpath
