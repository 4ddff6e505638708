// Source: Smithy 2.0, "AWS restXml", "XML binding traits".
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "treadle/integrations/aws_sdk/parameters.h"
#include "treadle/integrations/aws_sdk/request_bodies.h"

namespace treadle::integrations::aws_sdk {
namespace {

using json::Value;

auto is_in_body(Member const& member) -> bool { return member.location == Location::kBody; }

class XmlBody {
 public:
  explicit XmlBody(ServiceModel const& service) : service_(service) {}

  void value(Member const& member, Value value, std::string_view name) {
    auto const& shape = service_.shape(member.shape);
    switch (shape.type) {
      case ShapeType::kStructure: return structure(member, shape, value, name);
      case ShapeType::kList: return list(member, shape, value, name);
      case ShapeType::kMap: return map(member, shape, value, name);
      default:
        open(member, name);
        out_ += '>';
        escape(scalar_text(service_, member, value, TimestampFormat::kIso8601));
        return close(name);
    }
  }

  [[nodiscard]] auto take() -> std::string { return std::move(out_); }

 private:
  // "<NAME", with the namespace that the member declares.
  void open(Member const& member, std::string_view name) {
    out_ += '<';
    out_ += name;
    if (member.xml_namespace.empty()) return;
    attribute(member.xml_prefix.empty() ? "xmlns" : fmt::format("xmlns:{}", member.xml_prefix),
              member.xml_namespace);
  }
  void close(std::string_view name) { out_ += fmt::format("</{}>", name); }

  void attribute(std::string_view name, std::string_view value) {
    out_ += fmt::format(" {}=\"", name);
    escape(value);
    out_ += '"';
  }

  void escape(std::string_view text) {
    for (char const c : text) {
      auto const byte = static_cast<unsigned char>(c);
      if (c == '&' || c == '<' || c == '>' || c == '"' || (byte < 0x20 && c != '\t' && c != '\n'))
        out_ += fmt::format("&#x{:X};", byte);
      else
        out_ += c;
    }
  }

  void structure(Member const& of, Shape const& shape, Value object, std::string_view name) {
    open(of, name);
    for (auto const& member : shape.members)
      if (auto const* const value = given(object, member);
          value != nullptr && member.is_xml_attribute)
        attribute(member.wire_name,
                  scalar_text(service_, member, *value, TimestampFormat::kIso8601));
    out_ += '>';
    for (auto const& member : shape.members) {
      if (!is_in_body(member) || member.is_xml_attribute) continue;
      if (auto const* const value = given(object, member))
        this->value(member, *value, member.wire_name);
    }
    close(name);
  }

  void list(Member const& of, Shape const& shape, Value array, std::string_view name) {
    auto const& element = *shape.element;
    if (of.is_flattened) {
      for (auto const& one : array.elements()) value(element, one, name);
      return;
    }
    open(of, name);
    out_ += '>';
    auto const element_name = element.has_wire_name ? element.wire_name : "member";
    for (auto const& one : array.elements()) value(element, one, element_name);
    close(name);
  }

  void map(Member const& of, Shape const& shape, Value object, std::string_view name) {
    if (!of.is_flattened) {
      open(of, name);
      out_ += '>';
    }
    auto const entry_name = of.is_flattened ? name : "entry";
    auto const key_name = shape.key->has_wire_name ? shape.key->wire_name : "key";
    auto const value_name = shape.element->has_wire_name ? shape.element->wire_name : "value";
    for (auto const& entry : object.members()) {
      out_ += fmt::format("<{}><{}>", entry_name, key_name);
      escape(entry.key);
      close(key_name);
      value(*shape.element, entry.value, value_name);
      close(entry_name);
    }
    if (!of.is_flattened) close(name);
  }

  ServiceModel const& service_;
  std::string out_;
};

}  // namespace

auto write_xml_body(ServiceModel const& service, Member const& root, Value value) -> std::string {
  XmlBody body(service);
  body.value(root, value, root.wire_name);
  return body.take();
}

}  // namespace treadle::integrations::aws_sdk
