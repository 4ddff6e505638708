#include "treadle/integrations/response_check.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

namespace treadle::integrations {
namespace {

using aws_sdk::Member;
using aws_sdk::Shape;
using aws_sdk::ShapeType;
using json::Value;

class Check {
 public:
  Check(aws_sdk::ServiceModel const& service, RequiredFields required)
      : service_(service), required_(required) {}

  // `field` is the one that holds the value, or the list that it stands in.
  auto value(aws_sdk::ShapeIndex index, Value value, std::string_view field)
      -> std::optional<std::string> {
    auto const& shape = service_.shape(index);
    if (value.is_null() || shape.is_document) return std::nullopt;
    auto const wrong = [&](std::string_view kind) {
      return fmt::format("Field '{}' must be {}", field, kind);
    };
    switch (shape.type) {
      case ShapeType::kStructure:
        return value.is_object() ? structure(shape, value) : wrong("an object");
      case ShapeType::kMap:
        return value.is_object() ? map(*shape.element, value) : wrong("an object");
      case ShapeType::kList:
        return value.is_array() ? list(*shape.element, value, field) : wrong("an array");
      case ShapeType::kBoolean:
        return value.is_bool() ? std::nullopt : std::optional(wrong("a boolean"));
      case ShapeType::kTimestamp:
      case ShapeType::kString:
        if (!value.is_string()) return wrong("a string");
        return expected(shape, value.as_string(), field);
      case ShapeType::kBlob: return std::nullopt;
      default: return value.is_number() ? std::nullopt : std::optional(wrong("a number"));
    }
  }

 private:
  auto structure(Shape const& shape, Value object) -> std::optional<std::string> {
    for (auto const& member : shape.members)
      if (required_ == RequiredFields::kMustBeThere && member.is_required &&
          object.find(member.shown_name) == nullptr)
        return fmt::format("Required field '{}' is missing", member.shown_name);
    for (auto const& member : shape.members)
      if (auto const* const found = object.find(member.shown_name))
        if (auto bad = value(member.shape, *found, member.shown_name)) return bad;
    return std::nullopt;
  }

  auto map(Member const& of, Value object) -> std::optional<std::string> {
    for (auto const& member : object.members())
      if (auto bad = value(of.shape, member.value, member.key)) return bad;
    return std::nullopt;
  }

  auto list(Member const& of, Value array, std::string_view field) -> std::optional<std::string> {
    for (auto const& element : array.elements())
      if (auto bad = value(of.shape, element, field)) return bad;
    return std::nullopt;
  }

  static auto expected(Shape const& shape, std::string_view text, std::string_view field)
      -> std::optional<std::string> {
    if (shape.values.empty() || std::ranges::count(shape.values, text) != 0) return std::nullopt;
    return fmt::format("Field '{}' is not an expected value", field);
  }

  aws_sdk::ServiceModel const& service_;
  RequiredFields const required_;
};

}  // namespace

auto check_response(ResponseModel const& model, Value response, RequiredFields required)
    -> std::optional<std::string> {
  return Check(*model.service, required).value(model.shape, response, "result");
}

}  // namespace treadle::integrations
