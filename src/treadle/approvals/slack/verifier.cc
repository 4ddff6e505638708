#include "treadle/approvals/slack/verifier.h"

#include <charconv>
#include <chrono>

#include <fmt/format.h>

#include "treadle/base/assert.h"
#include "treadle/base/hmac.h"

namespace treadle::approvals::slack {
namespace {

using namespace std::chrono_literals;

constexpr auto kSkewMax = 300s;
constexpr auto kRemembered = 10min;

// The only field of that name.
auto only(net::Headers const& headers, std::string_view name) -> std::optional<std::string_view> {
  return headers.count(name) == 1 ? headers.find(name) : std::nullopt;
}

auto to_time(std::string_view seconds) -> std::optional<Timestamp> {
  std::int64_t value = 0;
  auto const* const end = seconds.data() + seconds.size();
  auto const [stop, error] = std::from_chars(seconds.data(), end, value);
  if (error != std::errc() || stop != end || value < 0 || value > 99'999'999'999)
    return std::nullopt;
  return Timestamp(std::chrono::seconds(value));
}

}  // namespace

auto text_of(Fault fault) -> std::string_view {
  switch (fault) {
    case Fault::kUnsigned: return "The request carries no Slack signature.";
    case Fault::kStale: return "The request was signed more than five minutes ago.";
    case Fault::kForged: return "The request was not signed with this app's signing secret.";
    case Fault::kReplayed: return "The request was received before.";
    case Fault::kTooMany: return "Too many requests; try again in some minutes.";
  }
  return {};
}

auto sign_request(std::string_view secret, std::string_view timestamp, std::string_view body)
    -> std::string {
  return "v0=" + to_hex(hmac_sha256(secret, fmt::format("v0:{}:{}", timestamp, body)));
}

Verifier::Verifier(std::string secret) : secret_(std::move(secret)) {
  TREADLE_ASSERT(!secret_.empty());
}

auto Verifier::check(net::Headers const& headers, std::string_view body, Timestamp now)
    -> std::optional<Fault> {
  auto const timestamp = only(headers, "x-slack-request-timestamp");
  auto const signature = only(headers, "x-slack-signature");
  if (!timestamp || !signature) return Fault::kUnsigned;
  auto const signed_at = to_time(*timestamp);
  if (!signed_at) return Fault::kUnsigned;
  if (*signed_at < now - kSkewMax || *signed_at > now + kSkewMax) return Fault::kStale;
  auto expected = sign_request(secret_, *timestamp, body);
  if (!constant_time_equal(expected, *signature)) return Fault::kForged;
  return remember(std::move(expected), now);
}

auto Verifier::remember(std::string signature, Timestamp now) -> std::optional<Fault> {
  std::lock_guard const lock(mutex_);
  while (!by_time_.empty() && by_time_.begin()->first < now - kRemembered) {
    seen_.erase(by_time_.begin()->second);
    by_time_.erase(by_time_.begin());
  }
  if (seen_.contains(signature)) return Fault::kReplayed;
  if (seen_.size() >= kRememberedMax) return Fault::kTooMany;
  seen_.insert(signature);
  by_time_.emplace(now, std::move(signature));
  return std::nullopt;
}

}  // namespace treadle::approvals::slack
