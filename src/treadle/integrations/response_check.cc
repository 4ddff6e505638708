#include "treadle/integrations/response_check.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

namespace treadle::integrations {
namespace {

using json::Value;

auto text_in(Value object, std::string_view name) -> std::string_view {
  auto const* const found = object.find(name);
  return found != nullptr && found->is_string() ? found->as_string() : std::string_view();
}

auto shown_name(std::string_view member) -> std::string {
  std::string out(member);
  if (!out.empty() && out[0] >= 'a' && out[0] <= 'z')
    out[0] = static_cast<char>(out[0] - 'a' + 'A');
  return out;
}

class Check {
 public:
  Check(Value shapes, RequiredFields required) : shapes_(shapes), required_(required) {}

  // `field` is the one that holds the value, or the list that it stands in.
  auto value(std::string_view shape_name, Value value, std::string_view field)
      -> std::optional<std::string> {
    auto const* const shape = shapes_.find(shape_name);
    if (shape == nullptr || value.is_null()) return std::nullopt;
    auto const type = text_in(*shape, "type");
    auto const wrong = [&](std::string_view kind) {
      return fmt::format("Field '{}' must be {}", field, kind);
    };
    if (type == "structure")
      return value.is_object() ? structure(*shape, value) : wrong("an object");
    if (type == "map") return value.is_object() ? map(*shape, value) : wrong("an object");
    if (type == "list") return value.is_array() ? list(*shape, value, field) : wrong("an array");
    if (type == "boolean")
      return value.is_bool() ? std::nullopt : std::optional(wrong("a boolean"));
    if (type == "timestamp" || type == "string") {
      if (!value.is_string()) return wrong("a string");
      return expected(*shape, value.as_string(), field);
    }
    bool const number = type == "integer" || type == "long" || type == "float" || type == "double";
    return !number || value.is_number() ? std::nullopt : std::optional(wrong("a number"));
  }

 private:
  auto structure(Value shape, Value object) -> std::optional<std::string> {
    auto const* const members = shape.find("members");
    if (members == nullptr || !members->is_object()) return std::nullopt;
    if (auto missing = missing_field(shape, object)) return missing;
    for (auto const& member : members->members()) {
      auto const name = shown_name(member.key);
      auto const* const found = object.find(name);
      if (found == nullptr) continue;
      if (auto bad = value(text_in(member.value, "shape"), *found, name)) return bad;
    }
    return std::nullopt;
  }

  auto missing_field(Value shape, Value object) const -> std::optional<std::string> {
    auto const* const names = shape.find("required");
    if (required_ == RequiredFields::kMayBeAbsent || names == nullptr || !names->is_array())
      return std::nullopt;
    for (auto const& name : names->elements())
      if (auto const shown = shown_name(name.as_string()); object.find(shown) == nullptr)
        return fmt::format("Required field '{}' is missing", shown);
    return std::nullopt;
  }

  auto map(Value shape, Value object) -> std::optional<std::string> {
    auto const* const of = shape.find("value");
    if (of == nullptr) return std::nullopt;
    for (auto const& member : object.members())
      if (auto bad = value(text_in(*of, "shape"), member.value, member.key)) return bad;
    return std::nullopt;
  }

  auto list(Value shape, Value array, std::string_view field) -> std::optional<std::string> {
    auto const* const of = shape.find("member");
    if (of == nullptr) return std::nullopt;
    for (auto const& element : array.elements())
      if (auto bad = value(text_in(*of, "shape"), element, field)) return bad;
    return std::nullopt;
  }

  static auto expected(Value shape, std::string_view text, std::string_view field)
      -> std::optional<std::string> {
    auto const* const values = shape.find("enum");
    if (values == nullptr || !values->is_array()) return std::nullopt;
    bool const known = std::ranges::any_of(
        values->elements(), [&](Value one) { return one.is_string() && one.as_string() == text; });
    if (known) return std::nullopt;
    return fmt::format("Field '{}' is not an expected value", field);
  }

  Value const shapes_;
  RequiredFields const required_;
};

}  // namespace

auto check_response(ResponseModel const& model, Value response, RequiredFields required)
    -> std::optional<std::string> {
  return Check(model.shapes, required).value(model.shape, response, "result");
}

}  // namespace treadle::integrations
