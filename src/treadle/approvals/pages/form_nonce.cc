#include "treadle/approvals/pages/form_nonce.h"

#include <charconv>
#include <chrono>

#include <fmt/format.h>

#include "treadle/approvals/pages/cookies.h"
#include "treadle/base/base64.h"
#include "treadle/base/hmac.h"

namespace treadle::approvals::pages {
namespace {

constexpr std::string_view kCookie = "treadle-form";
constexpr auto kGood = std::chrono::minutes(60);

auto minutes_of(Timestamp time) -> std::int64_t {
  return std::chrono::floor<std::chrono::minutes>(time).time_since_epoch().count();
}

// The cookie, if it is one that this server may have set.
auto cookie_of(net::Headers const& request) -> std::optional<std::string_view> {
  for (auto const value : cookies_named(request, kCookie)) {
    auto const bytes = base64_decode(value, Base64::kUrlSafe);
    if (bytes && bytes->size() == 16) return value;
  }
  return std::nullopt;
}

}  // namespace

FormNonces::FormNonces(std::string_view secret, Random& random)
    : key_(bytes_of(hmac_sha256(secret, "treadle approval forms"))), random_(random) {}

auto FormNonces::mac(std::string_view cookie, std::string_view purpose,
                     std::string_view minute) const -> std::string {
  auto const whole = hmac_sha256(key_, fmt::format("{}\n{}\n{}", minute, cookie, purpose));
  return base64_encode(bytes_of(whole).substr(0, 24), Base64::kUrlSafe);
}

auto FormNonces::cookie_for(net::Headers const& request) -> std::string {
  auto const known = cookie_of(request);
  return known ? std::string(*known) : draw_token(random_);
}

auto FormNonces::set_cookie(std::string_view cookie, std::string_view path, Transport transport)
    -> std::string {
  return fmt::format("{}={}; Path={}; Max-Age={}; HttpOnly; SameSite=Strict{}", kCookie, cookie,
                     path, std::chrono::seconds(kGood).count(),
                     transport == Transport::kTls ? "; Secure" : "");
}

auto FormNonces::form_value(std::string_view cookie, std::string_view purpose, Timestamp now) const
    -> std::string {
  auto const minute = std::to_string(minutes_of(now));
  return minute + "." + mac(cookie, purpose, minute);
}

auto FormNonces::check(net::Headers const& request, std::string_view purpose,
                       std::string_view form_value, Timestamp now) const -> bool {
  auto const cookie = cookie_of(request);
  auto const dot = form_value.find('.');
  if (!cookie || dot == std::string_view::npos) return false;
  auto const minute = form_value.substr(0, dot);
  if (!constant_time_equal(mac(*cookie, purpose, minute), form_value.substr(dot + 1))) return false;
  std::int64_t issued = 0;
  std::from_chars(minute.data(), minute.data() + minute.size(), issued);
  return issued <= minutes_of(now) && issued + kGood.count() >= minutes_of(now);
}

}  // namespace treadle::approvals::pages
