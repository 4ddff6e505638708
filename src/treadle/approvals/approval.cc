#include "treadle/approvals/approval.h"

#include <fmt/format.h>

#include "treadle/net/http_message.h"

namespace treadle::approvals {

auto status_name(Status status) -> std::string_view {
  switch (status) {
    case Status::kPending: return "pending";
    case Status::kApproved: return "approved";
    case Status::kRejected: return "rejected";
    case Status::kTimedOut: return "timed-out";
    case Status::kStopped: return "stopped";
    case Status::kClosedByApi: return "closed-by-api";
  }
  return "pending";
}

auto verdict_name(Verdict verdict) -> std::string_view {
  return verdict == Verdict::kApprove ? "approve" : "reject";
}

auto read_verdict(std::string_view text) -> std::optional<Verdict> {
  if (text == "approve") return Verdict::kApprove;
  if (text == "reject") return Verdict::kReject;
  return std::nullopt;
}

auto is_known_as(AllowedApprover const& allowed, std::string_view identity) -> bool {
  if (identity.empty()) return false;
  auto const is_mail = [&](std::string_view address) {
    return address.contains('@') && net::equals_ignoring_case(address, identity);
  };
  return identity == allowed.id || identity == allowed.slack || is_mail(allowed.id) ||
         is_mail(allowed.email);
}

namespace {

auto minute_of(Timestamp t) -> std::string {
  auto const text = to_iso8601(t);  // 2026-11-27T14:02:11.000Z
  return text.substr(0, 10) + " " + text.substr(11, 5) + " UTC";
}

auto who(Approver const& approver) -> std::string_view {
  return approver.name.empty() ? approver.id : approver.name;
}

auto closed_text(Approval const& approval, std::string_view participle) -> std::string {
  auto text = std::string(participle);
  if (approval.decision) {
    auto const& d = *approval.decision;
    if (d.via == "timer")
      text += " automatically";
    else
      text += fmt::format(" by {} via {}", who(d.approver), d.via);
  }
  if (approval.closed_at) text += " at " + minute_of(*approval.closed_at);
  return text;
}

auto approvals_in(std::vector<Decision> const& votes) -> std::size_t {
  std::size_t count = 0;
  for (auto const& vote : votes) count += vote.verdict == Verdict::kApprove ? 1 : 0;
  return count;
}

}  // namespace

auto outcome_text(Approval const& approval) -> std::string {
  switch (approval.status) {
    case Status::kPending:
      if (approval.quorum <= 1) return "Waits for approval";
      return fmt::format("{} of {} approvals", approvals_in(approval.votes), approval.quorum);
    case Status::kApproved: return closed_text(approval, "Approved");
    case Status::kRejected: return closed_text(approval, "Rejected");
    case Status::kTimedOut: return closed_text(approval, "Timed out");
    case Status::kStopped: return closed_text(approval, "Stopped");
    case Status::kClosedByApi: return closed_text(approval, "Closed through the API");
  }
  return {};
}

}  // namespace treadle::approvals
