#include "treadle/approvals/decisions.h"

#include <fmt/format.h>

namespace treadle::approvals {
namespace {

auto with_small_first_letter(std::string text) -> std::string {
  if (!text.empty() && text.front() >= 'A' && text.front() <= 'Z')
    text.front() = static_cast<char>(text.front() - 'A' + 'a');
  return text;
}

struct Sentence {
  auto operator()(Decided const& o) const -> std::string { return outcome_text(o.approval) + "."; }
  auto operator()(Recorded const& o) const -> std::string {
    return fmt::format("Your vote is recorded: {} of {} approvals.", o.given, o.needed);
  }
  auto operator()(AlreadyClosed const& o) const -> std::string {
    return fmt::format("Already {}.", with_small_first_letter(outcome_text(o.approval)));
  }
  auto operator()(TooLate const& o) const -> std::string {
    return fmt::format("Too late: {}.", with_small_first_letter(outcome_text(o.approval)));
  }
  auto operator()(NotAllowed const& o) const -> std::string { return o.why; }
  auto operator()(Unknown const&) const -> std::string { return "There is no such approval."; }
  auto operator()(Unavailable const&) const -> std::string {
    return "The server can't take decisions just now. Try again.";
  }
};

}  // namespace

auto refused_name(Refused what) -> std::string_view {
  switch (what) {
    case Refused::kApproval: return "approval";
    case Refused::kToken: return "token";
    case Refused::kStaleToken: return "stale-token";
    case Refused::kLink: return "link";
    case Refused::kExpiredLink: return "expired-link";
    case Refused::kForm: return "form";
    case Refused::kSignature: return "signature";
    case Refused::kWorkspace: return "workspace";
    case Refused::kApprover: return "approver";
    case Refused::kLate: return "late";
    case Refused::kBusy: return "busy";
    case Refused::kSignIn: return "sign-in";
  }
  return "approval";
}

auto outcome_sentence(DecisionOutcome const& outcome) -> std::string {
  return std::visit(Sentence{}, outcome);
}

}  // namespace treadle::approvals
