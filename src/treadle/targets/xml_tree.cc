#include "treadle/targets/xml_tree.h"

#include <expat.h>
#include <memory>

namespace treadle::targets {
namespace {

constexpr std::size_t kDepthMax = 16;

struct Reading {
  XML_Parser parser = nullptr;
  std::vector<Element> open;
  std::optional<Element> root;
  void stop() const { XML_StopParser(parser, XML_FALSE); }
};

void on_start(void* data, char const* name, char const** /*attributes*/) {
  auto& reading = *static_cast<Reading*>(data);
  if (reading.open.size() >= kDepthMax) return reading.stop();
  std::string_view const full(name);
  auto const colon = full.find(':');
  reading.open.push_back(
      {.name = std::string(colon == std::string_view::npos ? full : full.substr(colon + 1)),
       .text = {},
       .children = {}});
}

void on_end(void* data, char const* /*name*/) {
  auto& reading = *static_cast<Reading*>(data);
  if (reading.open.empty()) return;
  auto element = std::move(reading.open.back());
  reading.open.pop_back();
  if (reading.open.empty())
    reading.root = std::move(element);
  else
    reading.open.back().children.push_back(std::move(element));
}

void on_text(void* data, char const* text, int size) {
  auto& reading = *static_cast<Reading*>(data);
  if (!reading.open.empty()) reading.open.back().text.append(text, static_cast<std::size_t>(size));
}

void on_doctype(void* data, char const*, char const*, char const*, int) {
  static_cast<Reading*>(data)->stop();
}

}  // namespace

auto Element::text_of(std::string_view child) const -> std::string_view {
  for (auto const& one : children)
    if (one.name == child) return one.text;
  return {};
}

auto parse_xml(std::string_view text) -> std::optional<Element> {
  std::unique_ptr<XML_ParserStruct, decltype(&XML_ParserFree)> const parser(
      XML_ParserCreate("UTF-8"), &XML_ParserFree);
  Reading reading{.parser = parser.get(), .open = {}, .root = {}};
  XML_SetUserData(parser.get(), &reading);
  XML_SetElementHandler(parser.get(), on_start, on_end);
  XML_SetCharacterDataHandler(parser.get(), on_text);
  XML_SetStartDoctypeDeclHandler(parser.get(), on_doctype);
  if (XML_Parse(parser.get(), text.data(), static_cast<int>(text.size()), XML_TRUE) !=
      XML_STATUS_OK)
    return std::nullopt;
  return std::move(reading.root);
}

}  // namespace treadle::targets
