#include "treadle/runtime/tokens.h"

#include "treadle/base/base64.h"
#include "treadle/base/hmac.h"

namespace treadle::runtime {
namespace {

constexpr std::size_t kBodyBytes = 1 + 16 + 4 + 4;
constexpr std::size_t kMacBytes = 24;
// What every token begins with: a '-' there would be an option to command lines.
constexpr char kFirst = 'T';

auto body_of(TokenTarget const& target) -> std::string {
  auto out = approval_key(target.place, target.scheduled);
  for (int shift = 24; shift >= 0; shift -= 8)
    out.push_back(static_cast<char>(target.redrive_count >> shift));
  return out;
}

auto mac(store::Secret const& secret, std::string_view purpose, std::string_view body)
    -> std::string {
  std::string message(purpose);
  message += body;
  auto const digest =
      hmac_sha256({reinterpret_cast<char const*>(secret.data()), secret.size()}, message);
  return std::string(bytes_of(digest).substr(0, kMacBytes));
}

auto number_at(std::string_view bytes, std::size_t at) -> std::uint32_t {
  std::uint32_t value = 0;
  for (std::size_t i = at; i < at + 4; ++i)
    value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return value;
}

}  // namespace

auto make_task_token(store::Secret const& secret, TokenTarget const& target) -> std::string {
  auto const body = body_of(target);
  return kFirst + base64_encode(body + mac(secret, "task-token", body), Base64::kUrlSafe);
}

auto read_task_token(store::Secret const& secret, std::string_view token)
    -> std::optional<TokenTarget> {
  if (!token.starts_with(kFirst)) return std::nullopt;
  auto const bytes = base64_decode(token.substr(1), Base64::kUrlSafe);
  if (!bytes || bytes->size() != kBodyBytes + kMacBytes) return std::nullopt;
  auto const body = std::string_view(*bytes).substr(0, kBodyBytes);
  if (!constant_time_equal(mac(secret, "task-token", body),
                           std::string_view(*bytes).substr(kBodyBytes)))
    return std::nullopt;
  return TokenTarget{.place = *read_place(body.substr(0, 17)),
                     .scheduled = number_at(body, 17),
                     .redrive_count = number_at(body, 21)};
}

auto make_idempotency_key(store::Secret const& secret, TokenTarget const& target) -> std::string {
  return base64_encode(mac(secret, "idempotency-key", body_of(target)), Base64::kUrlSafe);
}

}  // namespace treadle::runtime
