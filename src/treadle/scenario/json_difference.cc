#include "treadle/scenario/json_difference.h"

#include <algorithm>

#include <fmt/format.h>

#include "treadle/base/utf8.h"
#include "treadle/json/print.h"

namespace treadle::scenario {
namespace {

constexpr std::size_t kShownBytes = 200;
constexpr std::string_view kNothing = "nothing";

auto shown(json::Value value) -> std::string {
  auto text = json::print(value);
  if (text.size() > kShownBytes) text = std::string(utf8::truncate(text, kShownBytes)) + "...";
  return text;
}

auto is_plain(std::string_view key) -> bool {
  return !key.empty() && std::ranges::all_of(key, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  });
}

auto member_path(std::string const& path, std::string_view key) -> std::string {
  return is_plain(key) ? fmt::format("{}.{}", path, key)
                       : fmt::format("{}[{}]", path, json::print_string(key));
}

void compare_objects(json::Value expected, json::Value got, Match match, std::string const& path,
                     std::vector<Difference>& out) {
  for (auto const& member : expected.members()) {
    auto const* const there = got.find(member.key);
    if (there == nullptr)
      out.push_back({member_path(path, member.key), shown(member.value), std::string(kNothing)});
    else
      compare(member.value, *there, match, member_path(path, member.key), out);
  }
  if (match == Match::kIncludes) return;
  for (auto const& member : got.members())
    if (expected.find(member.key) == nullptr)
      out.push_back({member_path(path, member.key), std::string(kNothing), shown(member.value)});
}

void compare_arrays(json::Value expected, json::Value got, Match match, std::string const& path,
                    std::vector<Difference>& out) {
  auto const a = expected.elements();
  auto const b = got.elements();
  for (std::size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
    auto const place = fmt::format("{}[{}]", path, i);
    if (i >= b.size())
      out.push_back({place, shown(a[i]), std::string(kNothing)});
    else if (i >= a.size())
      out.push_back({place, std::string(kNothing), shown(b[i])});
    else
      compare(a[i], b[i], match, place, out);
  }
}

}  // namespace

void compare(json::Value expected, json::Value got, Match match, std::string const& path,
             std::vector<Difference>& out) {
  if (expected.is_object() && got.is_object())
    return compare_objects(expected, got, match, path, out);
  if (expected.is_array() && got.is_array()) return compare_arrays(expected, got, match, path, out);
  if (!json::equal(expected, got)) out.push_back({path, shown(expected), shown(got)});
}

auto includes(json::Value all, json::Value part) -> bool {
  std::vector<Difference> differences;
  compare(part, all, Match::kIncludes, {}, differences);
  return differences.empty();
}

}  // namespace treadle::scenario
