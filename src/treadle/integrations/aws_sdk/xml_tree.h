// An XML document as a tree, for answers of services; private to the folder.
#pragma once

#include <string>
#include <string_view>

#include "treadle/base/result.h"
#include "treadle/json/arena.h"

namespace treadle::integrations::aws_sdk {

struct XmlAttribute {
  std::string_view name = {};  // without its prefix
  std::string_view value = {};
  XmlAttribute const* next = nullptr;
};

// Names are without their prefixes: services use namespaces loosely.
struct XmlNode {
  std::string_view name = {};
  std::string_view text = {};  // of an element without children
  XmlAttribute const* attributes = nullptr;
  XmlNode const* first_child = nullptr;
  XmlNode const* next = nullptr;  // of the same parent

  [[nodiscard]] auto child(std::string_view of_name) const -> XmlNode const*;  // the first, or null
  // The text of the first child of that name; empty without one.
  [[nodiscard]] auto text_of(std::string_view child_name) const -> std::string_view;
};

// Behind the prefix: "type" of "xsi:type".
[[nodiscard]] auto local_name(std::string_view name) -> std::string_view;

// The root; it lives in `arena`. Refused, with a sentence: what is not well-formed, a DOCTYPE (so there
// are no entities beyond XML's own), more than 200 levels, 500,000 elements or 16 MiB.
[[nodiscard]] auto parse_xml(json::Arena& arena, std::string_view text)
    -> Result<XmlNode const*, std::string>;

}  // namespace treadle::integrations::aws_sdk
