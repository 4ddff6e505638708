#include "treadle/integrations/aws_sdk/checksum.h"

#include <array>
#include <cstdint>

#include <openssl/evp.h>

#include "treadle/base/assert.h"
#include "treadle/base/base64.h"

namespace treadle::integrations::aws_sdk {
namespace {

auto digest(EVP_MD const* algorithm, std::string_view body) -> std::string {
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned size = 0;
  bool const is_done =
      EVP_Digest(body.data(), body.size(), bytes.data(), &size, algorithm, nullptr) == 1;
  TREADLE_ASSERT(is_done);
  return base64_encode({reinterpret_cast<char const*>(bytes.data()), size});
}

// Of a reflected polynomial, most significant byte first.
template <typename T>
auto cyclic(T polynomial, std::string_view body) -> std::string {
  std::array<T, 256> table{};
  for (std::size_t i = 0; i < table.size(); ++i) {
    auto value = static_cast<T>(i);
    for (int bit = 0; bit < 8; ++bit) value = (value >> 1U) ^ ((value & 1U) != 0 ? polynomial : 0);
    table[i] = value;
  }
  auto crc = static_cast<T>(~T{0});
  for (char const c : body)
    crc = (crc >> 8U) ^ table[(crc ^ static_cast<unsigned char>(c)) & 0xFFU];
  crc = static_cast<T>(~crc);
  std::string bytes;
  for (auto shift = 8 * sizeof(T); shift != 0; shift -= 8)
    bytes += static_cast<char>((crc >> (shift - 8)) & 0xFFU);
  return base64_encode(bytes);
}

}  // namespace

auto md5_checksum(std::string_view body) -> std::string { return digest(EVP_md5(), body); }

auto checksum(std::string_view algorithm, std::string_view body) -> std::optional<std::string> {
  if (algorithm == "CRC32") return cyclic(std::uint32_t{0xEDB88320}, body);
  if (algorithm == "CRC32C") return cyclic(std::uint32_t{0x82F63B78}, body);
  if (algorithm == "CRC64NVME") return cyclic(std::uint64_t{0x9A6C9329AC4BC9B5}, body);
  if (algorithm == "SHA1") return digest(EVP_sha1(), body);
  if (algorithm == "SHA256") return digest(EVP_sha256(), body);
  return std::nullopt;
}

}  // namespace treadle::integrations::aws_sdk
