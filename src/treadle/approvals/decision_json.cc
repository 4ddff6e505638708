#include "treadle/approvals/decision_json.h"

#include "treadle/json/object_writer.h"
#include "treadle/json/parse.h"

namespace treadle::approvals {
namespace {

using json::ListWriter;
using json::ObjectWriter;

auto to_json(Approver const& approver) -> std::string {
  ObjectWriter out;
  out.text("id", approver.id);
  if (!approver.name.empty()) out.text("name", approver.name);
  if (!approver.authenticated.empty()) out.text("authenticated", approver.authenticated);
  return out.take();
}

auto text_of(json::Value object, std::string_view name) -> std::string {
  auto const* const value = object.find(name);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

auto decision_of(json::Value value) -> std::optional<Decision> {
  auto const verdict = read_verdict(text_of(value, "decision"));
  auto const at = parse_rfc3339(text_of(value, "decidedAt"));
  auto const* const approver = value.find("approver");
  if (!verdict || !at || approver == nullptr) return std::nullopt;
  return Decision{.verdict = *verdict,
                  .approver = {.id = text_of(*approver, "id"),
                               .name = text_of(*approver, "name"),
                               .authenticated = text_of(*approver, "authenticated")},
                  .via = text_of(value, "via"),
                  .comment = text_of(value, "comment"),
                  .decided_at = *at};
}

auto writer_of(Decision const& decision) -> ObjectWriter {
  ObjectWriter out;
  out.text("decision", verdict_name(decision.verdict))
      .raw("approver", to_json(decision.approver))
      .text("via", decision.via)
      .text("comment", decision.comment)
      .text("decidedAt", to_iso8601(decision.decided_at));
  return out;
}

auto facts_of(Approval const& approval) -> std::string {
  ListWriter out;
  for (auto const& fact : approval.facts) {
    ObjectWriter one;
    one.text("label", fact.label).text("value", fact.value);
    out.add(one);
  }
  return out.take();
}

auto approvers_of(Approval const& approval) -> std::string {
  ListWriter out;
  for (auto const& approver : approval.approvers) {
    ObjectWriter one;
    one.text("id", approver.id);
    if (!approver.name.empty()) one.text("name", approver.name);
    out.add(one);
  }
  return out.take();
}

}  // namespace

auto to_json(Decision const& decision) -> std::string { return writer_of(decision).take(); }

auto to_json(std::vector<Decision> const& decisions) -> std::string {
  ListWriter out;
  for (auto const& decision : decisions) {
    auto one = writer_of(decision);
    out.add(one);
  }
  return out.take();
}

auto read_decision(std::string_view json) -> std::optional<Decision> {
  json::Arena arena;
  auto const value = json::parse(arena, json);
  return value ? decision_of(*value) : std::nullopt;
}

auto write_receipt(Receipt const& receipt) -> std::string {
  ObjectWriter out;
  out.raw("decision", to_json(receipt.decision)).text("requestHash", receipt.request_hash);
  if (!receipt.votes.empty()) out.raw("votes", to_json(receipt.votes));
  if (!receipt.origin.ip.empty()) out.text("ip", receipt.origin.ip);
  if (!receipt.origin.user_agent.empty()) out.text("userAgent", receipt.origin.user_agent);
  return out.take();
}

auto read_receipt(std::string_view json) -> std::optional<Receipt> {
  json::Arena arena;
  auto const value = json::parse(arena, json);
  auto const* const decision = value ? value->find("decision") : nullptr;
  auto const read = decision != nullptr ? decision_of(*decision) : std::nullopt;
  if (!read) return std::nullopt;
  Receipt out{.decision = *read,
              .votes = {},
              .request_hash = text_of(*value, "requestHash"),
              .origin = {.ip = text_of(*value, "ip"), .user_agent = text_of(*value, "userAgent")}};
  if (auto const* votes = value->find("votes"); votes != nullptr && votes->is_array())
    for (auto const& vote : votes->elements())
      if (auto one = decision_of(vote)) out.votes.push_back(*std::move(one));
  return out;
}

auto to_json(Approval const& approval) -> std::string {
  ObjectWriter out;
  out.text("id", approval.id)
      .text("status", status_name(approval.status))
      .text("summary", outcome_text(approval))
      .text("title", approval.title)
      .raw("facts", facts_of(approval))
      .text("stateMachineArn", approval.state_machine_arn)
      .text("stateMachineName", approval.state_machine_name)
      .text("executionArn", approval.execution_arn)
      .text("executionName", approval.execution_name)
      .text("stateName", approval.state_name)
      .text("openedAt", to_iso8601(approval.opened_at));
  if (approval.expires_at) out.text("expiresAt", to_iso8601(*approval.expires_at));
  out.text("requester", approval.requester)
      .text("requestHash", approval.request_hash)
      .number("quorum", approval.quorum)
      .raw("votes", to_json(approval.votes))
      .raw("approvers", approvers_of(approval));
  if (approval.closed_at) out.text("closedAt", to_iso8601(*approval.closed_at));
  if (approval.status == Status::kClosedByApi) out.text("decidedVia", "api");
  if (approval.decision) {
    out.text("decidedVia", approval.decision->via);
    out.raw("decision", to_json(*approval.decision));
  }
  return out.take();
}

auto output_of(Decision const& decision) -> std::string {
  ObjectWriter out;
  out.flag("approved", decision.verdict == Verdict::kApprove)
      .text("approver", decision.approver.id)
      .text("comment", decision.comment)
      .text("decidedAt", to_iso8601(decision.decided_at))
      .text("via", decision.via);
  return out.take();
}

}  // namespace treadle::approvals
