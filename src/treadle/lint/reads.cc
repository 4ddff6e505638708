#include "treadle/lint/reads.h"

#include <algorithm>
#include <optional>

#include "treadle/expr/intrinsic/call.h"
#include "treadle/expr/jsonpath/path.h"

namespace treadle::lint {
namespace {

// "['name']" at the beginning of `rest`, taken off; nothing if there is another bracket.
auto take_quoted(std::string_view& rest) -> std::optional<std::string> {
  if (rest.size() < 5 || rest[0] != '[' || (rest[1] != '\'' && rest[1] != '"')) return std::nullopt;
  auto const end = rest.find_first_of("'\"\\", 2);
  if (end == std::string_view::npos || rest[end] != rest[1] ||
      !rest.substr(end).starts_with(std::string{rest[1], ']'}))
    return std::nullopt;
  auto name = std::string(rest.substr(2, end - 2));
  rest.remove_prefix(end + 2);
  return name;
}

// ".name" at the beginning of `rest`, taken off; nothing for "..", ".*" and functions.
auto take_plain(std::string_view& rest) -> std::optional<std::string> {
  if (!rest.starts_with('.')) return std::nullopt;
  auto const end = std::min(rest.find_first_of(".[( *", 1), rest.size());
  if (end == 1 || (end < rest.size() && rest[end] != '.' && rest[end] != '[')) return std::nullopt;
  auto name = std::string(rest.substr(1, end - 1));
  rest.remove_prefix(end);
  return name;
}

// Regions of their own, and what is not read while the state runs.
auto is_skipped(std::string_view name) -> bool {
  constexpr std::string_view kSkipped[] = {"Branches", "ItemProcessor", "Iterator", "Comment",
                                           "Result",   "ResultPath",    "Retry",    "Next",
                                           "Default",  "Resource",      "Type"};
  return std::ranges::find(kSkipped, name) != std::ranges::end(kSkipped);
}

auto is_path_field(std::string_view name) -> bool {
  return name.ends_with("Path") || name == "Variable";
}

// A template: only "name.$" members are expressions.
void walk_template(Place const& place, std::function<void(Place const&)> const& visit) {
  for (auto const& member : place.members()) {
    if (member.name().ends_with(".$"))
      visit(member);
    else
      walk_template(member, visit);
  }
  for (auto const& element : place.elements()) walk_template(element, visit);
}

auto is_template(std::string_view name) -> bool {
  constexpr std::string_view kTemplates[] = {"Parameters",  "ResultSelector", "ItemSelector",
                                             "Credentials", "Assign",         "BatchInput"};
  return std::ranges::find(kTemplates, name) != std::ranges::end(kTemplates);
}

// Objects of the language: a state, a Choice rule, an ItemReader.
void walk_fields(Place const& place, std::function<void(Place const&)> const& visit) {
  for (auto const& member : place.members()) {
    if (is_skipped(member.name())) continue;
    if (is_template(member.name()))
      walk_template(member, visit);
    else if (member.value().is_string() && is_path_field(member.name()))
      visit(member);
    else
      walk_fields(member, visit);
  }
  for (auto const& element : place.elements()) walk_fields(element, visit);
}

}  // namespace

auto reads_input(std::string_view path) -> bool {
  return path == "$" || path.starts_with("$.") || path.starts_with("$[");
}

auto start_of(std::string_view path) -> PathStart {
  PathStart start;
  path.remove_prefix(std::min<std::size_t>(1, path.size()));
  while (!path.empty()) {
    auto name = path.front() == '[' ? take_quoted(path) : take_plain(path);
    if (!name) return start;
    start.names.push_back(*std::move(name));
  }
  start.is_whole = true;
  return start;
}

auto paths_of(std::string_view expression) -> std::vector<std::string> {
  if (expression.starts_with('$')) return {std::string(expression)};
  std::vector<std::string> paths;
  auto const call = expr::intrinsic::Call::parse(expression);
  if (!call) return paths;
  for (auto const& path : call->paths()) paths.emplace_back(path.text());
  return paths;
}

void for_each_expression(Place const& state, std::function<void(Place const&)> const& visit) {
  walk_fields(state, visit);
}

}  // namespace treadle::lint
