#include "treadle/scenario/duration.h"

#include <charconv>
#include <cstdint>
#include <utility>

#include <fmt/format.h>

namespace treadle::scenario {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t ms;
};
constexpr Unit kUnits[] = {
    {"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}};
constexpr std::int64_t kMost = std::int64_t{3'653} * 86'400'000;

}  // namespace

auto parse_duration(std::string_view text) -> std::optional<Milliseconds> {
  if (text.empty()) return std::nullopt;
  std::int64_t total = 0;
  auto const* unit = std::begin(kUnits);
  while (!text.empty()) {
    std::int64_t number = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || number < 0 || number > kMost) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    auto const name = text.substr(0, text.find_first_of("0123456789"));
    while (unit != std::end(kUnits) && unit->name != name) ++unit;
    if (unit == std::end(kUnits) || number > kMost / unit->ms) return std::nullopt;
    total += number * unit->ms;
    text.remove_prefix(name.size());
    ++unit;
  }
  if (total > kMost) return std::nullopt;
  return Milliseconds{total};
}

auto print_duration(Milliseconds duration) -> std::string {
  auto left = duration.count();
  if (left == 0) return "0s";
  std::string out;
  for (auto const& unit : kUnits) {
    if (left >= unit.ms) out += fmt::format("{}{}", left / unit.ms, unit.name);
    left %= unit.ms;
  }
  return out;
}

}  // namespace treadle::scenario
