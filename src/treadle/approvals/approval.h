// Approval: a task that waits for its token, as people see it, and what was decided about it.
//
// Every open task of the pattern .waitForTaskToken is an approval. Nothing of what is here is kept
// while it waits: it is made from the execution's journal and the settings when somebody looks.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "treadle/base/time.h"
#include "treadle/runtime/rows.h"

namespace treadle::approvals {

enum class Status : std::uint8_t {
  kPending,
  kApproved,     // decided here
  kRejected,     // decided here
  kTimedOut,     // the state's own time-out or heartbeat came first
  kStopped,      // its execution was stopped or ended otherwise, a sibling failed
  kClosedByApi,  // SendTaskSuccess or SendTaskFailure by whoever has the token
};
// "pending", "approved", "rejected", "timed-out", "stopped", "closed-by-api".
[[nodiscard]] auto status_name(Status status) -> std::string_view;

enum class Verdict : std::uint8_t { kApprove, kReject };
// "approve", "reject".
[[nodiscard]] auto verdict_name(Verdict verdict) -> std::string_view;
// Exactly "approve" or "reject"; nullopt for everything else: nothing is taken for consent that is
// not.
[[nodiscard]] auto read_verdict(std::string_view text) -> std::optional<Verdict>;

// One line of what is to be decided on. `value` is plain text (never markup), at most 1,000
// characters; strings are shown as they are, other JSON values as JSON. Who shows it escapes it.
struct Fact {
  std::string label;
  std::string value;
  friend auto operator==(Fact const&, Fact const&) -> bool = default;
};

// One who may decide.
struct AllowedApprover {
  std::string id;          // an e-mail address, or a name
  std::string name = {};   // to be shown; empty: the id
  std::string email = {};  // empty: the id, where that is an e-mail address
  std::string slack = {};  // the Slack user's id ("U024BE7LH"); empty: found by e-mail
  friend auto operator==(AllowedApprover const&, AllowedApprover const&) -> bool = default;
};
// Whether `identity` is the id, the e-mail address (letter case aside) or the Slack id.
[[nodiscard]] auto is_known_as(AllowedApprover const& allowed, std::string_view identity) -> bool;

// Who decides. The core puts the id of the AllowedApprover in the place of `id` where one is meant,
// so that a person counts once whatever way they come.
struct Approver {
  std::string id;                   // the best identity known: an e-mail address, else a name
  std::string name = {};            // to be shown; empty: the id
  std::vector<std::string> also{};  // other identities that were proven as well: Slack user id
  std::string authenticated = {};   // how it is known who that is: "slack-signature",
                                    // "signed-link", "access-key AKIA...", "none"
  friend auto operator==(Approver const&, Approver const&) -> bool = default;
};

enum class RequesterRule : std::uint8_t { kMayDecide, kMayNotDecide };

struct Decision {
  Verdict verdict = Verdict::kReject;
  Approver approver;
  std::string via;      // "slack", "email", "page", "api", "cli", "timer" (automatic)
  std::string comment;  // plain text, at most 2,000 characters; may be empty
  Timestamp decided_at;
  friend auto operator==(Decision const&, Decision const&) -> bool = default;
};

struct Approval {
  // Names the approval to the outside: "A" and 44 characters of base64url. Carries a MAC, so that
  // none can be made up or changed into another's; it gives no right to decide.
  std::string id;
  Status status = Status::kPending;
  std::string title;        // one line, at most 150 characters
  std::vector<Fact> facts;  // at most 20
  std::string state_machine_arn;
  std::string state_machine_name;
  std::string execution_arn;
  std::string execution_name;
  std::string state_name;
  Timestamp opened_at;
  // When it closes by itself: the state's TimeoutSeconds or the settings', what comes first.
  std::optional<Timestamp> expires_at;
  std::optional<std::string> requester;  // as an approver's id
  RequesterRule requester_rule = RequesterRule::kMayDecide;
  // SHA-256 in hex of the task's effective Parameters at the time of the request: what is decided on
  // can't change between view and click.
  std::string request_hash;

  // The votes so far, oldest first, one an approver (none where one decides alone), and
  // how many approvals it takes.
  std::vector<Decision> votes;
  std::uint32_t quorum = 1;
  // Who may decide now; empty: whoever is let in.
  std::vector<AllowedApprover> approvers;

  // Once it is not pending. `decision` is that which closed it: of kApproved and kRejected always,
  // else absent.
  std::optional<Timestamp> closed_at;
  std::optional<Decision> decision;

  // Where it waits: for this module and the runtime alone, never shown.
  runtime::ApprovalKey task;
};

// How it ended, in words to show beside the title: "Approved by Kim Lee via slack at 2026-11-27
// 14:02 UTC", "Timed out at ...", "Closed through the API at ...". While pending: "Waits for
// approval", or "1 of 2 approvals".
[[nodiscard]] auto outcome_text(Approval const& approval) -> std::string;

}  // namespace treadle::approvals
