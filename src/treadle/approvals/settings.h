// Settings: what approvals.yaml says about approvals, beyond what a definition can say.
//
// All of it is optional: a state that no rule names is an approval that everybody who is let in may
// decide, is announced nowhere, and times out as the definition says. The format:
// docs/approvals.md.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "treadle/approvals/approval.h"

namespace treadle::approvals {

// Where an approval is announced. `address` is what `channel` makes of it: a Slack channel
// ("#orders", "C024BE91L"), an e-mail address.
struct Recipient {
  std::string channel;  // the name of a Channel: "slack", "email"
  std::string address;
  // Who reads there, as an approver's id; empty: a place where several do.
  std::string approver = {};
  friend auto operator==(Recipient const&, Recipient const&) -> bool = default;
};

// A point on the way from opening to expiry: a share of it in (0, 1), which needs an expiry, or a
// time since opening, unscaled.
using Moment = std::variant<double, std::chrono::seconds>;

// A label, and a reference path into the task's effective Parameters.
struct Field {
  std::string label;
  std::string path;  // "$.order.total"
  friend auto operator==(Field const&, Field const&) -> bool = default;
};

struct Escalation {
  Moment at;
  std::vector<AllowedApprover> approvers;  // may decide as well from then on
  std::vector<Recipient> recipients;       // are told then
};

enum class OnTimeout : std::uint8_t {
  kFail,  // as the definition says: States.Timeout
  kApprove,
  kReject,
};
enum class Rejection : std::uint8_t {
  kFailure,  // the task fails with Approval.Rejected
  kOutput,   // the task succeeds with {"approved": false, ...}
};

// What holds for the approvals of one state.
struct Rules {
  std::string title;          // "{$.path}" in it is replaced; empty: made from the state
  std::vector<Field> fields;  // empty: the scalars of the Parameters
  std::vector<AllowedApprover> approvers;  // empty: whoever is let in
  std::vector<Recipient> recipients;
  std::uint32_t quorum = 1;  // approvals it takes; the first rejection rejects
  std::vector<Moment> reminders;
  std::optional<Escalation> escalation;
  OnTimeout on_timeout = OnTimeout::kFail;
  // When kApprove or kReject is done; nullopt: shortly before the state's own time-out.
  std::optional<std::chrono::seconds> expires_after;
  std::string requester_path;  // where the Parameters say who asked; empty: they do not
  RequesterRule requester_rule = RequesterRule::kMayDecide;
  Rejection rejection = Rejection::kFailure;
};
using RulesPtr = std::shared_ptr<Rules const>;

// Whether the rules ask for more than what is done when somebody looks or decides: messages,
// something at a time, votes that go with the end.
[[nodiscard]] auto asks_for_attention(Rules const& rules) -> bool;

// One entry of approvals.yaml: the states it is about and their rules.
struct Entry {
  std::string machine;  // name; "*": any
  std::string state;    // name; "*": any
  RulesPtr rules;
  std::string written;  // "FILE:LINE:COLUMN"
};

// Never changed once made; any thread.
class Settings {
 public:
  Settings() = default;
  explicit Settings(std::vector<Entry> entries);

  // The rules of the first entry that names the machine and the state, "*" after names; nullptr
  // where there is none.
  [[nodiscard]] auto find(std::string_view machine, std::string_view state) const -> RulesPtr;
  [[nodiscard]] auto entries() const -> std::vector<Entry> const& { return entries_; }

 private:
  std::vector<Entry> entries_;
};

}  // namespace treadle::approvals
