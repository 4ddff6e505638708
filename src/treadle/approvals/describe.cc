#include "treadle/approvals/describe.h"

#include <algorithm>

#include "treadle/approvals/approval_id.h"
#include "treadle/approvals/decision_json.h"
#include "treadle/approvals/request_facts.h"
#include "treadle/approvals/spec.h"
#include "treadle/base/hmac.h"
#include "treadle/json/parse.h"
#include "treadle/runtime/tokens.h"

namespace treadle::approvals {
namespace {

constexpr std::size_t kRevisionsKept = 64;
constexpr std::size_t kVotesMax = 1'000;
// A token begins with a letter and the base64 of these bytes.
constexpr std::size_t kTokenStartChars = 1 + 28;

void collect_comments(json::Value value, std::map<std::string, std::string, std::less<>>& out) {
  std::vector<json::Value> open{value};
  while (!open.empty()) {
    auto const here = open.back();
    open.pop_back();
    if (here.is_array())
      for (auto const& element : here.elements()) open.push_back(element);
    if (!here.is_object()) continue;
    for (auto const& member : here.members()) {
      open.push_back(member.value);
      if (member.key != "States" || !member.value.is_object()) continue;
      for (auto const& state : member.value.members())
        if (auto const* comment = state.value.find("Comment");
            comment != nullptr && comment->is_string())
          out.insert_or_assign(std::string(state.key), std::string(comment->as_string()));
    }
  }
}

auto status_of(runtime::ReceiptRow const& row, std::optional<Receipt> const& receipt) -> Status {
  if (receipt)
    return receipt->decision.verdict == Verdict::kApprove ? Status::kApproved : Status::kRejected;
  using runtime::WaitEnd;
  switch (row.how) {
    case WaitEnd::kSucceeded:
    case WaitEnd::kFailed: return Status::kClosedByApi;
    case WaitEnd::kTimedOut: return Status::kTimedOut;
    case WaitEnd::kCallFailed:
    case WaitEnd::kAborted: return Status::kStopped;
  }
  return Status::kStopped;
}

void close(Approval& approval, runtime::ReceiptRow const& row) {
  auto const receipt = row.receipt.empty() ? std::nullopt : read_receipt(row.receipt);
  approval.status = status_of(row, receipt);
  approval.closed_at = row.ended;
  if (!receipt) return;
  approval.decision = receipt->decision;
  approval.votes = receipt->votes;
}

// The task says all of it itself, beyond what the settings say.
void read_own(RequestFacts const& facts, Described& out) {
  auto const spec = spec_of(facts.root(), "Parameters");
  if (auto rules = read_rules(spec, out.rules))
    out.rules = *std::move(rules);
  else  // the task fails on it; until then
    out.rules.approvers = {AllowedApprover{.id = "(nobody: the Parameters are wrong)"}};
  if (auto const* title = facts.root().find("Title"); title != nullptr && title->is_string())
    out.approval.title = facts.plain(title->as_string());
  out.approval.facts = facts.own_fields();
  if (auto const* requester = facts.root().find("Requester");
      requester != nullptr && requester->is_string())
    out.approval.requester = std::string(requester->as_string());
}

auto first_line(std::string text) -> std::string {
  text.resize(std::min(text.find('\n'), text.size()));
  return text;
}

void add_escalated(Rules const& rules, Approval& approval, Timestamp now, double time_scale) {
  if (!rules.escalation || rules.approvers.empty()) return;
  auto const at =
      time_of(rules.escalation->at, approval.opened_at, approval.expires_at, time_scale);
  if (!at || now < *at) return;
  for (auto const& more : rules.escalation->approvers)
    if (std::ranges::find(approval.approvers, more.id, &AllowedApprover::id) ==
        approval.approvers.end())
      approval.approvers.push_back(more);
}

}  // namespace

auto StateComments::find(std::string const& revision, std::string const& state) -> std::string {
  std::lock_guard const lock(mutex_);
  auto at = by_revision_.find(revision);
  if (at == by_revision_.end()) {
    Comments comments;
    if (auto const definition = definitions_.find(revision)) {
      json::Arena arena;
      if (auto const value = json::parse(arena, definition->text))
        collect_comments(*value, comments);
    }
    at = by_revision_.emplace(revision, std::move(comments)).first;
    order_.push_back(revision);
    if (order_.size() > kRevisionsKept) {
      by_revision_.erase(order_.front());
      order_.pop_front();
    }
  }
  auto const found = at->second.find(state);
  return found == at->second.end() ? std::string() : found->second;
}

auto describe(DescribeParts const& parts, runtime::Wait const& wait, Timestamp now) -> Described {
  auto const& execution = wait.execution;
  Described out;
  auto& a = out.approval;
  a.id = make_approval_id(parts.store.secret(), wait.task);
  a.task = wait.task;
  a.state_machine_arn = execution.state_machine_arn;
  a.state_machine_name = machine_name_of(a.state_machine_arn);
  a.execution_arn = execution.execution_arn;
  a.execution_name = execution.name;
  a.state_name = wait.row.state_name;
  a.opened_at = wait.row.opened;
  a.request_hash = to_hex(sha256(wait.parameters));

  auto const token = runtime::make_task_token(
      parts.store.secret(), {wait.task.place, wait.task.scheduled, execution.redrive_count});
  RequestFacts const facts(wait.parameters, std::string_view(token).substr(0, kTokenStartChars));
  if (auto const rules = parts.settings.find(a.state_machine_name, a.state_name))
    out.rules = *rules;
  else if (parts.tagged)
    out.rules = *parts.tagged;
  if (wait.resource_type == kResourceType && !wait.is_input_as_it_is) {
    read_own(facts, out);
  } else {
    a.facts = out.rules.fields.empty() ? facts.scalars() : facts.chosen(out.rules.fields);
    if (!out.rules.requester_path.empty())
      if (auto const* who = facts.at(out.rules.requester_path); who != nullptr && who->is_string())
        a.requester = std::string(who->as_string());
  }
  auto const& rules = out.rules;
  if (a.title.empty()) a.title = facts.fill_in(rules.title);
  if (a.title.empty())
    a.title = facts.plain(first_line(parts.comments.find(execution.revision, a.state_name)));
  if (a.title.empty()) a.title = a.state_name;
  a.requester_rule = rules.requester_rule;
  a.quorum = rules.quorum;
  a.approvers = rules.approvers;
  a.expires_at = wait.due;
  if (auto const at = automatic_at(rules, a.opened_at, wait.due, parts.time_scale))
    a.expires_at = a.expires_at ? std::min(*a.expires_at, *at) : *at;
  add_escalated(rules, a, now, parts.time_scale);
  if (wait.ended)
    close(a, *wait.ended);
  else if (rules.quorum > 1)
    a.votes = read_votes(parts.store, wait.task);
  return out;
}

auto time_of(Moment const& moment, Timestamp opened, std::optional<Timestamp> expires,
             double time_scale) -> std::optional<Timestamp> {
  if (auto const* seconds = std::get_if<std::chrono::seconds>(&moment))
    return opened + Milliseconds{static_cast<std::int64_t>(static_cast<double>(seconds->count()) *
                                                           1'000.0 * time_scale)};
  if (!expires) return std::nullopt;
  auto const span = static_cast<double>((*expires - opened).count());
  return opened + Milliseconds{static_cast<std::int64_t>(span * std::get<double>(moment))};
}

auto automatic_at(Rules const& rules, Timestamp opened, std::optional<Timestamp> due,
                  double time_scale) -> std::optional<Timestamp> {
  if (rules.on_timeout == OnTimeout::kFail) return std::nullopt;
  std::optional<Timestamp> at;
  if (rules.expires_after) at = time_of(Moment(*rules.expires_after), opened, {}, time_scale);
  if (!due) return at;
  // What comes with the state's own time-out may come too late.
  auto const lead = std::clamp((*due - opened) / 20, Milliseconds{50}, Milliseconds{5'000});
  auto const last = std::max(*due - lead, opened);
  return at ? std::min(*at, last) : last;
}

auto machine_name_of(std::string_view state_machine_arn) -> std::string_view {
  return state_machine_arn.substr(state_machine_arn.rfind(':') + 1);
}

auto vote_key(runtime::ApprovalKey const& task, std::string_view approver) -> std::string {
  constexpr std::size_t kApproverBytes = 16;
  auto const digest = sha256(approver);
  return runtime::approval_key(task.place, task.scheduled) +
         std::string(bytes_of(digest).substr(0, kApproverBytes));
}

auto read_votes(store::Store const& store, runtime::ApprovalKey const& task)
    -> std::vector<Decision> {
  auto const from = runtime::approval_key(task.place, task.scheduled);
  auto const to = from + std::string(17, '\xff');
  std::vector<Decision> votes;
  auto const rows = store.scan(store::Table::kVote, {.from = from, .to = to, .limit = kVotesMax});
  if (!rows) return votes;
  for (auto const& row : *rows)
    if (auto vote = read_decision(row.value)) votes.push_back(*std::move(vote));
  std::ranges::stable_sort(votes, {}, &Decision::decided_at);
  return votes;
}

}  // namespace treadle::approvals
