// Source: Smithy 2.0, "AWS query", "AWS EC2 query".
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "treadle/integrations/aws_sdk/names.h"
#include "treadle/integrations/aws_sdk/parameters.h"
#include "treadle/integrations/aws_sdk/request_bodies.h"
#include "treadle/net/uri.h"

namespace treadle::integrations::aws_sdk {
namespace {

using json::Value;

class FormBody {
 public:
  explicit FormBody(ServiceModel const& service)
      : service_(service), is_ec2_(service.protocol == Protocol::kEc2) {}

  void pair(std::string_view name, std::string_view value) {
    if (!out_.empty()) out_ += '&';
    out_ += net::percent_encode(name);
    out_ += '=';
    out_ += net::percent_encode(value);
  }

  void structure(Shape const& shape, Value object, std::string const& prefix) {
    for (auto const& member : shape.members) {
      auto const* const value = given(object, member);
      if (value == nullptr) continue;
      auto const name = name_of(member);
      this->value(member, *value, prefix.empty() ? name : fmt::format("{}.{}", prefix, name));
    }
  }

  [[nodiscard]] auto take() -> std::string { return std::move(out_); }

 private:
  [[nodiscard]] auto name_of(Member const& member) const -> std::string {
    if (!is_ec2_) return std::string(member.wire_name);
    if (!member.query_name.empty()) return std::string(member.query_name);
    return member.has_wire_name ? upper_first(member.wire_name) : std::string(member.name);
  }

  void value(Member const& member, Value value, std::string const& name) {
    auto const& shape = service_.shape(member.shape);
    switch (shape.type) {
      case ShapeType::kStructure: return structure(shape, value, name);
      case ShapeType::kList: return list(member, shape, value, name);
      case ShapeType::kMap: return map(member, shape, value, name);
      default: return pair(name, scalar_text(service_, member, value, TimestampFormat::kIso8601));
    }
  }

  void list(Member const& member, Shape const& shape, Value array, std::string const& name) {
    if (array.size() == 0) {
      if (!is_ec2_) pair(name, "");
      return;
    }
    auto const& element = *shape.element;
    auto prefix = name;
    if (!is_ec2_ && !member.is_flattened) {
      prefix += fmt::format(".{}", element.has_wire_name ? element.wire_name : "member");
    } else if (!is_ec2_ && element.has_wire_name) {
      // The elements' name takes the list's place.
      auto const dot = prefix.rfind('.');
      prefix.resize(dot == std::string::npos ? 0 : dot + 1);
      prefix += element.wire_name;
    }
    for (std::size_t i = 0; i < array.size(); ++i)
      value(element, array.elements()[i], fmt::format("{}.{}", prefix, i + 1));
  }

  void map(Member const& member, Shape const& shape, Value object, std::string const& name) {
    auto const prefix = member.is_flattened ? name : name + ".entry";
    auto const key_name = shape.key->has_wire_name ? shape.key->wire_name : "key";
    auto const value_name = shape.element->has_wire_name ? shape.element->wire_name : "value";
    std::size_t index = 0;
    for (auto const& entry : object.members()) {
      auto const at = fmt::format("{}.{}.", prefix, ++index);
      pair(fmt::format("{}{}", at, key_name), entry.key);
      value(*shape.element, entry.value, fmt::format("{}{}", at, value_name));
    }
  }

  ServiceModel const& service_;
  bool const is_ec2_;
  std::string out_;
};

}  // namespace

auto write_form_body(ServiceModel const& service, Operation const& operation, Value parameters)
    -> std::string {
  FormBody body(service);
  body.pair("Action", operation.name);
  body.pair("Version", service.api_version);
  if (operation.input) body.structure(service.shape(*operation.input), parameters, "");
  return body.take();
}

}  // namespace treadle::integrations::aws_sdk
