// Source: docs.jsonata.org, "Numeric operators", "Comparison operators", "Boolean operators",
// "Other operators".
#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include "treadle/base/limits.h"
#include "treadle/expr/jsonata/evaluator.h"
#include "treadle/expr/jsonata/utf16.h"
#include "treadle/expr/utf16_order.h"
#include "treadle/json/print.h"

namespace treadle::expr::jsonata {
namespace {

constexpr double kRangeMax = 1e7;

auto symbol_of(Node const& node) -> std::string { return json::print_string(node.text); }

auto compute(Operator op, double a, double b) -> double {
  switch (op) {
    case Operator::kAdd: return a + b;
    case Operator::kSubtract: return a - b;
    case Operator::kMultiply: return a * b;
    case Operator::kDivide: return a / b;
    default: return std::fmod(a, b);
  }
}

auto holds(Operator op, double a, double b) -> bool {
  switch (op) {
    case Operator::kLess: return a < b;
    case Operator::kLessOrEqual: return a <= b;
    case Operator::kGreater: return a > b;
    default: return a >= b;
  }
}

auto sign_of(std::strong_ordering order) -> double { return order < 0 ? -1 : order > 0 ? 1 : 0; }

auto is_comparable(Item item) -> bool {
  return !item.is_defined() || item.is_number() || item.is_string();
}

auto is_integer(Item item) -> bool {
  return item.is_number() && item.number() == std::trunc(item.number()) &&
         std::isfinite(item.number());
}

}  // namespace

auto Evaluator::not_finite(double number) -> std::unexpected<Failed> {
  if (std::isnan(number)) return fail("D1001", {.value = "null"});
  return fail("D1001", {.value = number > 0 ? "Infinity" : "-Infinity"});
}

auto Evaluator::binary(Node const& node, Item input, Frame& frame) -> Eval<Item> {
  auto const a = TRY(eval(*node.a, input, frame));
  if (node.kind == NodeKind::kAnd || node.kind == NodeKind::kOr) {
    bool const decides = node.kind == NodeKind::kOr;
    if (TRY(truth(a)) == decides) return Item::of(decides);
    auto const second = TRY(eval(*node.b, input, frame));
    return Item::of(TRY(truth(second)));
  }
  auto const b = TRY(eval(*node.b, input, frame));
  switch (node.kind) {
    case NodeKind::kArithmetic: return arithmetic(node, a, b);
    case NodeKind::kEquality:
      if (!a.is_defined() || !b.is_defined()) return Item::of(false);
      return Item::of(TRY(are_equal(a, b)) == (node.op == Operator::kEqual));
    case NodeKind::kComparison: return comparison(node, a, b);
    case NodeKind::kConcat: return concat(a, b);
    case NodeKind::kRange: return range(a, b);
    case NodeKind::kIn: return is_in(a, b);
    default: std::unreachable();
  }
}

// The number of an operand, 0 of an undefined one; `code` where it is something else.
auto Evaluator::operand(Node const& node, Item item, std::string_view code) -> Eval<double> {
  if (!item.is_defined()) return 0.0;
  auto const number = item.is_number() ? item.number() : std::nan("");
  if (std::isnan(number)) return fail(code, {.token = symbol_of(node)});
  return check_number(number);
}

auto Evaluator::arithmetic(Node const& node, Item a, Item b) -> Eval<Item> {
  auto const left = TRY(operand(node, a, "T2001"));
  auto const right = TRY(operand(node, b, "T2002"));
  if (!a.is_defined() || !b.is_defined()) return Item();
  return Item::of(compute(node.op, left, right));
}

auto Evaluator::negate(Item a) -> Eval<Item> {
  if (!a.is_defined()) return a;
  if (!a.is_number()) return fail("D1002", {.value = shown(a)});
  return Item::of(-TRY(check_number(a.number())));
}

auto Evaluator::comparison(Node const& node, Item a, Item b) -> Eval<Item> {
  if (!is_comparable(a) || !is_comparable(b)) return fail("T2010", {.token = symbol_of(node)});
  if (!a.is_defined() || !b.is_defined()) return Item();
  if (a.is_number() && b.is_number()) return Item::of(holds(node.op, a.number(), b.number()));
  if (a.is_string() && b.is_string())
    return Item::of(holds(node.op, sign_of(compare_utf16(a.string(), b.string())), 0));
  return fail("T2009", {.token = symbol_of(node), .value = shown(a), .value2 = shown(b)});
}

auto Evaluator::concat(Item a, Item b) -> Eval<Item> {
  auto const left = a.is_defined() ? TRY(string_of(a)) : std::string_view();
  auto const right = b.is_defined() ? TRY(string_of(b)) : std::string_view();
  auto const size = left.size() + right.size();
  TRY(spend_on_text(size));
  TRY(reserve(size));
  constexpr auto kSurrogate = '\xED';  // the lead byte of one that stands alone
  if (!right.empty() && right[0] == kSurrogate) [[unlikely]] {
    auto joined = std::string(left);
    append_text(joined, right);
    return text(joined);
  }
  auto* const bytes = arena_.allocate_array<char>(size);
  std::ranges::copy(left, bytes);
  std::ranges::copy(right, bytes + left.size());
  return Item::of(std::string_view(bytes, size));
}

auto Evaluator::range(Item a, Item b) -> Eval<Item> {
  if (a.is_defined() && !is_integer(a)) return fail("T2003");
  if (b.is_defined() && !is_integer(b)) return fail("T2004");
  if (!a.is_defined() || !b.is_defined() || a.number() > b.number()) return Item();
  auto const size = b.number() - a.number() + 1;
  if (size > kRangeMax) return fail("D2014", {.value = shown(Item::of(size))});
  return Item::range(a.number(), static_cast<std::uint32_t>(size)).with(Item::kSequence);
}

auto Evaluator::is_in(Item a, Item b) -> Eval<Item> {
  if (!a.is_defined() || !b.is_defined()) return Item::of(false);
  if (!b.is_array()) return Item::of(a.is_same_as(b));
  TRY(spend(b.size()));
  for (std::size_t i = 0; i < b.size(); ++i)
    if (a.is_same_as(b.at(i))) return Item::of(true);
  return Item::of(false);
}

auto Evaluator::truth(Item item, std::uint32_t depth) -> Eval<bool> {
  while (item.is_array() && item.size() == 1) item = item.at(0);
  if (!item.is_array()) {
    if (item.is_number()) return TRY(check_number(item.number())) != 0;
    return is_true(item);
  }
  if (depth > budget_.depth_max) return fail("D1011", {.value = std::to_string(budget_.depth_max)});
  for (std::size_t i = 0; i < item.size(); ++i) {
    TRY(spend());
    if (TRY(truth(item.at(i), depth + 1))) return true;
  }
  return false;
}

auto Evaluator::are_equal(Item a, Item b, std::uint32_t depth) -> Eval<bool> {
  TRY(spend());
  if (depth > limits::kPayloadDepth)
    return fail("D1011", {.value = std::to_string(limits::kPayloadDepth)});
  if (a.is_json() && b.is_json() && !a.is_array() && !a.is_object() && !a.is_string())
    return json::equal(a.json(), b.json());
  if (a.is_string() && b.is_string()) TRY(spend_on_text(a.string().size()));
  if (a.is_same_as(b)) return true;
  if (a.is_array()) {
    if (!b.is_array() || a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i)
      if (!TRY(are_equal(a.at(i), b.at(i), depth + 1))) return false;
    return true;
  }
  if (!a.is_object() || !b.is_object()) return false;
  auto const count = [](Item object) {
    return object.is_json() ? object.json().size() : std::size_t{object.object()->size};
  };
  if (count(a) != count(b)) return false;
  bool all = true;
  auto const visit = [&](std::string_view key, Item value) -> Eval<void> {
    if (!all) return {};
    auto const other = b.member(key);
    all = other.is_defined() && TRY(are_equal(value, other, depth + 1));
    return {};
  };
  TRY(each_member(a, visit));
  return all;
}

}  // namespace treadle::expr::jsonata
