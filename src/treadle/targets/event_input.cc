#include "treadle/targets/event_input.h"

#include <algorithm>

#include "treadle/json/print.h"
#include "treadle/targets/message.h"

namespace treadle::targets {
namespace {

// Whether position `at` of a template stands between double quotes.
auto is_quoted(std::string_view text, std::size_t at) -> bool {
  bool inside = false;
  for (std::size_t i = 0; i < at; ++i) {
    if (text[i] == '\\')
      ++i;
    else if (text[i] == '"')
      inside = !inside;
  }
  return inside;
}

auto plain_text(json::Value value) -> std::string {
  return value.is_string() ? std::string(value.as_string()) : json::print(value);
}

// What stands for <name>: JSON outside quotes, the bare text within.
void append_replacement(std::string& out, json::Value const* value, bool is_inside) {
  if (value == nullptr) return;
  if (!is_inside) return json::append(out, *value);
  auto const quoted = json::print_string(plain_text(*value));
  out += std::string_view(quoted).substr(1, quoted.size() - 2);
}

auto transform(json::Value transformer, json::Value event, std::string_view text) -> std::string {
  auto const input = member_text(transformer, "InputTemplate");
  auto const* const paths = transformer.find("InputPathsMap");
  std::string out;
  for (std::size_t at = 0; at < input.size();) {
    auto const end = input[at] == '<' ? input.find('>', at) : std::string_view::npos;
    if (end == std::string_view::npos) {
      out += input[at++];
      continue;
    }
    auto const name = input.substr(at + 1, end - at - 1);
    auto const path = paths == nullptr ? std::string_view() : member_text(*paths, name);
    bool const is_known =
        !path.empty() || name == "aws.events.event" || name == "aws.events.event.json";
    if (!is_known) {
      out += input[at++];
      continue;
    }
    if (path.empty())
      out += text;
    else
      append_replacement(out, value_at(event, path), is_quoted(input, at));
    at = end + 1;
  }
  return out;
}

}  // namespace

auto value_at(json::Value root, std::string_view path) -> json::Value const* {
  if (!path.starts_with('$')) return nullptr;
  path.remove_prefix(1);
  thread_local json::Value held;
  held = root;
  json::Value const* value = &held;
  while (!path.empty() && value != nullptr) {
    if (path.starts_with('[')) {
      auto const end = path.find(']');
      if (end == std::string_view::npos) return nullptr;
      auto const inside = path.substr(1, end - 1);
      path.remove_prefix(end + 1);
      if (inside.size() > 1 && inside.starts_with('\'')) {
        value = value->find(inside.substr(1, inside.size() - 2));
        continue;
      }
      auto const index = parse_int(inside);
      bool const is_there = index && *index >= 0 && value->is_array() &&
                            static_cast<std::size_t>(*index) < value->size();
      value = is_there ? &value->elements()[static_cast<std::size_t>(*index)] : nullptr;
      continue;
    }
    if (!path.starts_with('.')) return nullptr;
    path.remove_prefix(1);
    auto const end = std::min(path.find_first_of(".["), path.size());
    value = value->find(path.substr(0, end));
    path.remove_prefix(end);
  }
  return value;
}

auto target_input(json::Value target, json::Value event, std::string_view text) -> std::string {
  if (target.find("Input") != nullptr) return std::string(member_text(target, "Input"));
  if (auto const path = member_text(target, "InputPath"); !path.empty()) {
    auto const* const value = value_at(event, path);
    return value == nullptr ? "null" : json::print(*value);
  }
  if (auto const* const transformer = target.find("InputTransformer");
      transformer != nullptr && transformer->is_object())
    return transform(*transformer, event, text);
  return std::string(text);
}

}  // namespace treadle::targets
