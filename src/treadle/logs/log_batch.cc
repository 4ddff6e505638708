#include "treadle/logs/log_batch.h"

#include <cstdint>

#include <fmt/format.h>

namespace treadle::logs {
namespace {

// FNV-1a: the same for a machine wherever and whenever it runs.
auto short_hash(std::string_view text) -> std::uint32_t {
  std::uint32_t hash = 2'166'136'261U;
  for (char const c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16'777'619U;
  return hash;
}

}  // namespace

void Lines::append(Lines const& more) {
  auto const offset = lines.size();
  lines += more.lines;
  for (auto const& end : more.ends) ends.push_back({end.time, offset + end.at});
}

auto stream_name(std::string_view machine, Timestamp time) -> std::string {
  auto minute = to_iso8601(time).substr(0, 16);  // 2026-11-27T09:08
  for (auto& c : minute)
    if (c == 'T' || c == ':') c = '-';
  return fmt::format("states/{}/{}/{:08x}", machine, minute, short_hash(machine));
}

}  // namespace treadle::logs
