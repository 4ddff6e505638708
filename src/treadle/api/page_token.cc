#include "treadle/api/page_token.h"

#include <charconv>

#include <fmt/format.h>

#include "treadle/base/base64.h"
#include "treadle/base/hmac.h"

namespace treadle::api {
namespace {

constexpr std::size_t kMacBytes = 16;
constexpr auto kLifetime = std::chrono::hours(24);

auto mac(PageSeal const& seal, std::string_view purpose, std::string_view body) -> std::string {
  auto const digest =
      hmac_sha256({reinterpret_cast<char const*>(seal.secret.data()), seal.secret.size()},
                  fmt::format("page-token/{}/{}", purpose, body));
  return std::string(bytes_of(digest).substr(0, kMacBytes));
}

auto invalid() -> std::unexpected<ApiError> {
  return std::unexpected(ApiError{"InvalidToken", "Invalid Token: 'Invalid token'"});
}

}  // namespace

auto make_page_token(PageSeal const& seal, std::string_view purpose, std::string_view position)
    -> std::string {
  auto const body = fmt::format("{}:{}", seal.now.time_since_epoch().count(), position);
  return base64_encode(mac(seal, purpose, body) + body, Base64::kUrlSafe);
}

auto read_page_token(PageSeal const& seal, std::string_view purpose, std::string_view token)
    -> std::expected<std::string, ApiError> {
  auto const bytes = base64_decode(token, Base64::kUrlSafe);
  if (!bytes || bytes->size() < kMacBytes) return invalid();
  auto const body = std::string_view(*bytes).substr(kMacBytes);
  if (!constant_time_equal(mac(seal, purpose, body), std::string_view(*bytes).substr(0, kMacBytes)))
    return invalid();
  auto const colon = body.find(':');
  std::int64_t made_at = 0;
  std::from_chars(body.data(), body.data() + colon, made_at);
  if (seal.now - Timestamp{Milliseconds{made_at}} > kLifetime) return invalid();
  return std::string(body.substr(colon + 1));
}

}  // namespace treadle::api
