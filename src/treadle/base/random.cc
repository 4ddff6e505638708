#include "treadle/base/random.h"

#include <bit>
#include <cerrno>
#include <string_view>
#include <sys/random.h>
#include <utility>

#include "treadle/base/assert.h"

namespace treadle {

auto SystemRandom::next_u64() -> std::uint64_t {
  if (left_ == 0) refill();
  auto& next = ahead_[--left_];
  return std::exchange(next, 0);
}

void SystemRandom::refill() {
  auto* const begin = reinterpret_cast<char*>(ahead_.data());
  for (std::size_t filled = 0; filled < sizeof(ahead_);) {
    auto const got = getrandom(begin + filled, sizeof(ahead_) - filled, 0);
    TREADLE_ASSERT(got > 0 || errno == EINTR);
    if (got > 0) filled += static_cast<std::size_t>(got);
  }
  left_ = ahead_.size();
}

SeededRandom::SeededRandom(std::uint64_t seed) {
  for (auto& word : state_) {
    seed += 0x9E3779B97F4A7C15U;
    auto z = seed;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    word = z ^ (z >> 31);
  }
}

auto SeededRandom::next_u64() -> std::uint64_t {
  auto& [s0, s1, s2, s3] = state_;
  auto const result = std::rotl(s1 * 5, 7) * 9;
  auto const shifted = s1 << 17;
  s2 ^= s0;
  s3 ^= s1;
  s1 ^= s2;
  s0 ^= s3;
  s2 ^= shifted;
  s3 = std::rotl(s3, 45);
  return result;
}

namespace {

// The last `digits` hexadecimal digits of `bits`.
void put_hex(char* at, std::uint64_t bits, std::size_t digits) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (auto* to = at + digits; to != at; bits >>= 4U) *--to = kDigits[bits & 15U];
}

}  // namespace

void write_uuid_v4(std::span<char, kUuidChars> out, std::uint64_t high, std::uint64_t low) {
  high = (high & 0xFFFF'FFFF'FFFF'0FFFU) | 0x4000U;
  low = (low & 0x3FFF'FFFF'FFFF'FFFFU) | 0x8000'0000'0000'0000U;
  for (auto const dash : {8U, 13U, 18U, 23U}) out[dash] = '-';
  put_hex(out.data(), high >> 32U, 8);
  put_hex(out.data() + 9, high >> 16U, 4);
  put_hex(out.data() + 14, high, 4);
  put_hex(out.data() + 19, low >> 48U, 4);
  put_hex(out.data() + 24, low, 12);
}

auto uuid_v4(std::uint64_t high, std::uint64_t low) -> std::string {
  std::string out(kUuidChars, '-');
  write_uuid_v4(std::span<char, kUuidChars>(out), high, low);
  return out;
}

}  // namespace treadle
