#include "treadle/store/crc32c.h"

#include <array>
#include <bit>
#include <cstddef>
#include <cstring>

namespace treadle::store {
namespace {

static_assert(std::endian::native == std::endian::little,
              "the eight-byte step reads words as they are");

constexpr std::uint32_t kPolynomial = 0x82F63B78;  // Castagnoli's, bits reversed
constexpr std::size_t kStep = 8;
using Tables = std::array<std::array<std::uint32_t, 256>, kStep>;

// tables[k][b]: what byte b contributes when k more bytes follow it in its step ("slicing by
// eight").
constexpr auto make_tables() -> Tables {
  Tables tables = {};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t sum = byte;
    for (int bit = 0; bit < 8; ++bit) sum = (sum >> 1U) ^ ((sum & 1U) != 0 ? kPolynomial : 0U);
    tables[0][byte] = sum;
  }
  for (std::size_t k = 1; k < kStep; ++k) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      auto const before = tables[k - 1][byte];
      tables[k][byte] = (before >> 8U) ^ tables[0][before & 0xFFU];
    }
  }
  return tables;
}

constexpr Tables kTables = make_tables();

// The sums here are inverted: what goes between the steps.
auto extend_with_tables(std::uint32_t sum, std::string_view bytes) -> std::uint32_t {
  for (; bytes.size() >= kStep; bytes.remove_prefix(kStep)) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data(), kStep);
    word ^= sum;
    sum = 0;
    for (std::size_t i = 0; i < kStep; ++i)
      sum ^= kTables[kStep - 1 - i][(word >> (8 * i)) & 0xFFU];
  }
  for (char const c : bytes) {
    sum = (sum >> 8U) ^ kTables[0][(sum ^ static_cast<std::uint8_t>(c)) & 0xFFU];
  }
  return sum;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) auto extend_with_instruction(std::uint32_t sum,
                                                               std::string_view bytes)
    -> std::uint32_t {
  for (; bytes.size() >= kStep; bytes.remove_prefix(kStep)) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data(), kStep);
    sum = static_cast<std::uint32_t>(__builtin_ia32_crc32di(sum, word));
  }
  for (char const c : bytes) sum = __builtin_ia32_crc32qi(sum, static_cast<unsigned char>(c));
  return sum;
}
#endif

using Extend = auto (*)(std::uint32_t, std::string_view) -> std::uint32_t;

auto fastest() -> Extend {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("sse4.2")) return extend_with_instruction;
#endif
  return extend_with_tables;
}

}  // namespace

auto crc32c(std::string_view bytes) -> std::uint32_t { return extend_crc32c(0, bytes); }

auto extend_crc32c(std::uint32_t sum, std::string_view bytes) -> std::uint32_t {
  static Extend const extend = fastest();
  return ~extend(~sum, bytes);
}

}  // namespace treadle::store
