#include "treadle/expr/intrinsic/call.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "treadle/expr/intrinsic/node.h"
#include "treadle/expr/intrinsic/read_call.h"

namespace treadle::expr::intrinsic {
namespace {

void collect_paths(Node const& node, std::vector<jsonpath::Path>& paths) {
  if (node.path) paths.push_back(*node.path);
  for (auto const& argument : node.arguments) collect_paths(argument, paths);
}

auto is_of_kind(json::Value value, char kind) -> bool {
  switch (kind) {
    case 't': return value.is_string();
    case 'n': return value.is_number();
    case 'b': return value.is_bool();
    case 'l': return value.is_array();
    case 'o': return value.is_object();
    default: return true;
  }
}

auto kind_name(char kind) -> std::string_view {
  switch (kind) {
    case 't': return "a string";
    case 'n': return "a number";
    case 'b': return "a boolean";
    case 'l': return "an array";
    default: return "an object";
  }
}

auto find_misfit(Node const& node) -> std::optional<std::string> {
  for (std::size_t i = 0; i < node.arguments.size(); ++i) {
    auto const& argument = node.arguments[i];
    if (auto found = find_misfit(argument); found) return found;
    auto const& kinds = node.function->kinds;
    auto const kind = kinds[std::min(i, kinds.size() - 1)];
    if (argument.kind == Node::Kind::kConstant && !is_of_kind(argument.constant, kind))
      return fmt::format("Argument {} of States.{} must be {}", i + 1, node.function->name,
                         kind_name(kind));
  }
  return std::nullopt;
}

}  // namespace

auto Call::parse(std::string_view text) -> Result<Call, std::string> {
  auto call = Call();
  call.text_ = text;
  call.root_ = TRY(read_call(text));
  return call;
}

auto Call::looks_like_one(std::string_view text) -> bool { return text.starts_with("States."); }

auto Call::misfit() const -> std::optional<std::string> { return find_misfit(*root_); }

auto Call::paths() const -> std::vector<jsonpath::Path> {
  auto paths = std::vector<jsonpath::Path>();
  collect_paths(*root_, paths);
  return paths;
}

}  // namespace treadle::expr::intrinsic
