// Where random bits come from, and the ids made of them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "treadle/base/clock.h"

namespace treadle {

// The kernel's, unpredictable. Not thread-safe: it reads ahead; one for each thread. For the
// runtime and above. Asserts that the kernel delivers.
class SystemRandom final : public Random {
 public:
  SystemRandom() = default;
  SystemRandom(SystemRandom const&) = delete;  // two would give the same bits
  auto operator=(SystemRandom const&) -> SystemRandom& = delete;
  [[nodiscard]] auto next_u64() -> std::uint64_t override;

 private:
  void refill();

  std::array<std::uint64_t, 128> ahead_{};
  std::size_t left_ = 0;  // the last ones of ahead_
};

// The same bits for the same seed, on every machine. For tests and simulation, never for secrets.
// Source: Blackman and Vigna, xoshiro256** 1.0, seeded by splitmix64.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed);
  [[nodiscard]] auto next_u64() -> std::uint64_t override;

 private:
  std::array<std::uint64_t, 4> state_{};
};

// 128 random bits as a UUID of version 4: lower-case, 36 characters. Six of the bits are replaced.
// Source: RFC 9562, 5.4.
[[nodiscard]] auto uuid_v4(std::uint64_t high, std::uint64_t low) -> std::string;
inline constexpr std::size_t kUuidChars = 36;
void write_uuid_v4(std::span<char, kUuidChars> out, std::uint64_t high, std::uint64_t low);

}  // namespace treadle
