// XML of requests as a tree. No document types, hence no entities but the five.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace treadle::targets {

struct Element {
  std::string name;  // without its namespace prefix
  std::string text;  // of its own, pieces joined
  std::vector<Element> children;
  [[nodiscard]] auto text_of(std::string_view child) const -> std::string_view;  // of the first
};

// nullopt for what is no XML, has a document type, or is nested beyond 16 levels.
[[nodiscard]] auto parse_xml(std::string_view text) -> std::optional<Element>;

}  // namespace treadle::targets
