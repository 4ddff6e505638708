// What the benchmarks of expressions share: the stopwatch, the cost of parsing, an empty environment.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

#include "treadle/base/assert.h"
#include "treadle/expr/environment.h"
#include "treadle/json/arena.h"
#include "treadle/json/parse.h"

namespace treadle::bench {

class NoVariables final : public expr::Environment {
 public:
  auto context() -> json::Value override { return {}; }
  auto variable(std::string_view) -> std::optional<json::Value> override { return std::nullopt; }
  auto draw() -> std::uint64_t override { return 0; }
  auto now() -> Timestamp override { return {}; }
};

// Nanoseconds that one of the calls takes that are made for about that time.
template <typename Call>
auto measure_batch(Call const& call, std::chrono::nanoseconds duration) -> double {
  using Clock = std::chrono::steady_clock;
  auto const begin = Clock::now();
  auto elapsed = Clock::duration::zero();
  std::uint64_t count = 0;
  for (; elapsed < duration; elapsed = Clock::now() - begin)
    for (int i = 0; i < 64; ++i, ++count) call();
  auto const ns = std::chrono::duration<double, std::nano>(elapsed).count();
  return ns / static_cast<double>(count);
}

// Nanoseconds that one call takes in the fastest of many short batches: one in which nothing else had
// the core.
template <typename Call>
auto measure(Call const& call) -> double {
  using Clock = std::chrono::steady_clock;
  constexpr auto kMeasured = std::chrono::milliseconds(200);
  constexpr auto kBatch = std::chrono::milliseconds(2);
  measure_batch(call, kBatch);  // warms up
  auto fastest = std::numeric_limits<double>::infinity();
  for (auto const begin = Clock::now(); Clock::now() - begin < kMeasured;)
    fastest = std::min(fastest, measure_batch(call, kBatch));
  return fastest;
}

// Nanoseconds that our parser takes for `document`.
inline auto measure_parse(std::string_view document, json::Arena& arena) -> double {
  return measure([&] {
    arena.reset();
    TREADLE_ASSERT(json::parse(arena, document));
  });
}

}  // namespace treadle::bench
