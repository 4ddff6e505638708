#include "treadle/asl/values.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "treadle/asl/schema.h"
#include "treadle/asl/template_checks.h"
#include "treadle/base/limits.h"
#include "treadle/base/utf8.h"

namespace treadle::asl {
namespace {

using expr::TemplateError;
using expr::jsonpath::Root;

auto parse_path(std::string_view text, Location const& where, Report& report)
    -> std::optional<Path> {
  auto path = Path::parse(text);
  // The Jayway library overlooks a bracket that the very last character opens.
  if (path && text.ends_with('[')) path = std::unexpected("the last bracket is not closed");
  if (path) return std::move(*path);
  report.error(where, "Value is not a valid JSONPath: " + path.error());
  return std::nullopt;
}

auto parse_reference_path(std::string_view text, Location const& where, Report& report)
    -> std::optional<Path> {
  auto path = parse_path(text, where, report);
  if (!path || path->is_reference()) return path;
  report.error(where,
               fmt::format("Value is not a Reference Path: {} may lead to several values", text));
  return std::nullopt;
}

auto is_null(Fields const& fields, std::string_view name) -> bool {
  auto const* value = fields.find(name);
  return value != nullptr && value->is_null();
}

// The functions whose value is a text, which are the ones that ErrorPath and CausePath take.
constexpr std::array<std::string_view, 7> kTextFunctions = {
    "States.Format",       "States.JsonToString", "States.ArrayGetItem", "States.Base64Encode",
    "States.Base64Decode", "States.Hash",         "States.UUID"};

auto gives_text(Call const& call) -> bool {
  auto const name = call.text().substr(0, call.text().find('('));
  return std::ranges::find(kTextFunctions, name) != kTextFunctions.end();
}

auto parse_text_call(std::string_view text, Location const& where, Report& report)
    -> std::optional<Call> {
  auto call = Call::parse(text);
  if (!call) {
    report.error(where, "Value is not a valid intrinsic function call: " + call.error());
    return std::nullopt;
  }
  if (auto const misfit = call->misfit(); misfit) {
    report.error(where, "Value is not a valid intrinsic function call: " + *misfit);
    return std::nullopt;
  }
  if (!gives_text(*call)) {
    report.error(where,
                 "Value must be a Reference Path or an intrinsic function that returns a String");
    return std::nullopt;
  }
  return std::move(*call);
}

// A template's error names its member by a JSON pointer ("/outer/0/member.$") with JSON pointer's
// escapes. AWS names the object that holds the member ("outer[0]") and quotes the member.
struct TemplatePlace {
  Location holder;
  std::string member;
};

auto unescaped(std::string_view token) -> std::string {
  std::string text;
  for (std::size_t i = 0; i < token.size(); ++i) {
    auto const is_escape = token[i] == '~' && i + 1 < token.size();
    text += !is_escape ? token[i] : token[i + 1] == '1' ? '/' : '~';
    if (is_escape) ++i;
  }
  return text;
}

auto find_place(json::Value value, Location where, std::string_view pointer) -> TemplatePlace {
  while (pointer.starts_with('/')) {
    pointer.remove_prefix(1);
    auto const end = std::min(pointer.find('/'), pointer.size());
    auto token = unescaped(pointer.substr(0, end));
    pointer.remove_prefix(end);
    if (pointer.empty()) return {std::move(where), std::move(token)};
    if (value.is_array()) {
      auto const index = static_cast<std::size_t>(std::strtoull(token.c_str(), nullptr, 10));
      where = where[index];
      value = index < value.size() ? value.elements()[index] : json::Value();
    } else {
      auto const* member = value.find(token);
      where = where / token;
      value = member != nullptr ? *member : json::Value();
    }
  }
  return {std::move(where), {}};
}

void report_template_error(TemplateError const& error, json::Value source, Location const& root,
                           Report& report) {
  auto const [holder, member] = find_place(source, root, error.location);
  if (member.ends_with(".$"))
    report.error(holder, fmt::format("The value for the field '{}' must be a valid JSONPath or a "
                                     "valid intrinsic function call",
                                     member));
  else
    report.error(member.empty() ? holder : holder / member, error.message);
}

auto compile_template(json::Value source, Location const& where, Report& report)
    -> std::optional<PayloadTemplate> {
  auto compiled = PayloadTemplate::compile(source);
  check_template(source, where, report);
  if (compiled) return std::move(*compiled);
  for (auto const& error : compiled.error()) report_template_error(error, source, where, report);
  return std::nullopt;
}

// The first character of an identifier may not be a digit. Letters beyond ASCII are taken as they
// are (Unicode's ID_Start and ID_Continue hold nearly all of them).
auto is_identifier(std::string_view name) -> bool {
  auto const starts = [](char c) {
    auto const lower = static_cast<char>(c | 0x20);
    return (lower >= 'a' && lower <= 'z') || c == '_' || static_cast<unsigned char>(c) >= 0x80;
  };
  auto const continues = [&](char c) { return starts(c) || (c >= '0' && c <= '9'); };
  return !name.empty() && starts(name.front()) && std::ranges::all_of(name, continues);
}

void check_variable_name(std::string_view name, Location const& where, Report& report) {
  if (name == "states")
    report.error(where, "Variable name 'states' is reserved");
  else if (!is_identifier(name))
    report.error(where, fmt::format("Variable name '{}' is not a valid identifier", name));
  else if (utf8::count_code_points(name) > limits::kVariableNameChars)
    report.error(where, fmt::format("Variable name '{}' has more than {} characters", name,
                                    limits::kVariableNameChars));
}

}  // namespace

auto read_path_field(Fields const& fields, std::string_view name, Report& report) -> PathField {
  if (!fields.is_json_path()) return {};
  if (is_null(fields, name)) return {PathField::Kind::kNull, std::nullopt};
  auto const text = fields.text(name);
  if (!text) return {};
  return {PathField::Kind::kPath, parse_path(*text, fields.at(name), report)};
}

auto read_result_path(Fields const& fields, Report& report) -> PathField {
  constexpr std::string_view kName = "ResultPath";
  if (!fields.is_json_path()) return {};
  if (is_null(fields, kName)) return {PathField::Kind::kNull, std::nullopt};
  auto const text = fields.text(kName);
  if (!text) return {};
  auto path = parse_reference_path(*text, fields.at(kName), report);
  if (path && path->root() != Root::kInput)
    report.error(fields.at(kName),
                 fmt::format("Value is not a Reference Path: {} does not lead into the "
                             "state's input",
                             *text));
  return {PathField::Kind::kPath, std::move(path)};
}

auto read_reference_path(Fields const& fields, std::string_view name, Report& report)
    -> std::optional<Path> {
  auto const text = fields.text(name);
  if (!text || !fields.is_json_path()) return std::nullopt;
  return parse_reference_path(*text, fields.at(name), report);
}

auto read_integer(Fields const& fields, std::string_view name, Range range, Report& report)
    -> std::optional<std::uint64_t> {
  auto const value = fields.integer(name);
  if (!value) return std::nullopt;
  if (*value < range.min || *value > range.max) {
    report.error(fields.at(name), fmt::format("Value must be between {} and {}, but was {}",
                                              range.min, range.max, *value));
    return std::nullopt;
  }
  return static_cast<std::uint64_t>(*value);
}

auto read_number_field(Fields const& fields, std::string_view name, Range range, Report& report)
    -> NumberField {
  auto const path_name = std::string(name) + "Path";
  check_at_most_one(fields, {name, path_name}, report);
  return {read_integer(fields, name, range, report), read_reference_path(fields, path_name, report),
          read_expression(fields, name, report)};
}

auto read_text_field(Fields const& fields, std::string_view name, Report& report) -> TextField {
  auto const path_name = std::string(name) + "Path";
  check_at_most_one(fields, {name, path_name}, report);
  TextField field;
  field.expression = read_expression(fields, name, report);
  if (auto const literal = fields.text(name); literal && !field.expression)
    field.literal = std::string(*literal);
  auto const text = fields.text(path_name);
  if (!text || !fields.is_json_path()) return field;
  if (Call::looks_like_one(*text))
    field.call = parse_text_call(*text, fields.at(path_name), report);
  else
    field.path = parse_reference_path(*text, fields.at(path_name), report);
  return field;
}

auto read_template(Fields const& fields, std::string_view name, Report& report)
    -> std::optional<PayloadTemplate> {
  auto const* source = fields.find(name);
  if (source == nullptr || !fields.is_json_path()) return std::nullopt;
  return compile_template(*source, fields.at(name), report);
}

auto read_either_template(Fields const& fields, std::string_view name, Report& report)
    -> std::optional<Template> {
  if (fields.is_json_path()) return read_template(fields, name, report);
  return read_jsonata_template(fields, "", name, report);
}

auto read_arguments(Fields const& fields, Report& report) -> std::optional<Template> {
  return read_either_template(fields, fields.is_json_path() ? "Parameters" : "Arguments", report);
}

auto read_assign(Fields const& fields, std::string_view prefix, Report& report,
                 StatesMember readable) -> std::optional<Template> {
  auto const assign = fields.object("Assign");
  if (!assign) return std::nullopt;
  for (auto const& member : assign->members()) {
    auto name = member.key;
    if (fields.is_json_path() && name.ends_with(".$")) name.remove_suffix(2);
    check_variable_name(name, assign->where(), report);
  }
  if (fields.is_json_path()) return read_template(fields, "Assign", report);
  return read_jsonata_template(fields, prefix, "Assign", report, readable);
}

auto read_choice(Fields const& fields, std::string_view name,
                 std::initializer_list<std::string_view> choices, Report& report)
    -> std::optional<std::string_view> {
  auto const text = fields.text(name);
  if (!text) return std::nullopt;
  if (std::ranges::find(choices, *text) != choices.end()) return text;
  report.error(fields.at(name),
               one_of_values_message(name, fmt::format("{}", fmt::join(choices, ", "))));
  return std::nullopt;
}

}  // namespace treadle::asl
