#include "treadle/approvals/refusals.h"

#include <algorithm>

#include "treadle/base/hmac.h"
#include "treadle/base/utf8.h"

namespace treadle::approvals {
namespace {

constexpr double kAllowanceMax = 100;
constexpr double kAllowancePerSecond = 10;
constexpr auto kSpan = std::chrono::seconds(1);
constexpr std::size_t kIdBytes = 100;
constexpr std::size_t kTextBytes = 300;
constexpr std::size_t kTriedMax = 8;  // hashes that a record of many lists
constexpr std::size_t kHashChars =
    16;  // of a hash in hex: names what was tried, and gives nothing away

auto cut(std::string const& text, std::size_t bytes) -> std::string {
  return utf8::is_valid(text) ? std::string(utf8::truncate(text, bytes)) : "(no UTF-8)";
}

// What the hash is of: the proof itself, else the name of what it was tried on.
auto proof_of(RefusedAttempt const& attempt) -> std::string const& {
  if (!attempt.tried.empty()) return attempt.tried;
  return attempt.approval_id.empty() ? attempt.approver : attempt.approval_id;
}

auto hash_start(Digest const& digest) -> std::string {
  return to_hex(digest).substr(0, kHashChars);
}

auto one_kind(Refused what) -> std::string_view {
  return what == Refused::kSignIn ? "session.refused" : "approval.refused";
}
auto many_kind(Refused what) -> std::string_view {
  return what == Refused::kSignIn ? "session.refused-more" : "approval.refused-more";
}

}  // namespace

auto Refusals::takes_from_allowance(Timestamp now) -> bool {
  if (allowance_at_ == Timestamp{}) allowance_ = kAllowanceMax;
  // A clock that was set back gives nothing.
  auto const passed = std::max(now - allowance_at_, Milliseconds{0});
  allowance_ = std::min(kAllowanceMax, allowance_ + static_cast<double>(passed.count()) / 1'000.0 *
                                                        kAllowancePerSecond);
  allowance_at_ = now;
  if (allowance_ < 1) return false;
  allowance_ -= 1;
  return true;
}

void Refusals::note(RefusedAttempt const& attempt) {
  auto const now = office_.clock.now();
  if (now - counted_since_ >= kSpan || now < counted_since_) flush();
  if (takes_from_allowance(now))
    write(attempt);
  else
    count(attempt, now);
}

void Refusals::write(RefusedAttempt const& attempt) {
  json::ObjectWriter details;
  details.text("what", refused_name(attempt.what));
  if (attempt.what != Refused::kSignIn)
    details.text("approval", cut(attempt.approval_id, kIdBytes));
  details.text("why", cut(attempt.why, kTextBytes)).text("via", cut(attempt.via, kIdBytes));
  auto const& origin = attempt.origin;
  if (!attempt.approver.empty())
    details.text(attempt.what == Refused::kSignIn ? "accessKey" : "approver",
                 cut(attempt.approver, kTextBytes));
  if (!attempt.tried.empty()) details.text("tried", hash_start(sha256(attempt.tried)));
  if (!origin.ip.empty()) details.text("ip", cut(origin.ip, kIdBytes));
  if (!origin.user_agent.empty()) details.text("userAgent", cut(origin.user_agent, kTextBytes));
  store::Batch batch;
  office_.audit.add(batch, one_kind(attempt.what), std::move(details));
  office_.submit(std::move(batch), [] {});
}

void Refusals::count(RefusedAttempt const& attempt, Timestamp now) {
  if (groups_.empty()) counted_since_ = now;
  auto& group = groups_[{attempt.what, attempt.via}];
  if (group.count++ == 0) {
    group.first_at = now;
    group.why = cut(attempt.why, kTextBytes);
    group.first_ip = cut(attempt.origin.ip, kIdBytes);
  }
  group.last_at = now;
  group.last_ip = cut(attempt.origin.ip, kIdBytes);
  auto const hash = sha256(proof_of(attempt));
  if (group.tried.size() < kTriedMax) group.tried.push_back(hash_start(hash));
  group.digest = bytes_of(sha256(group.digest + std::string(bytes_of(hash))));
  if (is_armed_) return;
  is_armed_ = true;
  office_.loop
      .run_after(kSpan,
                 [this] {
                   is_armed_ = false;
                   flush();
                 })
      .detach();
}

void Refusals::flush() {
  if (groups_.empty()) return;
  store::Batch batch;
  for (auto const& [key, group] : std::exchange(groups_, {})) {
    std::string tried;
    for (auto const& hash : group.tried) tried += (tried.empty() ? "\"" : ",\"") + hash + '"';
    json::ObjectWriter details;
    details.text("what", refused_name(key.first))
        .text("via", cut(key.second, kIdBytes))
        .number("count", group.count)
        .text("why", group.why)
        .text("firstAt", to_iso8601(group.first_at))
        .text("lastAt", to_iso8601(group.last_at))
        .text("firstIp", group.first_ip)
        .text("lastIp", group.last_ip)
        .raw("tried", "[" + tried + "]")
        .text("triedHash", to_hex(group.digest));
    office_.audit.add(batch, many_kind(key.first), std::move(details));
  }
  office_.submit(std::move(batch), [] {});
}

}  // namespace treadle::approvals
