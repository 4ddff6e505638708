#include "treadle/expr/intrinsic/argument.h"
#include "treadle/expr/intrinsic/functions.h"

namespace treadle::expr::intrinsic {
namespace {

// splitmix64: 64 bits that depend on the seed alone.
auto bits_of_seed(std::uint64_t seed) -> std::uint64_t {
  auto bits = seed + 0x9E3779B97F4A7C15;
  bits = (bits ^ bits >> 30) * 0xBF58476D1CE4E5B9;
  bits = (bits ^ bits >> 27) * 0x94D049BB133111EB;
  return bits ^ bits >> 31;
}

}  // namespace

// DIFFERS: AWS's numbers for a seed are not known; ours are the same for the same arguments.
auto math_random(Invocation const& invocation) -> Answer {
  auto const first = TRY(rounded_argument(invocation, 0));
  auto const end = TRY(rounded_argument(invocation, 1));
  if (first >= end) return std::unexpected("Argument 1 must be less than argument 2");
  auto const is_seeded = invocation.arguments.size() > 2;
  auto const seed = is_seeded ? TRY(rounded_argument(invocation, 2)) : 0;
  auto const bits =
      is_seeded ? bits_of_seed(static_cast<std::uint64_t>(seed)) : invocation.environment.draw();
  // The range is below 2^33, so that the modulus favours no number noticeably.
  auto const offset = static_cast<std::int64_t>(bits % static_cast<std::uint64_t>(end - first));
  return json::make_number(invocation.arena, first + offset);
}

auto math_add(Invocation const& invocation) -> Answer {
  auto const sum = TRY(rounded_argument(invocation, 0)) + TRY(rounded_argument(invocation, 1));
  return json::make_number(invocation.arena, sum);
}

}  // namespace treadle::expr::intrinsic
