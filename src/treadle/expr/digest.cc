#include "treadle/expr/digest.h"

#include <algorithm>
#include <array>

#include <openssl/evp.h>

#include "treadle/base/assert.h"

namespace treadle::expr {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";

struct Algorithm {
  std::string_view name;
  auto (*digest)() -> EVP_MD const*;
};
constexpr auto kAlgorithms = std::to_array<Algorithm>({
    {"MD5", EVP_md5},
    {"SHA-1", EVP_sha1},
    {"SHA-256", EVP_sha256},
    {"SHA-384", EVP_sha384},
    {"SHA-512", EVP_sha512},
});

}  // namespace

auto hex_digest(std::string_view algorithm, std::string_view data) -> std::optional<std::string> {
  auto const* const found = std::ranges::find(kAlgorithms, algorithm, &Algorithm::name);
  if (found == kAlgorithms.end()) return std::nullopt;
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  auto const done =
      EVP_Digest(data.data(), data.size(), digest.data(), &length, found->digest(), nullptr);
  TREADLE_ASSERT(done == 1);
  std::string text;
  for (unsigned int i = 0; i < length; ++i) {
    text += kHexDigits[digest[i] >> 4U];
    text += kHexDigits[digest[i] & 0xFU];
  }
  return text;
}

}  // namespace treadle::expr
