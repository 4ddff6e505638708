#include "treadle/asl/jsonata_values.h"

#include <string>

#include <fmt/format.h>

namespace treadle::asl {
namespace {

using expr::jsonata::SyntaxError;

// AWS shows JSONata's message alone.
void report_syntax(SyntaxError const& error, Location const& where, Report& report) {
  report.error(Code::kInvalidJsonataExpression, where, error.message);
}

auto is_member_of_states(std::string_view name, StatesMember readable) -> bool {
  return name == "input" || name == "context" ||
         (name == "result" && readable == StatesMember::kResult) ||
         (name == "errorOutput" && readable == StatesMember::kErrorOutput);
}

// The texts of "name" and of $states are AWS's; those of "$" and "$$" are made after them.
void check_reads(Expression const& expression, StatesMember readable, Location const& where,
                 Report& report) {
  constexpr auto kCode = Code::kUnsupportedJsonataExpression;
  for (auto const& name : expression.context_reads())
    report.error(kCode, where,
                 fmt::format("Reference to '{}' {}is not supported.", name,
                             name == "$$" ? "" : "at the top level "));
  std::string_view reported;
  for (auto const& reference : expression.references()) {
    if (reference.variable != "states" || reference.path.empty()) continue;
    auto const& name = reference.path.front();
    if (is_member_of_states(name, readable) || name == reported) continue;
    report.error(kCode, where, fmt::format("Field '$states.{}' does not exist.", name));
    reported = name;
  }
}

}  // namespace

auto read_expression(Fields const& fields, std::string_view name, Report& report)
    -> std::optional<Expression> {
  auto const* value = fields.find(name);
  if (fields.is_json_path() || value == nullptr || !is_expression(*value)) return std::nullopt;
  auto expression = Expression::compile(expr::jsonata::expression_text(value->as_string()),
                                        expr::jsonata::Dialect::kStepFunctions);
  if (!expression) {
    report_syntax(expression.error(), fields.at(name), report);
    return std::nullopt;
  }
  check_reads(*expression, StatesMember::kNeither, fields.at(name), report);
  return std::move(*expression);
}

auto read_jsonata_template(Fields const& fields, std::string_view prefix, std::string_view name,
                           Report& report, StatesMember readable)
    -> std::optional<JsonataTemplate> {
  auto const* source = fields.find(name);
  if (source == nullptr || fields.is_json_path()) return std::nullopt;
  auto compiled = JsonataTemplate::compile(*source, fmt::format("{}{}", prefix, name));
  auto const at = [&](std::string const& location) {
    return fields.at(std::string(name) + location);
  };
  if (!compiled) {
    for (auto const& [location, error] : compiled.error())
      report_syntax(error, at(location), report);
    return std::nullopt;
  }
  for (auto const& [location, expression] : compiled->expressions())
    check_reads(expression, readable, at(location), report);
  return std::move(*compiled);
}

}  // namespace treadle::asl
