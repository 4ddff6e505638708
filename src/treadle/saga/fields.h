// Reading the members of a literal: texts, numbers, flags, and what to say when they are none.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "treadle/base/result.h"
#include "treadle/saga/literal.h"

namespace treadle::saga {

template <typename T>
using Read = Result<T, std::string>;  // an error is "FILE:LINE:COLUMN: what was expected"

class FieldReader {
 public:
  explicit FieldReader(std::string file) : file_(std::move(file)) {}

  [[nodiscard]] auto refuse(Mark at, std::string_view message) const
      -> std::unexpected<std::string> {
    return std::unexpected(fmt::format("{}:{}:{}: {}", file_, at.line, at.column, message));
  }

  [[nodiscard]] auto check_keys(Literal const& map,
                                std::vector<std::string_view> const& known) const -> Read<void> {
    if (map.kind != Literal::Kind::kMap)
      return refuse(map.mark, fmt::format("expected a map with {}", fmt::join(known, ", ")));
    for (auto const& [key, value] : map.members)
      if (std::ranges::find(known, key.text) == known.end())
        return refuse(key.mark, fmt::format("expected one of {}, but not '{}'",
                                            fmt::join(known, ", "), key.text));
    return {};
  }

  // nullopt where the member is absent or null.
  [[nodiscard]] auto text(Literal const& map, std::string_view key) const
      -> Read<std::optional<std::string>> {
    auto const* value = given(map, key);
    if (value == nullptr) return std::nullopt;
    if (value->kind != Literal::Kind::kString || value->text.empty())
      return refuse(value->mark, fmt::format("expected a text as '{}'", key));
    return value->text;
  }

  [[nodiscard]] auto flag(Literal const& map, std::string_view key, bool otherwise = false) const
      -> Read<bool> {
    auto const* value = given(map, key);
    if (value == nullptr) return otherwise;
    if (value->kind != Literal::Kind::kBool)
      return refuse(value->mark, fmt::format("expected true or false as '{}'", key));
    return value->text == "true";
  }

  struct Range {
    std::uint32_t min = 0;
    std::uint32_t max = std::numeric_limits<std::uint32_t>::max();
  };
  [[nodiscard]] auto number(Literal const& map, std::string_view key, Range range) const
      -> Read<std::optional<std::uint32_t>> {
    auto const* value = given(map, key);
    if (value == nullptr) return std::nullopt;
    std::uint32_t number = 0;
    auto const* const end = value->text.data() + value->text.size();
    auto const [at, error] = std::from_chars(value->text.data(), end, number);
    if (value->kind != Literal::Kind::kNumber || error != std::errc() || at != end ||
        number < range.min || number > range.max)
      return refuse(value->mark, fmt::format("expected a whole number from {} to {} as '{}'",
                                             range.min, range.max, key));
    return number;
  }

  // Of at least 1.
  [[nodiscard]] auto rate(Literal const& map, std::string_view key, double otherwise) const
      -> Read<double> {
    auto const* value = given(map, key);
    if (value == nullptr) return otherwise;
    double number = 0;
    auto const* const end = value->text.data() + value->text.size();
    auto const [at, error] = std::from_chars(value->text.data(), end, number);
    if (value->kind != Literal::Kind::kNumber || error != std::errc() || at != end ||
        !(number >= 1.0) || number > 1e6)
      return refuse(value->mark, fmt::format("expected a number from 1 to 1000000 as '{}'", key));
    return number;
  }

  // One text, or a list of them.
  [[nodiscard]] auto texts(Literal const& value, std::string_view what) const
      -> Read<std::vector<std::string>> {
    if (value.kind == Literal::Kind::kString && !value.text.empty())
      return std::vector<std::string>{value.text};
    if (value.kind != Literal::Kind::kList || value.elements.empty())
      return refuse(value.mark, fmt::format("expected {}, or a list of them", what));
    std::vector<std::string> out;
    for (auto const& element : value.elements) {
      if (element.kind != Literal::Kind::kString || element.text.empty())
        return refuse(element.mark, fmt::format("expected {}", what));
      out.push_back(element.text);
    }
    return out;
  }

  [[nodiscard]] static auto given(Literal const& map, std::string_view key) -> Literal const* {
    auto const* value = map.find(key);
    return value == nullptr || value->kind == Literal::Kind::kNull ? nullptr : value;
  }

 private:
  std::string file_;
};

}  // namespace treadle::saga
