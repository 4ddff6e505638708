// Reading the nodes of treadle.yaml: texts, flags, numbers, maps, and what to say when they are none.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "treadle/base/result.h"
#include "treadle/import/project.h"
#include "treadle/import/yaml.h"

namespace treadle::import {

template <typename T>
using Read = Result<T, std::string>;  // an error is "FILE:LINE:COLUMN: what was expected"

class NodeReader {
 public:
  explicit NodeReader(std::filesystem::path const& folder)
      : folder_(folder), file_((folder / kProjectFile).string()) {}

  [[nodiscard]] auto folder() const -> std::filesystem::path const& { return folder_; }
  [[nodiscard]] auto file() const -> std::string const& { return file_; }

  [[nodiscard]] auto refuse(yaml::Mark at, std::string_view message) const
      -> std::unexpected<std::string> {
    return std::unexpected<std::string>(fmt::format("{}: {}", place(at), message));
  }

  [[nodiscard]] auto place(yaml::Mark at) const -> std::string {
    return fmt::format("{}:{}:{}", file_, at.line, at.column);
  }

  auto expect_map(yaml::Node const& node, std::string_view what) const -> Read<void> {
    if (node.is_map()) return {};
    return refuse(node.mark(), fmt::format("expected {}", what));
  }

  auto check_keys(yaml::Node const& node, std::vector<std::string_view> const& known) const
      -> Read<void> {
    TRY(expect_map(node, fmt::format("a map with {}", fmt::join(known, ", "))));
    for (auto const& [key, value] : node.members())
      if (std::ranges::find(known, key.text()) == known.end())
        return refuse(key.mark(), fmt::format("expected one of {}, but not '{}'",
                                              fmt::join(known, ", "), key.text()));
    return {};
  }

  // The text of member `key`; empty when it is absent or null.
  auto text(yaml::Node const& map, std::string_view key) const -> Read<std::string> {
    auto const* node = map.find(key);
    if (node == nullptr || node->is_null()) return std::string();
    if (!node->is_scalar())
      return refuse(node->mark(), fmt::format("expected a text as '{}'", key));
    return std::string(node->text());
  }

  auto flag(yaml::Node const& map, std::string_view key) const -> Read<bool> {
    auto const value = TRY(text(map, key));
    if (value.empty() || value == "false") return false;
    if (value == "true") return true;
    return refuse(map.find(key)->mark(), fmt::format("expected true or false as '{}'", key));
  }

  auto whole_number(yaml::Node const& map, std::string_view key, std::uint64_t max) const
      -> Read<std::optional<std::uint64_t>> {
    auto const value = TRY(text(map, key));
    if (value.empty()) return std::nullopt;
    std::uint64_t number = 0;
    auto const [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (error != std::errc() || end != value.data() + value.size() || number == 0 || number > max)
      return refuse(map.find(key)->mark(),
                    fmt::format("expected a whole number from 1 to {} as '{}'", max, key));
    return number;
  }

  auto pairs(yaml::Node const& map, std::string_view key) const -> Read<Pairs> {
    Pairs out;
    auto const* node = map.find(key);
    if (node == nullptr || node->is_null()) return out;
    TRY(expect_map(*node, fmt::format("texts by name as '{}'", key)));
    for (auto const& [name, value] : node->members()) {
      if (!value.is_scalar() && !value.is_null())
        return refuse(value.mark(), fmt::format("expected a text as '{}'", name.text()));
      out.emplace_back(name.text(), value.text());
    }
    return out;
  }

 private:
  std::filesystem::path folder_;
  std::string file_;
};

}  // namespace treadle::import
