#include "treadle/approvals/pages/form_nonce.h"

#include <charconv>
#include <chrono>

#include <fmt/format.h>

#include "treadle/base/base64.h"
#include "treadle/base/hmac.h"

namespace treadle::approvals::pages {
namespace {

constexpr std::string_view kCookie = "treadle-form";
constexpr auto kGood = std::chrono::minutes(60);

auto minutes_of(Timestamp time) -> std::int64_t {
  return std::chrono::floor<std::chrono::minutes>(time).time_since_epoch().count();
}

// The cookie of that name, if it is one that this server may have set.
auto cookie_of(net::Headers const& request) -> std::optional<std::string_view> {
  for (auto const& [name, value] : request) {
    if (!net::equals_ignoring_case(name, "cookie")) continue;
    auto rest = value;
    while (!rest.empty()) {
      auto pair = rest.substr(0, rest.find(';'));
      rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
      while (pair.starts_with(' ')) pair.remove_prefix(1);
      auto const equals = pair.find('=');
      if (pair.substr(0, equals) != kCookie || equals == std::string_view::npos) continue;
      auto const bytes = base64_decode(pair.substr(equals + 1), Base64::kUrlSafe);
      if (bytes && bytes->size() == 16) return pair.substr(equals + 1);
    }
  }
  return std::nullopt;
}

auto draw_cookie(Random& random) -> std::string {
  std::string bytes;
  for (int half = 0; half < 2; ++half) {
    auto const word = random.next_u64();
    for (unsigned shift = 0; shift < 64; shift += 8)
      bytes += static_cast<char>(static_cast<std::uint8_t>(word >> shift));
  }
  return base64_encode(bytes, Base64::kUrlSafe);
}

}  // namespace

FormNonces::FormNonces(std::string_view secret, Random& random)
    : key_(bytes_of(hmac_sha256(secret, "treadle approval forms"))), random_(random) {}

auto FormNonces::mac(std::string_view cookie, std::string_view path, std::string_view minute) const
    -> std::string {
  auto const whole = hmac_sha256(key_, fmt::format("{}\n{}\n{}", minute, cookie, path));
  return base64_encode(bytes_of(whole).substr(0, 24), Base64::kUrlSafe);
}

auto FormNonces::issue(net::Headers const& request, std::string_view path, Transport transport,
                       Timestamp now) -> Issued {
  auto const known = cookie_of(request);
  auto const cookie = known ? std::string(*known) : draw_cookie(random_);
  auto const minute = std::to_string(minutes_of(now));
  return {.form_value = minute + "." + mac(cookie, path, minute),
          .set_cookie = fmt::format("{}={}; Path={}; Max-Age={}; HttpOnly; SameSite=Strict{}",
                                    kCookie, cookie, path, std::chrono::seconds(kGood).count(),
                                    transport == Transport::kTls ? "; Secure" : "")};
}

auto FormNonces::check(net::Headers const& request, std::string_view path,
                       std::string_view form_value, Timestamp now) const -> bool {
  auto const cookie = cookie_of(request);
  auto const dot = form_value.find('.');
  if (!cookie || dot == std::string_view::npos) return false;
  auto const minute = form_value.substr(0, dot);
  if (!constant_time_equal(mac(*cookie, path, minute), form_value.substr(dot + 1))) return false;
  std::int64_t issued = 0;
  std::from_chars(minute.data(), minute.data() + minute.size(), issued);
  return issued <= minutes_of(now) && issued + kGood.count() >= minutes_of(now);
}

}  // namespace treadle::approvals::pages
