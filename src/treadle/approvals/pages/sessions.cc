#include "treadle/approvals/pages/sessions.h"

#include <charconv>

#include <fmt/format.h>

#include "treadle/approvals/pages/cookies.h"
#include "treadle/base/base64.h"
#include "treadle/base/hmac.h"

namespace treadle::approvals::pages {
namespace {

constexpr std::string_view kCookie = "treadle-session";
constexpr std::string_view kPath = "/approvals";
constexpr std::size_t kCookieBytesMax = 512;

// "KEY.BEGAN.CHANCE.MAC": the key's id in base64url, milliseconds, and what makes each its own.
struct Parts {
  std::string_view key;
  std::string_view began;
  std::string_view signed_part;  // all but the MAC
  std::string_view mac;
};
auto split(std::string_view cookie) -> std::optional<Parts> {
  auto const first = cookie.find('.');
  auto const second = first == std::string_view::npos ? first : cookie.find('.', first + 1);
  auto const last = cookie.rfind('.');
  if (second == std::string_view::npos || last <= second) return std::nullopt;
  return Parts{.key = cookie.substr(0, first),
               .began = cookie.substr(first + 1, second - first - 1),
               .signed_part = cookie.substr(0, last),
               .mac = cookie.substr(last + 1)};
}

}  // namespace

Sessions::Sessions(std::string_view store_secret, KeyHolders const& keys, SessionLog const& log,
                   Clock const& clock, Random& random)
    : key_(bytes_of(hmac_sha256(store_secret, "treadle approval sessions"))),
      keys_(keys),
      log_(log),
      clock_(clock),
      random_(random) {}

auto Sessions::mac(net::AccessKey const& key, std::string_view what) const -> std::string {
  auto const of_key = hmac_sha256(key_, key.secret);
  auto const whole = hmac_sha256(bytes_of(of_key), what);
  return base64_encode(bytes_of(whole), Base64::kUrlSafe);
}

auto Sessions::open(net::AccessKey const& key, FormNonces::Transport transport) const
    -> std::string {
  auto const what = fmt::format("{}.{}.{}", base64_encode(key.id, Base64::kUrlSafe),
                                clock_.now().time_since_epoch().count(), draw_token(random_));
  return fmt::format("{}={}.{}; Path={}; Max-Age={}; HttpOnly; SameSite=Strict{}", kCookie, what,
                     mac(key, what), kPath, std::chrono::seconds(kLife).count(),
                     transport == FormNonces::Transport::kTls ? "; Secure" : "");
}

auto Sessions::clear() -> std::string {
  return fmt::format("{}=; Path={}; Max-Age=0; HttpOnly; SameSite=Strict", kCookie, kPath);
}

auto Sessions::read(std::string_view cookie) const -> net::AccessKey const* {
  if (cookie.size() > kCookieBytesMax) return nullptr;
  auto const parts = split(cookie);
  auto const key_id = parts ? base64_decode(parts->key, Base64::kUrlSafe) : std::nullopt;
  auto const* const key = key_id ? keys_.find(*key_id) : nullptr;
  if (key == nullptr || !constant_time_equal(mac(*key, parts->signed_part), parts->mac))
    return nullptr;
  std::int64_t milliseconds = 0;
  std::from_chars(parts->began.data(), parts->began.data() + parts->began.size(), milliseconds);
  Timestamp const began{Milliseconds{milliseconds}};
  auto const now = clock_.now();
  if (began + kLife <= now || began > now || began <= log_.over_until(key->id)) return nullptr;
  return may_sign_in(*key) ? key : nullptr;
}

auto Sessions::find(net::Headers const& request) const -> net::AccessKey const* {
  for (auto const cookie : cookies_named(request, kCookie))
    if (auto const* const key = read(cookie)) return key;
  return nullptr;
}

}  // namespace treadle::approvals::pages
