#include "treadle/base/hmac.h"

#include <algorithm>
#include <memory>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "treadle/base/assert.h"

namespace treadle {

namespace {

constexpr std::size_t kBlockBytes = 64;

// Looked up once: a look-up costs more than a short digest. Lives as long as the process.
auto algorithm() -> EVP_MD const* {
  static EVP_MD const* const md = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  TREADLE_ASSERT(md != nullptr);
  return md;
}

// A thread's own: to make one costs as much as a short digest.
auto context() -> EVP_MD_CTX* {
  thread_local std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> const made(EVP_MD_CTX_new(),
                                                                             EVP_MD_CTX_free);
  TREADLE_ASSERT(made != nullptr);
  return made.get();
}

// SHA-256 of two texts, one after the other.
auto sha256_of_both(std::string_view first, std::string_view second) -> Digest {
  auto* const of_thread = context();
  Digest digest{};
  unsigned size = 0;
  TREADLE_ASSERT(EVP_DigestInit_ex2(of_thread, algorithm(), nullptr) == 1);
  TREADLE_ASSERT(EVP_DigestUpdate(of_thread, first.data(), first.size()) == 1);
  TREADLE_ASSERT(EVP_DigestUpdate(of_thread, second.data(), second.size()) == 1);
  auto* const out = reinterpret_cast<unsigned char*>(digest.data());
  TREADLE_ASSERT(EVP_DigestFinal_ex(of_thread, out, &size) == 1 && size == digest.size());
  return digest;
}

}  // namespace

auto sha256(std::string_view message) -> Digest { return sha256_of_both(message, {}); }

// Steps 1 to 7 of RFC 2104, 2.
auto hmac_sha256(std::string_view key, std::string_view message) -> Digest {
  std::array<char, kBlockBytes> block{};
  if (key.size() > kBlockBytes) {
    auto const hashed = sha256(key);
    std::ranges::copy(bytes_of(hashed), block.begin());
  } else {
    std::ranges::copy(key, block.begin());
  }
  auto inner = block;
  auto outer = block;
  for (auto& c : inner) c = static_cast<char>(c ^ 0x36);
  for (auto& c : outer) c = static_cast<char>(c ^ 0x5C);
  auto const inner_digest = sha256_of_both({inner.data(), inner.size()}, message);
  auto const digest = sha256_of_both({outer.data(), outer.size()}, bytes_of(inner_digest));
  for (auto* secret : {&block, &inner, &outer}) OPENSSL_cleanse(secret->data(), secret->size());
  return digest;
}

auto bytes_of(Digest const& digest) -> std::string_view {
  return {reinterpret_cast<char const*>(digest.data()), digest.size()};
}

auto to_hex(std::string_view bytes) -> std::string {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text(2 * bytes.size(), '0');
  auto* at = text.data();
  for (char const c : bytes) {
    auto const byte = static_cast<unsigned char>(c);
    *at++ = kDigits[byte >> 4];
    *at++ = kDigits[byte & 0xFU];
  }
  return text;
}

auto to_hex(Digest const& digest) -> std::string { return to_hex(bytes_of(digest)); }

auto constant_time_equal(std::string_view a, std::string_view b) -> bool {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace treadle
