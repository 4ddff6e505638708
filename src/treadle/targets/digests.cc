#include "treadle/targets/digests.h"

#include <array>
#include <cstdint>

#include <openssl/evp.h>

#include "treadle/base/assert.h"
#include "treadle/base/hmac.h"

namespace treadle::targets {
namespace {

auto evp_digest(EVP_MD const* kind, std::string_view bytes) -> std::string {
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  unsigned size = 0;
  TREADLE_ASSERT(EVP_Digest(bytes.data(), bytes.size(), out.data(), &size, kind, nullptr) == 1);
  return {reinterpret_cast<char const*>(out.data()), size};
}

// `polynomial` reflected; all bits are set at the start and flipped at the end.
template <typename T>
constexpr auto make_table(T polynomial) -> std::array<T, 256> {
  std::array<T, 256> table{};
  for (std::size_t i = 0; i < table.size(); ++i) {
    T value = static_cast<T>(i);
    for (int bit = 0; bit < 8; ++bit)
      value = (value & 1U) != 0 ? (value >> 1U) ^ polynomial : value >> 1U;
    table[i] = value;
  }
  return table;
}

constexpr auto kCrc32 = make_table<std::uint32_t>(0xEDB88320U);
constexpr auto kCrc32c = make_table<std::uint32_t>(0x82F63B78U);
constexpr auto kCrc64Nvme = make_table<std::uint64_t>(0x9A6C9329AC4BC9B5ULL);

template <typename T>
auto crc(std::array<T, 256> const& table, std::string_view bytes) -> std::string {
  T value = static_cast<T>(~T{0});
  for (char const c : bytes)
    value = static_cast<T>(table[(value ^ static_cast<unsigned char>(c)) & 0xFFU] ^ (value >> 8U));
  value = static_cast<T>(~value);
  std::string out;
  for (int shift = static_cast<int>(sizeof(T)) * 8 - 8; shift >= 0; shift -= 8)
    out += static_cast<char>((value >> static_cast<unsigned>(shift)) & 0xFFU);
  return out;
}

}  // namespace

auto md5(std::string_view bytes) -> std::string { return evp_digest(EVP_md5(), bytes); }
auto md5_hex(std::string_view bytes) -> std::string { return to_hex(md5(bytes)); }

auto checksum(std::string_view name, std::string_view bytes) -> std::optional<std::string> {
  if (name == "crc32") return crc(kCrc32, bytes);
  if (name == "crc32c") return crc(kCrc32c, bytes);
  if (name == "crc64nvme") return crc(kCrc64Nvme, bytes);
  if (name == "sha1") return evp_digest(EVP_sha1(), bytes);
  if (name == "sha256") return evp_digest(EVP_sha256(), bytes);
  return std::nullopt;
}

}  // namespace treadle::targets
