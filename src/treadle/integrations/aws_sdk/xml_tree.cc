#include "treadle/integrations/aws_sdk/xml_tree.h"

#include <expat.h>
#include <memory>
#include <new>
#include <type_traits>
#include <vector>

#include <fmt/format.h>

namespace treadle::integrations::aws_sdk {
namespace {

constexpr std::size_t kDepthMax = 200;
constexpr std::size_t kElementsMax = 500'000;
constexpr std::size_t kBytesMax = 16'777'216;

template <typename T>
auto make(json::Arena& arena) -> T* {
  static_assert(std::is_trivially_destructible_v<T>);
  return new (arena.allocate(sizeof(T), alignof(T))) T{};
}

class TreeBuilder {
 public:
  explicit TreeBuilder(json::Arena& arena)
      : arena_(arena), parser_(XML_ParserCreate(nullptr), XML_ParserFree) {}

  auto parse(std::string_view text) -> Result<XmlNode const*, std::string> {
    if (text.size() > kBytesMax) return std::unexpected("the XML is too long");
    if (parser_ == nullptr) return std::unexpected("there is no memory for XML");
    auto* const parser = parser_.get();
    XML_SetUserData(parser, this);
    XML_SetElementHandler(
        parser,
        [](void* self, XML_Char const* name, XML_Char const** attributes) {
          static_cast<TreeBuilder*>(self)->begin(name, attributes);
        },
        [](void* self, XML_Char const*) { static_cast<TreeBuilder*>(self)->end(); });
    XML_SetCharacterDataHandler(parser, [](void* self, XML_Char const* characters, int size) {
      static_cast<TreeBuilder*>(self)->text_.append(characters, static_cast<std::size_t>(size));
    });
    XML_SetStartDoctypeDeclHandler(
        parser, [](void* self, XML_Char const*, XML_Char const*, XML_Char const*, int) {
          static_cast<TreeBuilder*>(self)->stop("the XML has a DOCTYPE");
        });
    auto const status = XML_Parse(parser, text.data(), static_cast<int>(text.size()), XML_TRUE);
    if (!problem_.empty()) return std::unexpected(std::string(problem_));
    if (status != XML_STATUS_OK || root_ == nullptr)
      return std::unexpected(fmt::format("the XML can't be read, line {}: {}",
                                         XML_GetCurrentLineNumber(parser),
                                         XML_ErrorString(XML_GetErrorCode(parser))));
    return root_;
  }

 private:
  struct Open {
    XmlNode* node = nullptr;
    XmlNode* last_child = nullptr;
  };

  void begin(XML_Char const* name, XML_Char const** attributes) {
    if (++elements_ > kElementsMax) return stop("the XML has too many elements");
    if (open_.size() >= kDepthMax) return stop("the XML is nested too deeply");
    text_.clear();
    auto* const node = make<XmlNode>(arena_);
    node->name = arena_.copy(local_name(name));
    for (; *attributes != nullptr; attributes += 2) {
      auto* const attribute = make<XmlAttribute>(arena_);
      attribute->name = arena_.copy(local_name(attributes[0]));
      attribute->value = arena_.copy(attributes[1]);
      attribute->next = node->attributes;
      node->attributes = attribute;
    }
    if (open_.empty()) {
      root_ = node;
    } else {
      auto& parent = open_.back();
      (parent.last_child == nullptr ? parent.node->first_child : parent.last_child->next) = node;
      parent.last_child = node;
    }
    open_.push_back({node, nullptr});
  }

  void end() {
    if (open_.empty()) return;
    auto* const node = open_.back().node;
    if (node->first_child == nullptr) node->text = arena_.copy(text_);
    text_.clear();
    open_.pop_back();
  }

  void stop(std::string_view problem) {
    problem_ = problem;
    XML_StopParser(parser_.get(), XML_FALSE);
  }

  json::Arena& arena_;
  std::unique_ptr<std::remove_pointer_t<XML_Parser>, void (*)(XML_Parser)> parser_;
  std::vector<Open> open_;
  std::string text_;  // since the last tag
  XmlNode const* root_ = nullptr;
  std::size_t elements_ = 0;
  std::string_view problem_;
};

}  // namespace

auto XmlNode::child(std::string_view of_name) const -> XmlNode const* {
  for (auto const* at = first_child; at != nullptr; at = at->next)
    if (at->name == of_name) return at;
  return nullptr;
}

auto XmlNode::text_of(std::string_view child_name) const -> std::string_view {
  auto const* const found = child(child_name);
  return found == nullptr ? std::string_view() : found->text;
}

auto local_name(std::string_view name) -> std::string_view {
  return name.substr(name.rfind(':') + 1);  // npos + 1 is 0
}

auto parse_xml(json::Arena& arena, std::string_view text) -> Result<XmlNode const*, std::string> {
  auto const begin = text.find_first_not_of(" \t\r\n");
  return TreeBuilder(arena).parse(text.substr(begin == std::string_view::npos ? 0 : begin));
}

}  // namespace treadle::integrations::aws_sdk
