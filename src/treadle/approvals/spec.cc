#include "treadle/approvals/spec.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "treadle/json/print.h"

namespace treadle::approvals {
namespace {

using import::yaml::Node;

auto place(Node const& node, std::string const& file) -> std::string {
  return fmt::format("{}:{}:{}", file, node.mark().line, node.mark().column);
}

}  // namespace

auto Spec::spelled(std::string_view name) const -> std::string {
  std::string out(name);
  if (names == Case::kPascal && !out.empty() && out[0] >= 'a' && out[0] <= 'z')
    out[0] = static_cast<char>(out[0] - 'a' + 'A');
  return out;
}

auto Spec::find(std::string_view name) const -> Spec const* {
  auto const wanted = spelled(name);
  for (auto const& [key, value] : members)
    if (key == wanted) return value.kind == Kind::kNull ? nullptr : &value;
  return nullptr;
}

auto spec_of(Node const& node, std::string const& file) -> Spec {
  Spec out;
  out.where = place(node, file);
  switch (node.kind()) {
    case Node::Kind::kNull: break;
    case Node::Kind::kScalar:
      out.kind = Spec::Kind::kScalar;
      out.text = node.text();
      break;
    case Node::Kind::kList:
      out.kind = Spec::Kind::kList;
      for (auto const& element : node.elements()) out.elements.push_back(spec_of(element, file));
      break;
    case Node::Kind::kMap:
      out.kind = Spec::Kind::kMap;
      for (auto const& [key, value] : node.members()) {
        auto& [name, spec] =
            out.members.emplace_back(std::string(key.text()), spec_of(value, file));
        if (value.is_null()) spec.where = place(key, file);
      }
      break;
  }
  return out;
}

auto spec_of(json::Value value, std::string where) -> Spec {
  Spec out;
  out.names = Spec::Case::kPascal;
  if (value.is_array()) {
    out.kind = Spec::Kind::kList;
    std::size_t index = 0;
    for (auto const& element : value.elements())
      out.elements.push_back(spec_of(element, fmt::format("{}[{}]", where, index++)));
  } else if (value.is_object()) {
    out.kind = Spec::Kind::kMap;
    for (auto const& member : value.members())
      out.members.emplace_back(std::string(member.key),
                               spec_of(member.value, fmt::format("{}.{}", where, member.key)));
  } else if (!value.is_null()) {
    out.kind = Spec::Kind::kScalar;
    out.text = value.is_string() ? std::string(value.as_string()) : json::print(value);
  }
  out.where = std::move(where);
  return out;
}

auto refuse(Spec const& spec, std::string_view problem) -> std::unexpected<std::string> {
  return std::unexpected(fmt::format("{}: {}", spec.where, problem));
}

auto check_names(Spec const& spec, std::vector<std::string_view> const& names)
    -> Result<void, std::string> {
  if (spec.kind != Spec::Kind::kMap) return refuse(spec, "expected a map");
  std::vector<std::string> known;
  for (auto const name : names) known.push_back(spec.spelled(name));
  for (auto const& [key, value] : spec.members)
    if (std::ranges::find(known, key) == known.end())
      return refuse(
          value, fmt::format("there is no '{}' here; there are: {}", key, fmt::join(known, ", ")));
  return {};
}

}  // namespace treadle::approvals
