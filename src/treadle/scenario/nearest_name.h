// The name that somebody may have meant.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace treadle::scenario {

// "; did you mean 'NAME'?" with the one of `known` that is fewest changes of a character away from
// `name`, the first of several; empty when all of them are far.
[[nodiscard]] auto did_you_mean(std::string_view name, std::span<std::string_view const> known)
    -> std::string;

// The members `name` of things that outlive the result.
template <typename Things>
[[nodiscard]] auto names_in(Things const& things) -> std::vector<std::string_view> {
  std::vector<std::string_view> names;
  names.reserve(things.size());
  for (auto const& thing : things) names.emplace_back(thing.name);
  return names;
}

}  // namespace treadle::scenario
