#include "treadle/saga/literal.h"

#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "treadle/import/yaml.h"

namespace treadle::saga {
namespace {

namespace yaml = import::yaml;

auto is_digit(char c) -> bool { return c >= '0' && c <= '9'; }

// Whether `text` is a number as JSON writes it.
auto is_json_number(std::string_view text) -> bool {
  std::size_t at = 0;
  auto const digits = [&] {
    auto const begin = at;
    while (at < text.size() && is_digit(text[at])) ++at;
    return at > begin;
  };
  if (at < text.size() && text[at] == '-') ++at;
  auto const whole = at;
  if (!digits() || (text[whole] == '0' && at > whole + 1)) return false;
  if (at < text.size() && text[at] == '.' && (++at, !digits())) return false;
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    if (++at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    if (!digits()) return false;
  }
  return at == text.size();
}

auto kind_of_plain(std::string_view text) -> Literal::Kind {
  if (text == "null" || text == "~" || text.empty()) return Literal::Kind::kNull;
  if (text == "true" || text == "false") return Literal::Kind::kBool;
  return is_json_number(text) ? Literal::Kind::kNumber : Literal::Kind::kString;
}

auto from_yaml(yaml::Node const& node) -> Literal {
  Literal out;
  out.mark = {node.mark().line, node.mark().column};
  switch (node.kind()) {
    case yaml::Node::Kind::kNull: break;
    case yaml::Node::Kind::kScalar:
      out.kind = node.is_quoted() ? Literal::Kind::kString : kind_of_plain(node.text());
      out.text = node.text();
      break;
    case yaml::Node::Kind::kList:
      out.kind = Literal::Kind::kList;
      for (auto const& element : node.elements()) out.elements.push_back(from_yaml(element));
      break;
    case yaml::Node::Kind::kMap:
      out.kind = Literal::Kind::kMap;
      for (auto const& [key, value] : node.members()) {
        auto name = from_yaml(key);
        name.kind = Literal::Kind::kString;
        name.text = key.text();
        out.members.emplace_back(std::move(name), from_yaml(value));
      }
      break;
  }
  return out;
}

// Where the first character stands that is neither blank nor in a comment of JavaScript.
auto first_character(std::string_view text) -> std::string_view {
  while (true) {
    auto const begin = text.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
    if (begin == std::string_view::npos) return {};
    text.remove_prefix(begin);
    auto const end = text.starts_with("//")   ? text.find('\n')
                     : text.starts_with("/*") ? text.find("*/", 2)
                                              : 0;
    if (end == 0) return text;
    if (end == std::string_view::npos) return {};
    text.remove_prefix(text.starts_with("/*") ? end + 2 : end);
  }
}

auto starts_with_word(std::string_view text, std::string_view word) -> bool {
  return text.starts_with(word) && text.size() > word.size() &&
         std::string_view(" \t\r\n").contains(text[word.size()]);
}

}  // namespace

auto Literal::find(std::string_view key) const -> Literal const* {
  auto const found =
      std::ranges::find_if(members, [&](Member const& member) { return member.key.text == key; });
  return found == members.end() ? nullptr : &found->value;
}

auto parse_yaml(std::string const& text) -> Result<Literal, LiteralError> {
  if (text.size() > kLiteralBytesMax)
    return std::unexpected(
        LiteralError{fmt::format("expected at most {} bytes", kLiteralBytesMax), {}});
  auto const node =
      yaml::parse(text, {.depth_max = kLiteralDepthMax, .nodes_max = kLiteralValuesMax});
  if (!node)
    return std::unexpected(
        LiteralError{node.error().message, {node.error().mark.line, node.error().mark.column}});
  return from_yaml(*node);
}

auto parse_literal(std::string const& text) -> Result<Literal, LiteralError> {
  auto const begin = first_character(text);
  bool const is_listing = begin.starts_with('{') || begin.starts_with('[') ||
                          starts_with_word(begin, "const") || starts_with_word(begin, "let") ||
                          starts_with_word(begin, "var") || starts_with_word(begin, "export");
  return is_listing ? parse_listing(text) : parse_yaml(text);
}

}  // namespace treadle::saga
