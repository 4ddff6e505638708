#include "treadle/approvals/ballot.h"

#include <algorithm>

#include <fmt/format.h>

#include "treadle/approvals/approval_id.h"
#include "treadle/approvals/decision_json.h"
#include "treadle/base/utf8.h"
#include "treadle/runtime/tokens.h"

namespace treadle::approvals {
namespace {

constexpr std::size_t kCommentBytes = 2'000;
constexpr std::size_t kNextMax = 100;  // decisions on one approval that wait for one another
constexpr std::string_view kRejected = "Approval.Rejected";

auto is_known(AllowedApprover const& allowed, Approver const& approver) -> bool {
  return is_known_as(allowed, approver.id) ||
         std::ranges::any_of(approver.also,
                             [&](auto const& other) { return is_known_as(allowed, other); });
}

// Whether the two are one person, as far as it is known.
auto is_requester(std::string const& requester, Approver const& approver,
                  AllowedApprover const* allowed) -> bool {
  if (is_known({.id = requester}, approver)) return true;
  return allowed != nullptr &&
         (is_known_as(*allowed, requester) || is_known_as({.id = requester}, allowed->email));
}

auto approvals_in(std::vector<Decision> const& votes) -> std::uint32_t {
  return static_cast<std::uint32_t>(
      std::ranges::count(votes, Verdict::kApprove, &Decision::verdict));
}

void add_vote(std::vector<Decision>& votes, Decision const& vote) {
  std::erase_if(votes, [&](auto const& v) { return v.approver.id == vote.approver.id; });
  votes.push_back(vote);
}

auto ended_as(Approval approval) -> DecisionOutcome {
  if (approval.status == Status::kTimedOut) return TooLate{std::move(approval)};
  return AlreadyClosed{std::move(approval)};
}

auto clean_comment(std::string const& comment) -> std::string {
  return utf8::is_valid(comment) ? std::string(utf8::truncate(comment, kCommentBytes))
                                 : std::string();
}

}  // namespace

auto allowed_as(Approval const& approval, Approver const& approver)
    -> std::expected<Approver, NotAllowed> {
  if (approver.id.empty()) return std::unexpected(NotAllowed{"It is not known who you are."});
  auto const allowed = std::ranges::find_if(
      approval.approvers, [&](auto const& one) { return is_known(one, approver); });
  bool const is_listed = allowed != approval.approvers.end();
  if (!approval.approvers.empty() && !is_listed)
    return std::unexpected(
        NotAllowed{fmt::format("{} is not among those who may decide this.", approver.id)});
  if (approval.requester_rule == RequesterRule::kMayNotDecide) {
    if (!approval.requester)
      return std::unexpected(NotAllowed{
          "Whoever asked for this may not decide it, and the request does not say who that is."});
    if (is_requester(*approval.requester, approver, is_listed ? &*allowed : nullptr))
      return std::unexpected(NotAllowed{"You asked for this yourself: somebody else decides."});
  }
  auto out = approver;
  if (is_listed) {
    out.id = allowed->id;
    if (out.name.empty()) out.name = allowed->name;
  }
  return out;
}

void Ballot::decide(DecisionRequest request, OnOutcome done) {
  auto const task = read_approval_id(office_.store.secret(), request.approval_id);
  request.comment = clean_comment(request.comment);
  if (!task) {
    refusals_.note({.what = Refused::kApproval,
                    .approval_id = request.approval_id,
                    .via = request.via,
                    .why = "there is no approval of that id",
                    .approver = request.approver.id,
                    .tried = request.named_by,
                    .origin = request.origin});
    return done(Unknown{});
  }
  queue({.task = *task, .request = std::move(request), .done = std::move(done)});
}

void Ballot::decide_by_time(runtime::ApprovalKey const& task, Verdict verdict, net::Task done) {
  DecisionRequest request{.approval_id = make_approval_id(office_.store.secret(), task),
                          .verdict = verdict,
                          .approver = {.id = "treadle", .name = "", .authenticated = "timer"},
                          .via = "timer",
                          .comment = "Nobody decided in time.",
                          .origin = {}};
  queue({.task = task,
         .request = std::move(request),
         .done = [done = std::move(done)](DecisionOutcome const&) mutable { done(); },
         .by_time = true});
}

void Ballot::queue(Paper paper) {
  auto const key = runtime::approval_key(paper.task.place, paper.task.scheduled);
  auto const [at, is_first] = next_.try_emplace(key);
  if (is_first) return take_up(std::move(paper));
  if (at->second.size() >= kNextMax) {
    note(paper, Refused::kBusy, outcome_sentence(Unavailable{}));
    return paper.done(Unavailable{});
  }
  at->second.push_back(std::move(paper));
}

void Ballot::take_up(Paper paper) {
  auto found = office_.find(paper.task);
  if (!found) return end(paper, Unavailable{});
  if (!*found) return refuse(paper, Unknown{});
  auto& described = **found;
  if (described.approval.status != Status::kPending)
    return refuse(paper, ended_as(std::move(described.approval)));
  Decision decision{.verdict = paper.request.verdict,
                    .approver = paper.request.approver,
                    .via = paper.request.via,
                    .comment = paper.request.comment,
                    .decided_at = office_.clock.now()};
  if (!paper.by_time) {
    auto who = allowed_as(described.approval, paper.request.approver);
    if (!who) return refuse(paper, std::move(who.error()));
    decision.approver = *std::move(who);
    add_vote(described.approval.votes, decision);
    if (decision.verdict == Verdict::kApprove &&
        approvals_in(described.approval.votes) < described.approval.quorum)
      return vote(std::move(paper), described, decision);
  }
  close(std::move(paper), *std::move(*found), decision);
}

void Ballot::vote(Paper paper, Described const& described, Decision const& decision) {
  auto const& approval = described.approval;
  store::Batch batch;
  batch.put(store::Table::kVote, vote_key(paper.task, decision.approver.id), to_json(decision));
  json::ObjectWriter details;
  details.text("approval", approval.id)
      .text("execution", approval.execution_arn)
      .text("state", approval.state_name)
      .raw("vote", to_json(decision));
  office_.audit.add(batch, "approval.voted", std::move(details));
  on_vote_(batch, approval);
  Recorded outcome{approval, approvals_in(approval.votes), approval.quorum};
  office_.submit(std::move(batch),
                 [this, paper = std::move(paper), outcome = std::move(outcome)]() mutable {
                   end(paper, std::move(outcome));
                 });
}

void Ballot::close(Paper paper, Described described, Decision const& decision) {
  auto const& approval = described.approval;
  bool const approves = decision.verdict == Verdict::kApprove;
  Receipt const receipt{.decision = decision,
                        .votes = approval.quorum > 1 ? approval.votes : std::vector<Decision>{},
                        .request_hash = approval.request_hash,
                        .origin = paper.request.origin};
  // Whatever redrive the token was handed out under: the task is the same.
  auto token =
      runtime::make_task_token(office_.store.secret(), {paper.task.place, paper.task.scheduled, 0});
  bool const as_output = approves || described.rules.rejection == Rejection::kOutput;
  auto answered = [this, paper = std::move(paper), described = std::move(described),
                   decision](runtime::Answer<void> answer) mutable {
    office_.loop.post([this, paper = std::move(paper), described = std::move(described),
                       decision, answer = std::move(answer)]() mutable {
      closed(std::move(paper), std::move(described), decision, answer);
    });
  };
  if (as_output)
    office_.router->task_success(std::move(token), output_of(decision), std::move(answered),
                                 write_receipt(receipt));
  else
    office_.router->task_failure(std::move(token), std::string(kRejected), decision.comment,
                                 std::move(answered), write_receipt(receipt));
}

void Ballot::closed(Paper paper, Described described, Decision const& decision,
                    runtime::Answer<void> const& answer) {
  if (answer) {
    auto& approval = described.approval;
    approval.status = decision.verdict == Verdict::kApprove ? Status::kApproved : Status::kRejected;
    approval.decision = decision;
    approval.closed_at = decision.decided_at;
    if (approval.quorum <= 1) approval.votes.clear();
    return end(paper, Decided{std::move(approval)});
  }
  // Somebody was first, or time was.
  auto found = office_.find(paper.task);
  if (found && *found && (*found)->approval.status != Status::kPending)
    return refuse(paper, ended_as(std::move((*found)->approval)));
  end(paper, Unavailable{});
}

void Ballot::note(Paper const& paper, Refused what, std::string why) {
  auto const& request = paper.request;
  if (paper.by_time) return;
  refusals_.note({.what = what,
                  .approval_id = request.approval_id,
                  .via = request.via,
                  .why = std::move(why),
                  .approver = request.approver.id,
                  .tried = request.named_by,
                  .origin = request.origin});
}

void Ballot::refuse(Paper& paper, DecisionOutcome outcome) {
  note(paper,
       std::holds_alternative<NotAllowed>(outcome)
           ? Refused::kApprover
           : (std::holds_alternative<Unknown>(outcome) ? Refused::kApproval : Refused::kLate),
       outcome_sentence(outcome));
  end(paper, std::move(outcome));
}

void Ballot::end(Paper& paper, DecisionOutcome outcome) {
  paper.done(std::move(outcome));
  auto const at = next_.find(runtime::approval_key(paper.task.place, paper.task.scheduled));
  if (at->second.empty()) {
    next_.erase(at);
    return;
  }
  auto next = std::move(at->second.front());
  at->second.pop_front();
  // Not within this call: a hundred may follow one another.
  office_.loop.post([this, next = std::move(next)]() mutable { take_up(std::move(next)); });
}

}  // namespace treadle::approvals
