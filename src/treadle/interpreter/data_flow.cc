#include "treadle/interpreter/data_flow.h"

#include <fmt/format.h>

#include "treadle/base/error_names.h"
#include "treadle/base/limits.h"
#include "treadle/json/print.h"

namespace treadle::interpreter {

using json::Value;

auto in_state(std::string_view state, std::uint32_t entered_id, Error error) -> Error {
  error.cause = fmt::format(
      "An error occurred while executing the state '{}' (entered at the event id #{}). {}", state,
      entered_id, error.cause);
  return error;
}

auto shown(Value value) -> std::string {
  return value.is_string() ? std::string(value.as_string()) : json::print(value);
}

DataError::DataError(expr::jsonata::FieldFailure failure)
    : error{std::string(errors::kQueryEvaluationError), std::move(failure.cause)},
      location(std::move(failure.location)) {}

namespace {

// A field's name without the "Path" of its JSONPath form.
auto without_path(std::string_view name) -> std::string_view {
  constexpr std::string_view kSuffix = "Path";
  if (name.ends_with(kSuffix)) name.remove_suffix(kSuffix.size());
  return name;
}

}  // namespace

auto wrong_type(asl::Expression const& expression, std::string_view field,
                std::string_view expected, Value value) -> std::unexpected<DataError> {
  return std::unexpected<DataError>(
      expr::jsonata::unexpected_type(expression, field, expected, value));
}

auto DataFlow::select(asl::PathField const& field, Value from) -> Result<Value> {
  if (field.is_identity()) return from;
  if (field.kind == asl::PathField::Kind::kNull) return json::make_object(arena_, {});
  auto found = expr::jsonpath::evaluate(*field.path, from, environment_, arena_);
  if (!found)
    return fail(errors::kRuntime,
                fmt::format("Invalid path '{}' : {}", field.path->text(), found.error().message));
  return *found;
}

auto DataFlow::fill(std::optional<asl::PayloadTemplate> const& payload_template, Value from)
    -> Result<Value> {
  if (!payload_template) return from;
  return expr::evaluate(*payload_template, from, environment_, arena_);
}

auto DataFlow::fill(std::optional<asl::JsonataTemplate> const& jsonata_template, Value from)
    -> Data<Value> {
  if (!jsonata_template) return from;
  return TRY(expr::jsonata::evaluate(*jsonata_template, environment_, arena_));
}

auto DataFlow::fill(std::optional<asl::Template> const& either, Value from) -> Data<Value> {
  if (!either) return from;
  if (auto const* payload_template = std::get_if<asl::PayloadTemplate>(&*either))
    return TRY(expr::evaluate(*payload_template, from, environment_, arena_));
  return TRY(
      expr::jsonata::evaluate(std::get<asl::JsonataTemplate>(*either), environment_, arena_));
}

auto DataFlow::compute(asl::Expression const& expression, std::string_view field) -> Data<Value> {
  return TRY(expr::jsonata::evaluate_field(expression, field, environment_, arena_));
}

auto DataFlow::place(asl::PathField const& result_path, Value input, Value result)
    -> Result<Value> {
  if (result_path.is_identity()) return result;
  if (result_path.kind == asl::PathField::Kind::kNull) return input;
  auto placed = expr::jsonpath::assign(*result_path.path, input, result, arena_);
  if (!placed) return fail(errors::kResultPathMatchFailure, std::move(placed).error());
  return *placed;
}

auto DataFlow::text(asl::TextField const& field, std::string_view name, Value from)
    -> Data<std::optional<std::string>> {
  if (field.literal) return *field.literal;
  if (!field.is_set()) return std::nullopt;
  if (field.expression) {
    auto const computed = TRY(compute(*field.expression, without_path(name)));
    if (computed.is_string()) return std::string(computed.as_string());
    return wrong_type(*field.expression, without_path(name), "string", computed);
  }
  Value value;
  if (field.call) {
    value = TRY(expr::intrinsic::evaluate(*field.call, from, environment_, arena_));
  } else {
    auto found = expr::jsonpath::evaluate(*field.path, from, environment_, arena_);
    if (!found)
      return fail(
          errors::kRuntime,
          fmt::format(
              "The JSONPath '{}' specified for the field '{}' could not be found in the input '{}'",
              field.path->text(), name, json::print(from)));
    value = *found;
  }
  if (!value.is_string())
    return fail(errors::kRuntime,
                fmt::format("The value for the field '{}' must be a STRING", name));
  return std::string(value.as_string());
}

auto DataFlow::number(asl::NumberField const& field, std::string_view name, Value from)
    -> Data<std::optional<std::uint64_t>> {
  if (field.literal) return *field.literal;
  if (field.expression) return TRY(computed_number(*field.expression, without_path(name)));
  if (!field.path) return std::nullopt;
  auto const path = field.path->text();
  auto const value = look_up(*field.path, from);
  if (!value)
    return fail(errors::kRuntime,
                fmt::format("The {} parameter does not reference an input value: {}", name, path));
  bool const whole =
      value->is_number() && value->number_text().find_first_of(".eE") == std::string_view::npos;
  auto const number = whole ? value->as_int64() : std::nullopt;
  if (!number)
    return fail(errors::kRuntime,
                fmt::format("The {} parameter cannot be parsed as a long value: {} == {}", name,
                            path, shown(*value)));
  if (*number < 0)
    return fail(errors::kRuntime,
                fmt::format("The {} parameter references a negative value: {} == {}", name, path,
                            json::print(*value)));
  if (static_cast<std::uint64_t>(*number) > limits::kTimerSecondsMax)
    return fail(errors::kRuntime,
                fmt::format("The {} parameter references a value over {}: {} == {}", name,
                            limits::kTimerSecondsMax, path, json::print(*value)));
  return static_cast<std::uint64_t>(*number);
}

auto DataFlow::computed_number(asl::Expression const& expression, std::string_view field)
    -> Data<std::uint64_t> {
  auto const value = TRY(compute(expression, field));
  auto const number = value.is_number() ? value.as_int64() : std::nullopt;
  if (!number) return wrong_type(expression, field, "integer", value);
  if (*number >= 0 && static_cast<std::uint64_t>(*number) <= limits::kTimerSecondsMax)
    return static_cast<std::uint64_t>(*number);
  auto const range = *number < 0 ? "references a negative value" : "references a value over";
  auto const limit = *number < 0 ? std::string() : fmt::format(" {}", limits::kTimerSecondsMax);
  return std::unexpected(expr::jsonata::FieldFailure{
      std::string(field), fmt::format("The {} parameter {}{}: {} == {}", field, range, limit,
                                      expression.text(), *number)});
}

auto DataFlow::look_up(asl::Path const& path, Value from) -> std::optional<Value> {
  auto found = expr::jsonpath::evaluate(path, from, environment_, arena_);
  if (!found) return std::nullopt;
  return *found;
}

}  // namespace treadle::interpreter
