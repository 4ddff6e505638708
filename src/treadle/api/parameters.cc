#include "treadle/api/parameters.h"

#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "treadle/base/utf8.h"
#include "treadle/json/print.h"

namespace treadle::api {
namespace {

constexpr std::size_t kValueCharsShown = 1'024;

auto has_type(json::Value value, ParameterType type) -> bool {
  switch (type) {
    case ParameterType::kString: return value.is_string();
    case ParameterType::kInteger:
    case ParameterType::kNumber: return value.is_number();
    case ParameterType::kBoolean: return value.is_bool();
    case ParameterType::kList: return value.is_array();
    case ParameterType::kStructure: return value.is_object();
  }
  return false;
}

auto type_name(ParameterType type) -> std::string_view {
  constexpr std::string_view kNames[] = {"STRING_VALUE", "NUMBER_VALUE", "BOOLEAN_VALUE",
                                         "START_ARRAY",  "START_OBJECT", "NUMBER_VALUE"};
  return kNames[static_cast<std::size_t>(type)];
}

auto broken(std::string_view value, std::string_view name, std::string_view constraint)
    -> std::string {
  return fmt::format("Value {} at '{}' failed to satisfy constraint: {}", value, name, constraint);
}

auto quoted(json::Value value) -> std::string {
  auto const text = value.is_string() ? std::string(value.as_string()) : json::print(value);
  return fmt::format("'{}'", std::string_view(text).substr(0, kValueCharsShown));
}

// Whether a string's bytes alone say that its length is within the bounds: none of its UTF-16 units takes
// less than one byte or more than three.
auto is_surely_within(Parameter const& p, std::string_view text) -> bool {
  auto const bytes = static_cast<std::int64_t>(text.size());
  return (!p.max || bytes <= *p.max) && (!p.min || bytes >= 3 * *p.min);
}

// What min and max count.
auto measure(json::Value value, ParameterType type) -> std::int64_t {
  if (type == ParameterType::kString)
    return static_cast<std::int64_t>(utf8::count_utf16_units(value.as_string()));
  if (type == ParameterType::kList) return static_cast<std::int64_t>(value.size());
  auto const whole = value.as_int64();
  return whole ? *whole : (value.as_double() < 0 ? INT64_MIN : INT64_MAX);
}

auto in_list(std::string_view values, std::string_view wanted) -> bool {
  while (!values.empty()) {
    auto const end = values.find(", ");
    if (values.substr(0, end) == wanted) return true;
    if (end == std::string_view::npos) return false;
    values.remove_prefix(end + 2);
  }
  return false;
}

void check(Parameter const& p, std::string_view name, json::Value value,
           std::vector<std::string>& out) {
  if (!p.values.empty() && !in_list(p.values, value.as_string()))
    return out.push_back(broken(quoted(value), name,
                                fmt::format("Member must satisfy enum value set: [{}]", p.values)));
  if (p.type == ParameterType::kBoolean || p.type == ParameterType::kStructure) return;
  if (p.type == ParameterType::kString && is_surely_within(p, value.as_string())) return;
  bool const counted = p.type == ParameterType::kString || p.type == ParameterType::kList;
  auto const amount = measure(value, p.type);
  auto const* const noun = counted ? "length" : "value";
  if (p.max && amount > *p.max)
    out.push_back(
        broken(quoted(value), name,
               fmt::format("Member must have {} less than or equal to {}", noun, *p.max)));
  if (p.min && amount < *p.min)
    out.push_back(
        broken(quoted(value), name,
               fmt::format("Member must have {} greater than or equal to {}", noun, *p.min)));
}

}  // namespace

auto check_parameters(Operation const& operation, json::Value request) -> std::optional<ApiError> {
  return check_members("", operation.parameters, request);
}

auto check_members(std::string_view prefix, std::span<Parameter const> members,
                   json::Value structure) -> std::optional<ApiError> {
  std::vector<std::string> failures;
  for (auto const& p : members) {
    auto const* const value = member_of(structure, p.name);
    if (value == nullptr && !p.required) continue;
    auto const name = std::string(prefix).append(p.name);
    if (value == nullptr) {
      failures.push_back(broken("null", name, "Member must not be null"));
      continue;
    }
    if (!has_type(*value, p.type))
      return ApiError{"SerializationException",
                      fmt::format("{} cannot be converted to {}", name, type_name(p.type))};
    check(p, name, *value, failures);
  }
  if (failures.empty()) return std::nullopt;
  return ApiError{"ValidationException",
                  fmt::format("{} validation error{} detected: {}", failures.size(),
                              failures.size() == 1 ? "" : "s", fmt::join(failures, "; "))};
}

auto member_of(json::Value request, std::string_view name) -> json::Value const* {
  auto const* const value = request.find(name);
  return value == nullptr || value->is_null() ? nullptr : value;
}

auto text_of(json::Value request, std::string_view name) -> std::optional<std::string_view> {
  auto const* const value = member_of(request, name);
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return value->as_string();
}

auto number_of(json::Value request, std::string_view name) -> std::optional<std::int64_t> {
  auto const* const value = member_of(request, name);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  return value->as_int64();
}

auto flag_of(json::Value request, std::string_view name, bool otherwise) -> bool {
  auto const* const value = member_of(request, name);
  return value == nullptr || !value->is_bool() ? otherwise : value->as_bool();
}

}  // namespace treadle::api
