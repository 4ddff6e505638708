#include "treadle/asl/jsonata_values.h"

#include <string>

#include <fmt/format.h>

namespace treadle::asl {
namespace {

using expr::jsonata::SyntaxError;

void report_syntax(SyntaxError const& error, std::string_view field, Location const& where,
                   Report& report) {
  report.error(where, fmt::format("The value for the field '{}' must be a valid JSONata "
                                  "expression: {} {} (at character {})",
                                  field, error.code, error.message, error.position));
}

}  // namespace

auto read_expression(Fields const& fields, std::string_view name, Report& report)
    -> std::optional<Expression> {
  auto const* value = fields.find(name);
  if (fields.is_json_path() || value == nullptr || !is_expression(*value)) return std::nullopt;
  auto expression = Expression::compile(expr::jsonata::expression_text(value->as_string()),
                                        expr::jsonata::Dialect::kStepFunctions);
  if (expression) return std::move(*expression);
  report_syntax(expression.error(), name, fields.at(name), report);
  return std::nullopt;
}

auto read_jsonata_template(Fields const& fields, std::string_view prefix, std::string_view name,
                           Report& report) -> std::optional<JsonataTemplate> {
  auto const* source = fields.find(name);
  if (source == nullptr || fields.is_json_path()) return std::nullopt;
  auto compiled = JsonataTemplate::compile(*source, fmt::format("{}{}", prefix, name));
  if (compiled) return std::move(*compiled);
  for (auto const& [location, error] : compiled.error()) {
    auto const member = location.substr(location.rfind('/') + 1);
    report_syntax(error, member.empty() ? name : std::string_view(member),
                  fields.at(std::string(name) + location), report);
  }
  return std::nullopt;
}

}  // namespace treadle::asl
