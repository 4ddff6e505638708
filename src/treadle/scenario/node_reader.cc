#include "treadle/scenario/node_reader.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "treadle/json/arena.h"
#include "treadle/json/parse.h"
#include "treadle/json/print.h"
#include "treadle/scenario/duration.h"
#include "treadle/scenario/nearest_name.h"

namespace treadle::scenario {
namespace {

auto is_number(std::string_view text) -> bool {
  if (text.empty() || (text.front() != '-' && (text.front() < '0' || text.front() > '9')))
    return false;
  json::Arena arena;
  auto const value = json::parse(arena, text);
  return value && value->is_number();
}

void append_json(Node const& node, std::string& out) {
  switch (node.kind()) {
    case Node::Kind::kNull: out += "null"; return;
    case Node::Kind::kScalar: {
      auto const text = node.text();
      bool const is_word = text == "true" || text == "false" || text == "null";
      if (!node.is_quoted() && (is_word || is_number(text)))
        out += text;
      else
        json::append_string(out, text);
      return;
    }
    case Node::Kind::kList:
      out += '[';
      for (auto const& element : node.elements()) {
        if (out.back() != '[') out += ',';
        append_json(element, out);
      }
      out += ']';
      return;
    case Node::Kind::kMap:
      out += '{';
      for (auto const& [key, value] : node.members()) {
        if (out.back() != '{') out += ',';
        json::append_string(out, key.text());
        out += ':';
        append_json(value, out);
      }
      out += '}';
      return;
  }
}

}  // namespace

auto NodeReader::refuse(import::yaml::Mark at, std::string_view message) const
    -> std::unexpected<std::string> {
  return std::unexpected(fmt::format("{}:{}:{}: {}", file_, at.line, at.column, message));
}

auto NodeReader::check_keys(Node const& node, std::span<std::string_view const> known) const
    -> Read<void> {
  if (!node.is_map())
    return refuse(node.mark(), fmt::format("expected a map with {}", fmt::join(known, ", ")));
  for (auto const& [key, value] : node.members())
    if (std::ranges::find(known, key.text()) == known.end()) {
      auto hint = did_you_mean(key.text(), known);
      if (hint.empty()) hint = fmt::format("; expected one of {}", fmt::join(known, ", "));
      return refuse(key.mark(), fmt::format("there is no key '{}' here{}", key.text(), hint));
    }
  return {};
}

auto NodeReader::check_name(Node const& name, std::span<std::string_view const> known,
                            std::string_view kind) const -> Read<void> {
  if (std::ranges::find(known, name.text()) != known.end()) return {};
  return refuse(name.mark(), fmt::format("there is no {} '{}'{}", kind, name.text(),
                                         did_you_mean(name.text(), known)));
}

auto NodeReader::check_map(Node const& node, std::string_view key) const -> Read<void> {
  if (node.is_map()) return {};
  return refuse(node.mark(), fmt::format("expected a map as '{}'", key));
}

auto NodeReader::text(Node const& node, std::string_view key) const -> Read<std::string> {
  if (node.is_scalar()) return std::string(node.text());
  return refuse(node.mark(), fmt::format("expected a text as '{}'", key));
}

auto NodeReader::texts(Node const& node, std::string_view key) const -> Read<Names> {
  if (!node.is_list()) return refuse(node.mark(), fmt::format("expected a list as '{}'", key));
  Names out;
  for (auto const& element : node.elements()) out.push_back(TRY(text(element, key)));
  return out;
}

auto NodeReader::number(Node const& node, std::string_view key, std::uint32_t max) const
    -> Read<std::uint32_t> {
  auto const digits = node.text();
  std::uint32_t number = 0;
  auto const [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (digits.empty() || error != std::errc() || end != digits.data() + digits.size() ||
      number > max)
    return refuse(node.mark(), fmt::format("expected a whole number up to {} as '{}'", max, key));
  return number;
}

auto NodeReader::duration(Node const& node, std::string_view key) const -> Read<Milliseconds> {
  if (auto const parsed = parse_duration(node.text())) return *parsed;
  return refuse(
      node.mark(),
      fmt::format("expected a time with units as '{}', such as 300ms, 10s or 1h30m", key));
}

auto NodeReader::timestamp(Node const& node, std::string_view key) const -> Read<Timestamp> {
  if (auto const parsed = parse_rfc3339(node.text())) return *parsed;
  return refuse(node.mark(),
                fmt::format("expected a time as '{}', such as 2026-03-01T09:00:00Z", key));
}

auto to_json(Node const& node) -> std::string {
  std::string out;
  append_json(node, out);
  return out;
}

}  // namespace treadle::scenario
