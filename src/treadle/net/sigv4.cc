#include "treadle/net/sigv4.h"

#include <algorithm>

#include <fmt/format.h>

#include "treadle/net/canonical_request.h"
#include "treadle/net/uri.h"

namespace treadle::net {
namespace {

// Fields that proxies and clients may change after signing.
auto may_change_on_the_way(std::string_view lower_name) -> bool {
  std::string_view constexpr kNames[] = {"authorization",  "connection", "content-length",
                                         "expect",         "user-agent", "transfer-encoding",
                                         "x-amzn-trace-id"};
  return std::ranges::find(kNames, lower_name) != std::end(kNames);
}

auto names_to_sign(Headers const& headers) -> std::vector<std::string> {
  auto names = std::vector<std::string>();
  for (auto const& field : headers) {
    auto name = to_lower(field.name);
    if (!may_change_on_the_way(name)) names.push_back(std::move(name));
  }
  std::ranges::sort(names);
  auto const repeated = std::ranges::unique(names);
  names.erase(repeated.begin(), repeated.end());
  return names;
}

}  // namespace

auto to_amz_date(Timestamp time) -> std::string {
  auto const day = std::chrono::floor<std::chrono::days>(time);
  auto const date = std::chrono::year_month_day(day);
  auto const clock = std::chrono::hh_mm_ss(std::chrono::floor<std::chrono::seconds>(time - day));
  return fmt::format("{:04}{:02}{:02}T{:02}{:02}{:02}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

void sign(SigningInput const& input, Headers& headers, Credentials const& credentials,
          SigningScope const& scope, Timestamp now) {
  auto const is_s3 = scope.service == "s3";
  auto const amz_date = to_amz_date(now);
  auto const day = amz_date.substr(0, 8);
  auto const body_hash = to_hex(sha256(input.body));
  headers.remove("Authorization");
  headers.set("X-Amz-Date", amz_date);
  if (!credentials.session_token.empty()) {
    headers.set("X-Amz-Security-Token", credentials.session_token);
  }
  if (is_s3) headers.set("X-Amz-Content-Sha256", body_hash);
  auto const names = names_to_sign(headers);
  auto const canonical =
      canonical_request({input.method, input.target, headers, names, body_hash, is_s3});
  auto const scope_text = credential_scope(day, scope);
  auto const key = signing_key(credentials.secret_access_key, day, scope);
  headers.add("Authorization",
              fmt::format("AWS4-HMAC-SHA256 Credential={}/{}, SignedHeaders={}, Signature={}",
                          credentials.access_key_id, scope_text, join_names(names),
                          signature(key, amz_date, scope_text, canonical)));
}

auto presigned_target(SigningInput const& input, Headers const& headers,
                      Credentials const& credentials, SigningScope const& scope, Timestamp now,
                      std::chrono::seconds life) -> std::string {
  auto const amz_date = to_amz_date(now);
  auto const day = amz_date.substr(0, 8);
  auto const scope_text = credential_scope(day, scope);
  auto const names = names_to_sign(headers);
  auto target = std::string(input.target);
  target += target.contains('?') ? '&' : '?';
  target += fmt::format(
      "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={}&X-Amz-Date={}&X-Amz-Expires={}"
      "&X-Amz-SignedHeaders={}",
      percent_encode(credentials.access_key_id + '/' + scope_text), amz_date, life.count(),
      percent_encode(join_names(names)));
  if (!credentials.session_token.empty())
    target += "&X-Amz-Security-Token=" + percent_encode(credentials.session_token);
  auto const canonical = canonical_request(
      {input.method, target, headers, names, to_hex(sha256(input.body)), scope.service == "s3"});
  auto const key = signing_key(credentials.secret_access_key, day, scope);
  return target + "&X-Amz-Signature=" + signature(key, amz_date, scope_text, canonical);
}

}  // namespace treadle::net
