#include "treadle/scenario/nearest_name.h"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace treadle::scenario {
namespace {

constexpr std::size_t kBytesMax = 200;

auto lower(char c) -> char { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

// Levenshtein's distance in bytes, without regard to the case of ASCII letters.
auto distance(std::string_view a, std::string_view b) -> std::size_t {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    auto diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      auto const changed = diagonal + std::size_t{lower(a[i]) != lower(b[j])};
      diagonal = row[j + 1];
      row[j + 1] = std::min({changed, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

}  // namespace

auto did_you_mean(std::string_view name, std::span<std::string_view const> known) -> std::string {
  if (name.size() > kBytesMax) return {};
  std::string_view nearest;
  auto best = std::max<std::size_t>(2, name.size() / 3) + 1;
  for (auto const candidate : known) {
    if (candidate.size() > kBytesMax) continue;
    auto const d = distance(name, candidate);
    if (d >= best) continue;
    best = d;
    nearest = candidate;
  }
  return nearest.empty() ? std::string() : fmt::format("; did you mean '{}'?", nearest);
}

}  // namespace treadle::scenario
