// Decisions: what the outside may ask about approvals. One implementation (the core); Slack, links,
// pages, the API and the command line are callers.
//
// A caller has found out who speaks (by a signature, a key) before it calls decide(); whether that
// one may decide is found out here. All is answered in words that may be shown to the approver.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "treadle/approvals/approval.h"
#include "treadle/approvals/settings.h"

namespace treadle::approvals {

// From where somebody looks or decides; for the audit log. Either may be empty.
struct Origin {
  std::string ip;          // without a port
  std::string user_agent;  // cut at 300 bytes
};

struct DecisionRequest {
  std::string approval_id;  // as it came in: may be anything
  Verdict verdict = Verdict::kReject;
  Approver approver;  // `authenticated` says how
  std::string via;    // "slack", "email", "page", "api", "cli"
  std::string comment;
  Origin origin;
  std::string named_by = {};  // what named the approval, where that was not its id: a task token
};

// It closed the approval: the execution goes on. Durable.
struct Decided {
  Approval approval;
};
// It counts, and more are needed. Durable. A second vote of an approver replaces the first.
struct Recorded {
  Approval approval;
  std::uint32_t given = 0;
  std::uint32_t needed = 0;
};
// Somebody else, or the API, was first. approval.decision has who, when and by what way.
struct AlreadyClosed {
  Approval approval;  // kApproved, kRejected, kStopped, kClosedByApi
};
struct TooLate {
  Approval approval;  // kTimedOut
};
struct NotAllowed {
  std::string why;  // a sentence for the approver: "You asked for this yourself."
};
struct Unknown {};  // no approval has that id
// The answer can't be had now (the store is failing, the server stops): try again.
struct Unavailable {};

using DecisionOutcome =
    std::variant<Decided, Recorded, AlreadyClosed, TooLate, NotAllowed, Unknown, Unavailable>;
using OnOutcome = std::move_only_function<void(DecisionOutcome)>;

// A sentence that says what came of it, for whoever clicked: "You approved this.", "Already approved
// by Kim Lee via email at 2026-11-27 14:02 UTC."
[[nodiscard]] auto outcome_sentence(DecisionOutcome const& outcome) -> std::string;

struct ListQuery {
  enum class Which : std::uint8_t { kPending, kClosed };
  Which which = Which::kPending;
  std::string state_machine_arn = {};  // empty: of all
  std::size_t limit = 50;              // 1 to 200
  std::string after = {};              // `next` of the page before
};
struct ListPage {
  std::vector<Approval> approvals;  // newest first: by opened_at, of closed ones by closed_at
  std::string
      next;  // empty: there is no more; a page may be short and have a next one all the same
};
enum class ListError : std::uint8_t { kBadPosition, kUnavailable };

// What an attempt that led to nothing was.
enum class Refused : std::uint8_t {
  kApproval,    // names no approval: made up, changed, cut
  kToken,       // a task token that is none of this server's
  kStaleToken,  // one whose task has ended
  kLink,
  kExpiredLink,
  kForm,       // no proof that it comes from a page of the same browser, or not what the page sends
  kSignature,  // Slack's, or an access key's
  kWorkspace,  // Slack's, that is not among the settings' teams
  kApprover,   // who may not decide this
  kLate,       // it was decided, or is over
  kBusy,       // more decisions on one approval than wait for one another
  kSignIn,     // with a key and a secret that do not belong together
};
// "approval", "token", "stale-token", "link", "expired-link", "form", "signature", "workspace",
// "approver", "late", "busy", "sign-in".
[[nodiscard]] auto refused_name(Refused what) -> std::string_view;

// An attempt that was refused, for the audit log. All texts may be anything, and are cut.
struct RefusedAttempt {
  Refused what = Refused::kApproval;
  std::string approval_id = {};
  std::string via;
  std::string why;
  std::string approver = {};  // who it said it was: an approver, or the id of an access key
  std::string tried = {};  // the link, token or signature: of it the beginning of its hash is kept
  Origin origin = {};
};

class Decisions {
 public:
  virtual ~Decisions() = default;

  // Decides, once and for all, atomically with what the execution does next. `done` is called once,
  // on any thread, perhaps before the call returns. Each call leaves a record in the audit log.
  // Any thread.
  virtual void decide(DecisionRequest request, OnOutcome done) = 0;

  // The approval as it is now; nullopt where no approval has that id or it can't be read. Reads the
  // store: microseconds to a millisecond. Any thread. find() leaves no trace; view() is for what a
  // person sees, and leaves a record in the audit log.
  [[nodiscard]] virtual auto find(std::string_view approval_id) -> std::optional<Approval> = 0;
  virtual auto view(std::string_view approval_id, Approver const& viewer, std::string_view via,
                    Origin const& origin) -> std::optional<Approval> = 0;

  // A page within a bounded time, whatever is open. Any thread.
  virtual auto list(ListQuery const& query) -> std::expected<ListPage, ListError> = 0;

  // Writes down an attempt that its caller refused before it came to decide(): a signature that is
  // wrong, a link that has expired. Bounded: beyond 100 at once and 10 a second attempts are counted,
  // and of each kind a record a second has their number. Any thread.
  virtual void note_refused(RefusedAttempt attempt) = 0;

  // Whether `approver` may decide `approval` now, or why not. decide() asks the same.
  [[nodiscard]] virtual auto may_decide(Approval const& approval, Approver const& approver) const
      -> std::expected<void, NotAllowed> = 0;

  // Settings in force. Any thread; the reference lives as long as this.
  [[nodiscard]] virtual auto settings() const -> Settings const& = 0;
};

}  // namespace treadle::approvals
