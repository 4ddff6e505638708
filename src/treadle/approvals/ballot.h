// Ballot: decisions, one after the other for each approval.
//
// The execution's partition says which decision is the first: the answer and its receipt are one
// batch there. Here votes are counted, and who may decide is looked up.
#pragma once

#include <deque>
#include <map>
#include <string>

#include "treadle/approvals/decisions.h"
#include "treadle/approvals/office.h"
#include "treadle/approvals/refusals.h"

namespace treadle::approvals {

// Whether `approver` may decide; on success the id that counts: that of the AllowedApprover.
[[nodiscard]] auto allowed_as(Approval const& approval, Approver const& approver)
    -> std::expected<Approver, NotAllowed>;

// Belongs to the office's loop.
class Ballot {
 public:
  // `on_vote` is told of votes that did not decide yet, for their batch.
  Ballot(Office& office, Refusals& refusals,
         std::function<void(store::Batch&, Approval const&)> on_vote)
      : office_(office), refusals_(refusals), on_vote_(std::move(on_vote)) {}

  void decide(DecisionRequest request, OnOutcome done);
  // Decides because the time has come, unless somebody has; `done` once that is over.
  void decide_by_time(runtime::ApprovalKey const& task, Verdict verdict, net::Task done);

 private:
  struct Paper {
    runtime::ApprovalKey task;
    DecisionRequest request;
    OnOutcome done;
    bool by_time = false;
  };
  void queue(Paper paper);
  void take_up(Paper paper);
  void vote(Paper paper, Described const& described, Decision const& decision);
  void close(Paper paper, Described described, Decision const& decision);
  void closed(Paper paper, Described described, Decision const& decision,
              runtime::Answer<void> const& answer);
  // Ends with one paper of the approval and goes on with the next.
  void end(Paper& paper, DecisionOutcome outcome);
  void refuse(Paper& paper, DecisionOutcome outcome);
  // Puts down that it led to nothing, unless it is the decision of time.
  void note(Paper const& paper, Refused what, std::string why);

  Office& office_;
  Refusals& refusals_;
  std::function<void(store::Batch&, Approval const&)> on_vote_;
  // Of every approval that is being decided on: who comes next.
  std::map<std::string, std::deque<Paper>> next_;
};

}  // namespace treadle::approvals
