#include "treadle/approvals/courier.h"

#include <algorithm>

#include <fmt/format.h>

#include "treadle/base/log.h"

namespace treadle::approvals {
namespace {

using runtime::AgendaKey;
using runtime::AgendaKind;
using store::Table;

// A row that can't be attended to, as when the store can't be read: another time.
constexpr auto kAgain = std::chrono::seconds(10);

auto about(Approval const& approval) -> json::ObjectWriter {
  json::ObjectWriter out;
  out.text("approval", approval.id)
      .text("execution", approval.execution_arn)
      .text("state", approval.state_name);
  return out;
}

// What the record of an end is called.
auto end_kind(Status status) -> std::string_view {
  switch (status) {
    case Status::kApproved:
    case Status::kRejected: return "approval.decided";
    case Status::kTimedOut: return "approval.timed-out";
    case Status::kClosedByApi: return "approval.closed-by-api";
    default: return "approval.stopped";
  }
}

auto recipients_json(std::vector<Recipient> const& recipients) -> std::string {
  json::ListWriter out;
  for (auto const& to : recipients) {
    json::ObjectWriter one;
    one.text("channel", to.channel).text("address", to.address);
    out.add(one);
  }
  return out.take();
}

}  // namespace

void Courier::add_channel(Channel& channel) {
  channels_.insert_or_assign(std::string(channel.name()), &channel);
}

void Courier::attend(AgendaKey const& key, std::string const& value) {
  if (key.kind == AgendaKind::kStopped || key.kind == AgendaKind::kRedriven ||
      key.kind == AgendaKind::kCompensated)
    return operation(key, value);
  auto found = office_.find(key.task);
  if (!found) {
    log(LogLevel::kWarning, "an approval can't be read", {{"cause", found.error().message}});
    return office_.agenda.again(key, kAgain);
  }
  if (!*found) return drop(key);
  auto& described = **found;
  bool const is_open = described.approval.status == Status::kPending;
  if (key.kind == AgendaKind::kWaitEnded) return is_open ? drop(key) : end(key, described);
  if (key.kind == kShowVotes || key.kind == kShowEnd)
    return carry(key, value, std::move(described));
  if (!is_open && key.kind == kDeliver) return drop_delivery(key);
  if (!is_open && key.kind != AgendaKind::kWaitBegan) return drop(key);
  if (key.kind == AgendaKind::kWaitBegan) return begin(key, described);
  if (key.kind == kDeliver || key.kind == kRemindOne)
    return carry(key, value, std::move(described));
  if (key.kind == kRemind) return remind(key);
  if (key.kind == kEscalate) return escalate(key, described);
  if (key.kind == kAct) return act(key, described);
  drop(key);  // of a release that knows more
}

// Of one that has ended meanwhile the record is written all the same, before that of its end.
void Courier::begin(AgendaKey const& key, Described const& described) {
  auto const& approval = described.approval;
  store::Batch batch;
  auto details = about(approval);
  details.text("title", approval.title)
      .text("requestHash", approval.request_hash)
      .text("openedAt", to_iso8601(approval.opened_at))
      .raw("recipients", recipients_json(described.rules.recipients));
  if (approval.requester) details.text("requester", *approval.requester);
  office_.audit.add(batch, "approval.requested", std::move(details));
  if (approval.status == Status::kPending) {
    plan_deliveries(batch, approval, MessageKind::kAnnouncement, described.rules.recipients, 0);
    plan_times(batch, described);
  }
  office_.finish(key, std::move(batch));
}

void Courier::plan_times(store::Batch& batch, Described const& described) {
  auto const& [approval, rules] = described;
  auto const scale = office_.options.time_scale;
  auto const at = [&](Moment const& moment) {
    return time_of(moment, approval.opened_at, approval.expires_at, scale);
  };
  std::uint16_t number = 0;
  for (auto const& moment : rules.reminders)
    if (auto const due = at(moment)) office_.plan(batch, {*due, approval.task, kRemind, number++});
  if (rules.escalation)
    if (auto const due = at(rules.escalation->at))
      office_.plan(batch, {*due, approval.task, kEscalate, 0});
  // The approval's expiry is that moment, or the state's own time-out where nothing is done then.
  if (rules.on_timeout != OnTimeout::kFail && approval.expires_at)
    office_.plan(batch, {*approval.expires_at, approval.task, kAct, 0});
}

void Courier::plan_deliveries(store::Batch& batch, Approval const& approval, MessageKind kind,
                              std::vector<Recipient> const& recipients, std::size_t first) {
  auto number = static_cast<std::uint16_t>(first);
  for (auto const& recipient : recipients) {
    batch.put(Table::kDelivery, delivery_key(approval.task, number),
              write_delivery({.kind = kind, .recipient = recipient, .reference = {}}));
    office_.plan(batch, {office_.clock.now(), approval.task, kDeliver, number++});
  }
}

void Courier::end(AgendaKey const& key, Described const& described) {
  auto const& approval = described.approval;
  store::Batch batch;
  auto details = about(approval);
  details.text("status", status_name(approval.status))
      .text("closedAt", to_iso8601(*approval.closed_at))
      .text("requestHash", approval.request_hash);
  if (approval.status == Status::kClosedByApi) details.text("decidedVia", "api");
  if (approval.decision) details.text("decidedVia", approval.decision->via);
  auto const row = office_.store.get(
      Table::kReceipt, runtime::approval_key(approval.task.place, approval.task.scheduled));
  auto const receipt = row && *row ? runtime::read_receipt(**row) : std::nullopt;
  if (receipt && !receipt->receipt.empty()) details.raw("receipt", receipt->receipt);
  office_.audit.add(batch, end_kind(approval.status), std::move(details));
  for (auto const& [number, delivery] : deliveries_of(office_.store, approval.task)) {
    if (delivery.reference)
      office_.plan(batch, {office_.clock.now(), approval.task, kShowEnd, number});
    else
      batch.erase(Table::kDelivery, delivery_key(approval.task, number));
  }
  for (auto const& vote : read_votes(office_.store, approval.task))
    batch.erase(Table::kVote, vote_key(approval.task, vote.approver.id));
  office_.finish(key, std::move(batch));
}

void Courier::operation(AgendaKey const& key, std::string const& value) {
  auto const row = runtime::read_operation(value).value_or(runtime::OperationRow{});
  json::ObjectWriter details;
  auto const head = office_.store.get(Table::kHead, runtime::place_key(key.task.place));
  auto const execution = head && *head ? runtime::read_head(**head) : std::nullopt;
  if (execution) details.text("execution", execution->summary.execution_arn);
  if (!row.error.empty()) details.text("error", row.error);
  if (!row.cause.empty()) details.text("cause", row.cause);
  if (!row.caller.empty()) details.raw("caller", row.caller);
  store::Batch batch;
  office_.audit.add(batch,
                    key.kind == AgendaKind::kStopped    ? "execution.stopped"
                    : key.kind == AgendaKind::kRedriven ? "execution.redriven"
                                                        : "execution.compensated",
                    std::move(details));
  office_.finish(key, std::move(batch));
}

void Courier::remind(AgendaKey const& key) {
  store::Batch batch;
  for (auto const& [number, delivery] : deliveries_of(office_.store, key.task))
    if (delivery.reference)
      office_.plan(batch, {office_.clock.now(), key.task, kRemindOne, number});
  office_.finish(key, std::move(batch));
}

void Courier::escalate(AgendaKey const& key, Described const& described) {
  auto const& escalation = described.rules.escalation;
  if (!escalation) return drop(key);  // the settings have changed
  store::Batch batch;
  auto details = about(described.approval);
  details.raw("recipients", recipients_json(escalation->recipients));
  office_.audit.add(batch, "approval.escalated", std::move(details));
  // Behind all numbers that were given out, also those of deliveries that were given up.
  auto const before = deliveries_of(office_.store, key.task);
  auto const first = std::max<std::size_t>(described.rules.recipients.size(),
                                           before.empty() ? 0 : before.back().number + 1U);
  plan_deliveries(batch, described.approval, MessageKind::kEscalation, escalation->recipients,
                  first);
  office_.finish(key, std::move(batch));
}

void Courier::act(AgendaKey const& key, Described const& described) {
  if (described.rules.on_timeout == OnTimeout::kFail) return drop(key);
  auto const verdict =
      described.rules.on_timeout == OnTimeout::kApprove ? Verdict::kApprove : Verdict::kReject;
  ballot_->decide_by_time(key.task, verdict, [this, key] { drop(key); });
}

void Courier::show_votes(store::Batch& batch, Approval const& approval) {
  auto const votes = static_cast<std::uint16_t>(approval.votes.size() << 8);
  for (auto const& [number, delivery] : deliveries_of(office_.store, approval.task))
    if (delivery.reference)
      office_.plan(batch, {office_.clock.now(), approval.task, kShowVotes,
                           static_cast<std::uint16_t>(number | votes)});
}

void Courier::drop_delivery(AgendaKey const& key) {
  store::Batch batch;
  batch.erase(Table::kDelivery, delivery_key(key.task, delivery_of(key)));
  office_.finish(key, std::move(batch));
}

}  // namespace treadle::approvals
