// The Choice state. Source: Amazon States Language, "Choice State" and "Data-test Expressions".
#include <array>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "treadle/asl/jsonata_values.h"
#include "treadle/asl/literal_warnings.h"
#include "treadle/asl/parsing.h"
#include "treadle/asl/schema.h"
#include "treadle/asl/values.h"
#include "treadle/asl/variable_scopes.h"
#include "treadle/base/time.h"

namespace treadle::asl {
namespace {

// What a comparison's operand must be.
enum class Operand : std::uint8_t { kText, kNumber, kTimestamp, kFlag };
enum class PathForm : std::uint8_t { kNone, kAlso };  // whether "<name>Path" exists

struct Operator {
  std::string_view name;
  Comparison comparison;
  Operand operand;
  PathForm path_form;
};

constexpr Operator kOperators[] = {
    {"StringEquals", Comparison::kStringEquals, Operand::kText, PathForm::kAlso},
    {"StringLessThan", Comparison::kStringLessThan, Operand::kText, PathForm::kAlso},
    {"StringGreaterThan", Comparison::kStringGreaterThan, Operand::kText, PathForm::kAlso},
    {"StringLessThanEquals", Comparison::kStringLessThanEquals, Operand::kText, PathForm::kAlso},
    {"StringGreaterThanEquals", Comparison::kStringGreaterThanEquals, Operand::kText,
     PathForm::kAlso},
    {"NumericEquals", Comparison::kNumericEquals, Operand::kNumber, PathForm::kAlso},
    {"NumericLessThan", Comparison::kNumericLessThan, Operand::kNumber, PathForm::kAlso},
    {"NumericGreaterThan", Comparison::kNumericGreaterThan, Operand::kNumber, PathForm::kAlso},
    {"NumericLessThanEquals", Comparison::kNumericLessThanEquals, Operand::kNumber,
     PathForm::kAlso},
    {"NumericGreaterThanEquals", Comparison::kNumericGreaterThanEquals, Operand::kNumber,
     PathForm::kAlso},
    {"TimestampEquals", Comparison::kTimestampEquals, Operand::kTimestamp, PathForm::kAlso},
    {"TimestampLessThan", Comparison::kTimestampLessThan, Operand::kTimestamp, PathForm::kAlso},
    {"TimestampGreaterThan", Comparison::kTimestampGreaterThan, Operand::kTimestamp,
     PathForm::kAlso},
    {"TimestampLessThanEquals", Comparison::kTimestampLessThanEquals, Operand::kTimestamp,
     PathForm::kAlso},
    {"TimestampGreaterThanEquals", Comparison::kTimestampGreaterThanEquals, Operand::kTimestamp,
     PathForm::kAlso},
    {"BooleanEquals", Comparison::kBooleanEquals, Operand::kFlag, PathForm::kAlso},
    {"StringMatches", Comparison::kStringMatches, Operand::kText, PathForm::kNone},
    {"IsNull", Comparison::kIsNull, Operand::kFlag, PathForm::kNone},
    {"IsPresent", Comparison::kIsPresent, Operand::kFlag, PathForm::kNone},
    {"IsNumeric", Comparison::kIsNumeric, Operand::kFlag, PathForm::kNone},
    {"IsString", Comparison::kIsString, Operand::kFlag, PathForm::kNone},
    {"IsBoolean", Comparison::kIsBoolean, Operand::kFlag, PathForm::kNone},
    {"IsTimestamp", Comparison::kIsTimestamp, Operand::kFlag, PathForm::kNone},
};

// An operator as a rule spells it: with "Path" its operand is a path.
struct SpelledOperator {
  Operator const* op = nullptr;
  bool takes_path = false;
};

auto find_operator(std::string_view name) -> std::optional<SpelledOperator> {
  constexpr std::string_view kSuffix = "Path";
  for (auto const& op : kOperators) {
    if (name == op.name) return SpelledOperator{&op, false};
    if (op.path_form == PathForm::kAlso && name.size() == op.name.size() + kSuffix.size() &&
        name.starts_with(op.name) && name.ends_with(kSuffix))
      return SpelledOperator{&op, true};
  }
  return std::nullopt;
}

enum class Level : std::uint8_t { kTop, kNested };

// Members that a rule may have besides what makes its condition.
auto is_rule_member(std::string_view key, Level level, Fields const& rule) -> bool {
  if (key == "Comment") return true;
  if (level == Level::kNested) return false;
  return key == "Next" || key == "Assign" || (key == "Output" && !rule.is_json_path());
}

// Of a member that a rule may not have: only the other language has it, or neither.
auto stray_member_message(std::string_view key, Level level, Fields const& rule) -> std::string {
  auto const is_of_other = rule.is_json_path()
                               ? level == Level::kTop && (key == "Condition" || key == "Output")
                               : key == "Variable" || key == "And" || key == "Or" || key == "Not" ||
                                     find_operator(key).has_value();
  return is_of_other ? wrong_language_message(rule.language(), key)
                     : unsupported_field_message(key);
}

void check_operand(json::Value value, Operand operand, Location const& where, Report& report) {
  switch (operand) {
    case Operand::kText:
      if (!value.is_string()) report.error(where, expected_type_message("String"));
      return;
    case Operand::kNumber:
      if (!value.is_number()) report.error(where, expected_type_message("Number"));
      return;
    case Operand::kFlag:
      if (!value.is_bool()) report.error(where, expected_type_message("Boolean"));
      return;
    case Operand::kTimestamp:
      if (!value.is_string())
        report.error(where, expected_type_message("String"));
      else if (!parse_rfc3339(value.as_string()))
        report.error(where, "String does not match RFC3339 timestamp");
      return;
  }
}

// Reads the conditions of one Choice state.
class ConditionReader {
 public:
  explicit ConditionReader(Report& report) : report_(report) {}

  auto read(Fields const& rule, Level level) -> ChoiceExpression {
    ChoiceExpression expression;
    std::size_t tests = 0;
    for (auto const& member : rule.members()) {
      if (member.key == "Variable" || is_rule_member(member.key, level, rule)) continue;
      if (read_combination(rule, member, expression) || read_comparison(rule, member, expression))
        ++tests;
      else
        report_.error(rule.where(), stray_member_message(member.key, level, rule));
    }
    check_test_count(rule, tests);
    return expression;
  }

 private:
  // And, Or, Not.
  auto read_combination(Fields const& rule, json::Member const& member, ChoiceExpression& into)
      -> bool {
    if (member.key == "Not") {
      into.kind = ChoiceExpression::Kind::kNot;
      read_part(Fields(member.value, rule.at("Not"), rule.language()), into);
    } else if (member.key == "And" || member.key == "Or") {
      into.kind = member.key == "And" ? ChoiceExpression::Kind::kAnd : ChoiceExpression::Kind::kOr;
      read_parts(rule, member, into);
    } else {
      return false;
    }
    if (rule.has("Variable")) report_.error(rule.where(), unsupported_field_message("Variable"));
    return true;
  }

  void read_parts(Fields const& rule, json::Member const& member, ChoiceExpression& into) {
    auto const where = rule.at(member.key);
    if (!member.value.is_array()) {
      report_.error(where, expected_type_message("Array"));
      return;
    }
    auto const parts = member.value.elements();
    if (parts.empty()) report_.error(where, std::string(kEmptyValueMessage));
    for (std::size_t i = 0; i < parts.size(); ++i)
      read_part(Fields(parts[i], where[i], rule.language()), into);
  }

  void read_part(Fields const& part, ChoiceExpression& into) {
    into.parts.push_back(read(part, Level::kNested));
  }

  auto read_comparison(Fields const& rule, json::Member const& member, ChoiceExpression& into)
      -> bool {
    auto const spelled = find_operator(member.key);
    if (!spelled) return false;
    into.kind = ChoiceExpression::Kind::kComparison;
    into.comparison = spelled->op->comparison;
    if (!rule.has("Variable"))
      report_.error(rule.where(), required_fields_message("Variable"));
    else if (!rule.text("Variable"))
      report_.error(rule.at("Variable"), expected_type_message("String"));
    into.variable = read_reference_path(rule, "Variable", report_);
    read_operand(rule, member, *spelled, into);
    return true;
  }

  void read_operand(Fields const& rule, json::Member const& member, SpelledOperator spelled,
                    ChoiceExpression& into) {
    auto const where = rule.at(member.key);
    if (!spelled.takes_path) {
      check_operand(member.value, spelled.op->operand, where, report_);
      warn_of_path_literal(member.value, where, report_);
      into.operand = member.value;
      return;
    }
    if (!member.value.is_string()) report_.error(where, expected_type_message("String"));
    into.operand_path = read_reference_path(rule, member.key, report_);
  }

  void check_test_count(Fields const& rule, std::size_t tests) {
    if (tests == 1) return;
    report_.error(rule.where(),
                  tests == 0 ? "A Choice rule must have a comparison operator, And, Or or Not"
                             : "A Choice rule must have only one comparison operator");
  }

  Report& report_;
};

// A JSONata rule: Condition, Next, and what shapes the output.
auto read_condition(Fields const& rule, Report& report) -> Condition {
  auto const* condition = rule.find("Condition");
  if (condition == nullptr)
    report.error(rule.where(), required_fields_message("Condition"));
  else if (!condition->is_bool() && !is_expression(*condition))
    report.error(rule.at("Condition"), "Value must be a Boolean or a JSONata expression");
  for (auto const& member : rule.members())
    if (member.key != "Condition" && !is_rule_member(member.key, Level::kTop, rule))
      report.error(rule.where(), stray_member_message(member.key, Level::kTop, rule));
  if (auto expression = read_expression(rule, "Condition", report); expression)
    return std::move(*expression);
  return rule.flag("Condition");
}

auto parse_rule(Parsing& parsing, Scope const& scope, std::size_t index, Fields const& fields)
    -> ChoiceRule {
  auto& report = parsing.report;
  ChoiceRule rule;
  if (fields.is_json_path())
    rule.condition = ConditionReader(report).read(fields, Level::kTop);
  else
    rule.condition = read_condition(fields, report);
  auto const next = fields.text("Next");
  if (!fields.has("Next"))
    report.error(fields.where(), required_fields_message("Next"));
  else if (!next)
    report.error(fields.at("Next"), expected_type_message("String"));
  rule.next = next ? scope.resolve(*next, fields.at("Next"), parsing) : kNoState;
  if (fields.has("Assign") && !fields.object("Assign"))
    report.error(fields.at("Assign"), expected_type_message("Object"));
  auto const prefix = fmt::format("Choices[{}]/", index);
  rule.assign = read_assign(fields, prefix, report);
  note_assigned(parsing, scope, fields);
  rule.output = read_jsonata_template(fields, prefix, "Output", report);
  return rule;
}

}  // namespace

auto parse_choice(Parsing& parsing, Scope const& scope, Fields const& fields) -> Choice {
  auto& report = parsing.report;
  Choice choice;
  auto const rules = fields.list("Choices");
  auto const where = fields.at("Choices");
  auto const* value = fields.find("Choices");
  if (value != nullptr && value->is_array() && rules.empty())
    report.error(where, std::string(kEmptyValueMessage));
  for (std::size_t i = 0; i < rules.size(); ++i) {
    if (rules[i].is_object())
      choice.rules.push_back(
          parse_rule(parsing, scope, i, Fields(rules[i], where[i], fields.language())));
    else
      report.error(where[i], expected_type_message("Object"));
  }
  if (auto const fallback = fields.text("Default"); fallback)
    choice.fallback = scope.resolve(*fallback, fields.at("Default"), parsing);
  return choice;
}

}  // namespace treadle::asl
