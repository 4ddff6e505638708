#include "treadle/expr/jsonpath/filter.h"

#include <algorithm>
#include <cmath>
#include <compare>
#include <optional>

#include "treadle/base/utf8.h"
#include "treadle/expr/java_text.h"
#include "treadle/expr/jsonpath/compile.h"
#include "treadle/expr/jsonpath/decimal.h"
#include "treadle/expr/jsonpath/walk.h"
#include "treadle/expr/utf16_order.h"

namespace treadle::expr::jsonpath {
namespace {

using json::Value;

constexpr std::size_t kRegexCost = 20;  // nodes that one match counts for

// A value as comparisons see it.
struct Node {
  enum class Kind : std::uint8_t {
    kUndefined,
    kNull,
    kBool,
    kNumber,
    kString,
    kTree,     // an array or object of the document
    kLiteral,  // an array or object that stands in the filter
    kRegex,
  } kind = Kind::kUndefined;
  Value value;
  Regex const* regex = nullptr;

  [[nodiscard]] auto is_json() const -> bool {
    return kind == Kind::kTree || kind == Kind::kLiteral;
  }
  [[nodiscard]] auto is_list() const -> bool { return is_json() && value.is_array(); }
};

auto node_of(Value value) -> Node {
  switch (value.kind()) {
    case json::Kind::kNull: return {Node::Kind::kNull, value};
    case json::Kind::kBool: return {Node::Kind::kBool, value};
    case json::Kind::kNumber: return {Node::Kind::kNumber, value};
    case json::Kind::kString: return {Node::Kind::kString, value};
    default: return {Node::Kind::kTree, value};
  }
}

// kInvalid makes the answer of the whole filter a no, even under "!".
enum class Verdict : std::uint8_t { kNo, kYes, kInvalid };
using Answer = Result<Verdict, Failure>;

auto verdict(bool yes) -> Verdict { return yes ? Verdict::kYes : Verdict::kNo; }
auto too_much_work() -> std::unexpected<Failure> {
  return std::unexpected(Failure{Failure::Reason::kTooMuchWork, 0, {}});
}

// Left against right: a text equals a number that is written like it, a number equals a text that
// means it; trees are compared as Java's collections are; a literal on the left equals nothing.
auto equals(Node const& left, Node const& right) -> bool {
  using Kind = Node::Kind;
  switch (left.kind) {
    case Kind::kNull: return right.kind == Kind::kNull;
    case Kind::kBool:
      return right.kind == Kind::kBool && left.value.as_bool() == right.value.as_bool();
    case Kind::kString:
      if (right.kind == Kind::kString) return left.value.as_string() == right.value.as_string();
      return right.kind == Kind::kNumber &&
             left.value.as_string() == decimal_text(right.value.number_text());
    case Kind::kNumber:
      if (right.kind == Kind::kNumber)
        return compare_decimals(left.value.number_text(), right.value.number_text()) == 0;
      return right.kind == Kind::kString && is_decimal(right.value.as_string()) &&
             compare_decimals(left.value.number_text(), right.value.as_string()) == 0;
    case Kind::kTree: return right.is_json() && java_equal(left.value, right.value);
    default: return false;
  }
}

// nullopt where the two have no order: only numbers and only texts do.
auto order(Node const& left, Node const& right) -> std::optional<std::strong_ordering> {
  if (left.kind != right.kind) return std::nullopt;
  if (left.kind == Node::Kind::kNumber)
    return compare_decimals(left.value.number_text(), right.value.number_text());
  if (left.kind == Node::Kind::kString)
    return compare_utf16(left.value.as_string(), right.value.as_string());
  return std::nullopt;
}

// An element of a list that is searched: a text that is itself a path equals nothing.
auto element_node(Value value) -> Node {
  if (value.is_string()) {
    auto const text = value.as_string();
    if ((text.starts_with('$') || text.starts_with('@')) && compile(text, 1)) return {};
  }
  return node_of(value);
}

// Evaluates one filter for one item.
class Judge {
 public:
  Judge(Value item, Evaluation& evaluation) : item_(item), evaluation_(evaluation) {}

  auto judge(Filter const& filter) -> Answer {
    if (!evaluation_.spend(1)) return too_much_work();
    switch (filter.kind) {
      case Filter::Kind::kAnd: return judge_chain(filter, Verdict::kYes);
      case Filter::Kind::kOr: return judge_chain(filter, Verdict::kNo);
      case Filter::Kind::kNot: return judge_not(filter);
      case Filter::Kind::kExists: return judge_existence(filter);
      case Filter::Kind::kComparison: return judge_comparison(filter);
    }
    return Verdict::kInvalid;
  }

 private:
  // Goes on as long as the answer is `neutral`.
  auto judge_chain(Filter const& filter, Verdict neutral) -> Answer {
    for (auto const& part : filter.parts) {
      auto const answer = TRY(judge(part));
      if (answer != neutral) return answer;
    }
    return neutral;
  }

  auto judge_not(Filter const& filter) -> Answer {
    auto const answer = TRY(judge(filter.parts[0]));
    return answer == Verdict::kInvalid ? answer : verdict(answer == Verdict::kNo);
  }

  auto start_of(Program const& path) const -> Value {
    return path.from_document ? evaluation_.document() : item_;
  }

  auto judge_existence(Filter const& filter) -> Answer {
    auto const& path = *filter.left.path;
    auto const found = follow(path, start_of(path), evaluation_, Missing::kFails);
    if (!found && !found.error().is_not_found()) return give_up(found.error());
    return verdict(found.has_value() == filter.should_exist);
  }

  // A path that makes no sense spoils the filter; only running out of work or of numbers ends it
  // all.
  static auto give_up(Failure const& failure) -> Answer {
    using Reason = Failure::Reason;
    if (failure.reason == Reason::kFilterOnScalar || failure.reason == Reason::kUnknownFunction)
      return Verdict::kInvalid;
    return std::unexpected(failure);
  }

  auto node(Operand const& operand) -> Result<Node, Failure> {
    switch (operand.kind) {
      case Operand::Kind::kValue: return node_of(operand.value);
      case Operand::Kind::kLiteral: return Node{Node::Kind::kLiteral, operand.value};
      case Operand::Kind::kRegex: return Node{Node::Kind::kRegex, {}, &operand.regex};
      case Operand::Kind::kPath: break;
    }
    auto const found = follow(*operand.path, start_of(*operand.path), evaluation_);
    if (found) return node_of(*found);
    if (found.error().is_not_found()) return Node();
    return std::unexpected(found.error());
  }

  auto judge_comparison(Filter const& filter) -> Answer {
    auto const left = node(filter.left);
    if (!left) return give_up(left.error());
    auto const right = node(filter.right);
    if (!right) return give_up(right.error());
    if (!evaluation_.spend(1 + left->value.size() + right->value.size())) return too_much_work();
    return compare(filter.comparison, *left, *right);
  }

  auto compare(Operator op, Node const& left, Node const& right) -> Answer {
    auto const ordering = [&](auto const& fits) {
      auto const o = order(left, right);
      return verdict(o && fits(*o));
    };
    switch (op) {
      case Operator::kEqual: return verdict(equals(left, right));
      case Operator::kNotEqual: return verdict(!equals(left, right));
      case Operator::kSame: return verdict(is_same(left, right));
      case Operator::kNotSame: return verdict(!is_same(left, right));
      case Operator::kLess: return ordering([](auto o) { return o < 0; });
      case Operator::kLessEqual: return ordering([](auto o) { return o <= 0; });
      case Operator::kGreater: return ordering([](auto o) { return o > 0; });
      case Operator::kGreaterEqual: return ordering([](auto o) { return o >= 0; });
      case Operator::kRegex: return matches(left, right);
      case Operator::kIn: return is_in(left, right);
      case Operator::kNotIn: return is_not_in(left, right);
      case Operator::kContains: return contains(left, right);
      case Operator::kSize: return verdict(has_size(left, right));
      case Operator::kEmpty: return is_empty(left, right);
      case Operator::kExists: return both_true(left, right);
      case Operator::kSubsetOf:
      case Operator::kAnyOf:
      case Operator::kNoneOf: return compare_lists(op, left, right);
      case Operator::kAll:   // The library takes these three from its Java interface only:
      case Operator::kType:  // in a path they accept nothing.
      case Operator::kMatches: return Verdict::kInvalid;
    }
    return Verdict::kInvalid;
  }

  static auto is_same(Node const& left, Node const& right) -> bool {
    auto const same_type = left.is_json() ? right.is_json() : left.kind == right.kind;
    return same_type && equals(left, right);
  }

  auto matches(Node const& left, Node const& right) -> Answer {
    auto const regex_left = left.kind == Node::Kind::kRegex;
    if (regex_left == (right.kind == Node::Kind::kRegex)) return Verdict::kNo;
    auto const& regex = regex_left ? *left.regex : *right.regex;
    auto const& input = regex_left ? right : left;
    if (!input.is_list()) return matches_text(regex, input);
    for (auto element : input.value.elements())
      if (TRY(matches_text(regex, node_of(element))) == Verdict::kYes) return Verdict::kYes;
    return Verdict::kNo;
  }

  // Numbers and booleans as they print; whatever has no text counts as the empty one.
  auto matches_text(Regex const& regex, Node const& input) -> Answer {
    if (!evaluation_.spend(kRegexCost)) return too_much_work();
    switch (input.kind) {
      case Node::Kind::kString: return verdict(regex.matches(input.value.as_string()));
      case Node::Kind::kNumber:
        return verdict(regex.matches(decimal_text(input.value.number_text())));
      case Node::Kind::kBool:
        return verdict(regex.matches(input.value.as_bool() ? "true" : "false"));
      default: return verdict(regex.matches(""));
    }
  }

  // Whether an element of the array `list` equals `wanted`; true comparisons have `wanted` on the
  // left.
  auto holds(Value list, Node const& wanted) -> Answer {
    for (auto value : list.elements()) {
      if (!evaluation_.spend(1)) return too_much_work();
      if (value.is_array() || value.is_object())
        return std::unexpected(Failure{Failure::Reason::kUndecidable, 0, value});
      if (equals(wanted, element_node(value))) return Verdict::kYes;
    }
    return Verdict::kNo;
  }

  auto is_in(Node const& left, Node const& right) -> Answer {
    if (!right.is_json()) return Verdict::kInvalid;
    if (!right.is_list()) return Verdict::kNo;
    return holds(right.value, left);
  }

  auto is_not_in(Node const& left, Node const& right) -> Answer {
    auto const answer = TRY(is_in(left, right));
    return answer == Verdict::kInvalid ? answer : verdict(answer == Verdict::kNo);
  }

  auto contains(Node const& left, Node const& right) -> Answer {
    if (left.kind == Node::Kind::kString && right.kind == Node::Kind::kString)
      return verdict(left.value.as_string().find(right.value.as_string()) !=
                     std::string_view::npos);
    return left.is_list() ? holds(left.value, right) : Verdict::kNo;
  }

  static auto has_size(Node const& left, Node const& right) -> bool {
    if (right.kind != Node::Kind::kNumber) return false;
    auto const wanted = std::trunc(right.value.as_double());
    if (left.kind == Node::Kind::kString)
      return static_cast<double>(utf8::count_utf16_units(left.value.as_string())) == wanted;
    return left.is_list() && static_cast<double>(left.value.size()) == wanted;
  }

  static auto is_empty(Node const& left, Node const& right) -> Answer {
    auto const is_text = left.kind == Node::Kind::kString;
    if (!is_text && !left.is_json()) return Verdict::kNo;
    if (right.kind != Node::Kind::kBool) return Verdict::kInvalid;
    auto const empty = is_text ? left.value.as_string().empty() : left.value.size() == 0;
    return verdict(empty == right.value.as_bool());
  }

  static auto both_true(Node const& left, Node const& right) -> Answer {
    if (left.kind != Node::Kind::kBool || right.kind != Node::Kind::kBool) return Verdict::kInvalid;
    return verdict(left.value.as_bool() == right.value.as_bool());
  }

  auto compare_lists(Operator op, Node const& left, Node const& right) -> Answer {
    if (!left.is_json() || !right.is_json()) return Verdict::kInvalid;
    if (!left.is_list() || !right.is_list()) return Verdict::kNo;
    for (auto value : left.value.elements()) {
      auto const found = TRY(holds(right.value, element_node(value)));
      if (op == Operator::kSubsetOf && found == Verdict::kNo) return Verdict::kNo;
      if (op != Operator::kSubsetOf && found == Verdict::kYes)
        return verdict(op == Operator::kAnyOf);
    }
    return verdict(op != Operator::kAnyOf);
  }

  Value item_;
  Evaluation& evaluation_;
};

}  // namespace

auto accepts(Filter const& filter, Value item, Evaluation& evaluation) -> Result<bool, Failure> {
  return TRY(Judge(item, evaluation).judge(filter)) == Verdict::kYes;
}

}  // namespace treadle::expr::jsonpath
