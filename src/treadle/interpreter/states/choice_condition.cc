#include "treadle/interpreter/states/choice_condition.h"

#include <algorithm>
#include <compare>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "treadle/base/error_names.h"
#include "treadle/base/time.h"

namespace treadle::interpreter {
namespace {

using asl::Comparison;
using json::Value;

enum class Relation : std::uint8_t { kEqual, kLess, kGreater, kLessEqual, kGreaterEqual };
enum class Domain : std::uint8_t { kString, kNumeric, kTimestamp };

auto related(Relation relation, std::partial_ordering order) -> bool {
  switch (relation) {
    case Relation::kEqual: return order == 0;
    case Relation::kLess: return order < 0;
    case Relation::kGreater: return order > 0;
    case Relation::kLessEqual: return order <= 0;
    case Relation::kGreaterEqual: return order >= 0;
  }
  return false;
}

// Exact for whole numbers, so that 2^53 and 2^53 + 1 differ.
auto compare_numbers(Value a, Value b) -> std::partial_ordering {
  auto const x = a.as_int64();
  auto const y = b.as_int64();
  if (x && y) return *x <=> *y;
  return a.as_double() <=> b.as_double();
}

auto timestamp_of(Value value) -> std::optional<Timestamp> {
  return value.is_string() ? parse_rfc3339(value.as_string()) : std::nullopt;
}

auto compare(Domain domain, Relation relation, Value a, Value b) -> bool {
  switch (domain) {
    case Domain::kString:
      return a.is_string() && b.is_string() && related(relation, a.as_string() <=> b.as_string());
    case Domain::kNumeric:
      return a.is_number() && b.is_number() && related(relation, compare_numbers(a, b));
    case Domain::kTimestamp: {
      auto const x = timestamp_of(a);
      auto const y = timestamp_of(b);
      return x && y && related(relation, *x <=> *y);
    }
  }
  return false;
}

// The texts between the asterisks of a pattern. "\\*" stands for an asterisk, "\\\\" for a backslash.
auto literals_of(std::string_view pattern) -> std::vector<std::string> {
  std::vector<std::string> literals(1);
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '*') {
      literals.emplace_back();
      continue;
    }
    if (pattern[i] == '\\' && i + 1 < pattern.size()) ++i;
    literals.back() += pattern[i];
  }
  return literals;
}

// Where `literal` first stands in `text`; text.size() if nowhere. Linear, however long both are.
auto find(std::string_view text, std::string_view literal) -> std::size_t {
  constexpr std::size_t kShort = 32;
  if (literal.size() <= kShort) return std::min(text.find(literal), text.size());
  auto const found = std::search(text.begin(), text.end(),
                                 std::boyer_moore_searcher(literal.begin(), literal.end()));
  return static_cast<std::size_t>(found - text.begin());
}

// '*' stands for any characters.
auto matches_pattern(std::string_view text, std::string_view pattern) -> bool {
  auto const literals = literals_of(pattern);
  auto const& first = literals.front();
  auto const& last = literals.back();
  if (literals.size() == 1) return text == first;
  if (text.size() < first.size() + last.size()) return false;
  if (!text.starts_with(first) || !text.ends_with(last)) return false;
  auto between = text.substr(first.size(), text.size() - first.size() - last.size());
  for (auto const& literal : std::span(literals).subspan(1, literals.size() - 2)) {
    if (literal.empty()) continue;
    auto const at = find(between, literal);
    if (at == between.size()) return false;
    between.remove_prefix(at + literal.size());
  }
  return true;
}

auto compare(Comparison comparison, Value value, Value operand) -> bool {
  auto const number = static_cast<int>(comparison);
  if (comparison <= Comparison::kTimestampGreaterThanEquals)
    return compare(static_cast<Domain>(number / 5), static_cast<Relation>(number % 5), value,
                   operand);
  switch (comparison) {
    case Comparison::kBooleanEquals:
      return value.is_bool() && operand.is_bool() && value.as_bool() == operand.as_bool();
    case Comparison::kStringMatches:
      return value.is_string() && operand.is_string() &&
             matches_pattern(value.as_string(), operand.as_string());
    case Comparison::kIsNull: return value.is_null() == operand.as_bool();
    case Comparison::kIsPresent: return operand.as_bool();
    case Comparison::kIsNumeric: return value.is_number() == operand.as_bool();
    case Comparison::kIsString: return value.is_string() == operand.as_bool();
    case Comparison::kIsBoolean: return value.is_bool() == operand.as_bool();
    case Comparison::kIsTimestamp: return timestamp_of(value).has_value() == operand.as_bool();
    default: return false;
  }
}

auto required(asl::Path const& path, Value input, DataFlow& flow) -> Result<Value> {
  auto const value = flow.look_up(path, input);
  if (!value)
    return fail(
        errors::kRuntime,
        fmt::format(
            "Invalid path '{}': The choice state's condition path references an invalid value.",
            path.text()));
  return *value;
}

auto comparison_holds(asl::ChoiceExpression const& e, Value input, DataFlow& flow) -> Result<bool> {
  if (e.comparison == Comparison::kIsPresent)
    return flow.look_up(*e.variable, input).has_value() == e.operand.as_bool();
  auto const value = TRY(required(*e.variable, input, flow));
  auto const operand = e.operand_path ? TRY(required(*e.operand_path, input, flow)) : e.operand;
  return compare(e.comparison, value, operand);
}

}  // namespace

auto holds(asl::ChoiceExpression const& expression, Value input, DataFlow& flow) -> Result<bool> {
  using Kind = asl::ChoiceExpression::Kind;
  if (expression.kind == Kind::kComparison) return comparison_holds(expression, input, flow);
  if (expression.kind == Kind::kNot) return !TRY(holds(expression.parts.front(), input, flow));
  bool const decisive = expression.kind == Kind::kOr;
  for (auto const& part : expression.parts)
    if (TRY(holds(part, input, flow)) == decisive) return decisive;
  return !decisive;
}

}  // namespace treadle::interpreter
