// Source: Smithy 2.0, "AWS restXml", "AWS query", "AWS EC2 query".
#include <fmt/format.h>

#include "treadle/integrations/aws_sdk/output.h"
#include "treadle/json/print.h"

namespace treadle::integrations::aws_sdk {
namespace {

auto name_or(Member const& member, std::string_view otherwise) -> std::string_view {
  return member.has_wire_name ? member.wire_name : otherwise;
}

// The elements that a member is made of: `next` those of the same name, where it is flattened.
class Elements {
 public:
  Elements(Member const& member, XmlNode const* first) : at_(first), name_(first->name) {
    is_flattened_ = member.is_flattened;
    if (!is_flattened_) at_ = first->first_child;
  }
  [[nodiscard]] auto take() -> XmlNode const* {
    auto const* const taken = at_;
    if (taken == nullptr) return nullptr;
    at_ = taken->next;
    while (is_flattened_ && at_ != nullptr && at_->name != name_) at_ = at_->next;
    return taken;
  }

 private:
  XmlNode const* at_;
  std::string_view name_;
  bool is_flattened_ = false;
};

auto write_list(ServiceModel const& service, Member const& member, XmlNode const& node,
                std::string& out) -> Written {
  auto const& element = *service.shape(member.shape).element;
  out += '[';
  bool is_first = true;
  Elements elements(member, &node);
  while (auto const* const one = elements.take()) {
    if (!is_first) out += ',';
    is_first = false;
    TRY(write_xml_value(service, element, *one, out));
  }
  out += ']';
  return {};
}

auto write_map(ServiceModel const& service, Member const& member, XmlNode const& node,
               std::string& out) -> Written {
  auto const& shape = service.shape(member.shape);
  ObjectWriter to(out);
  Elements entries(member, &node);
  while (auto const* const entry = entries.take()) {
    auto const* const value = entry->child(name_or(*shape.element, "value"));
    if (value == nullptr) continue;
    to.key(entry->text_of(name_or(*shape.key, "key")));
    TRY(write_xml_value(service, *shape.element, *value, out));
  }
  to.close();
  return {};
}

void write_attribute(Member const& member, XmlNode const& node, ObjectWriter& to) {
  auto const name = local_name(member.wire_name);
  for (auto const* at = node.attributes; at != nullptr; at = at->next)
    if (at->name == name) {
      to.key(member.shown_name);
      json::append_string(to.out(), at->value);
      return;
    }
}

// A flattened list's elements have the name that the list gives them, where it gives one.
auto element_name(ServiceModel const& service, Member const& member) -> std::string_view {
  auto const& shape = service.shape(member.shape);
  if (shape.type == ShapeType::kList && member.is_flattened)
    return name_or(*shape.element, member.wire_name);
  return member.wire_name;
}

}  // namespace

auto write_xml_members(ServiceModel const& service, Shape const& shape, XmlNode const& node,
                       ObjectWriter& to) -> Written {
  for (auto const& member : shape.members) {
    if (member.location != Location::kBody) continue;
    if (member.is_xml_attribute) {
      write_attribute(member, node, to);
      continue;
    }
    auto const* const found = node.child(element_name(service, member));
    if (found == nullptr) continue;
    to.key(member.shown_name);
    TRY(write_xml_value(service, member, *found, to.out()));
  }
  return {};
}

auto write_xml_value(ServiceModel const& service, Member const& member, XmlNode const& node,
                     std::string& out) -> Written {
  auto const& shape = service.shape(member.shape);
  switch (shape.type) {
    case ShapeType::kStructure: {
      ObjectWriter to(out);
      TRY(write_xml_members(service, shape, node, to));
      to.close();
      return {};
    }
    case ShapeType::kList: return write_list(service, member, node, out);
    case ShapeType::kMap: return write_map(service, member, node, out);
    default:
      if (append_scalar(out, shape.type, node.text)) return {};
      return std::unexpected(
          fmt::format("the answer's field '{}' is not of its type", member.shown_name));
  }
}

}  // namespace treadle::integrations::aws_sdk
