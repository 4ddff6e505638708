#include "treadle/approvals/slack/blocks.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "treadle/approvals/slack/interaction.h"
#include "treadle/approvals/slack/json_maker.h"
#include "treadle/approvals/slack/text.h"
#include "treadle/json/print.h"

namespace treadle::approvals::slack {
namespace {

using json::Value;

constexpr std::size_t kFactsMax = 4 * kFieldsMax;
constexpr std::size_t kNameUnitsMax = 300;  // of one name among circumstances

// Our own mrkdwn with escaped data in it; `verbatim`: nothing in it is taken for a link or a mention.
auto mrkdwn(JsonMaker const& make, std::string_view text, std::size_t units_max) -> Value {
  return make.object({{"type", make.text("mrkdwn")},
                      {"text", make.text(cut(text, units_max))},
                      {"verbatim", make.flag(true)}});
}

auto plain_text(JsonMaker const& make, std::string_view text, std::size_t units_max) -> Value {
  return make.object({{"type", make.text("plain_text")},
                      {"text", make.text(plain(text, units_max))},
                      {"emoji", make.flag(false)}});
}

auto header(JsonMaker const& make, std::string_view text) -> Value {
  return make.object(
      {{"type", make.text("header")}, {"text", plain_text(make, text, kHeaderTextMax)}});
}

auto section(JsonMaker const& make, std::string_view text) -> Value {
  return make.object(
      {{"type", make.text("section")}, {"text", mrkdwn(make, text, kSectionTextMax)}});
}

auto context(JsonMaker const& make, std::string_view text) -> Value {
  return make.object({{"type", make.text("context")},
                      {"elements", make.array({mrkdwn(make, text, kContextTextMax)})}});
}

// Texts that are empty are refused by Slack.
auto or_dash(std::string_view text) -> std::string_view { return text.empty() ? "-" : text; }

// A label leaves room for its value, however long it is.
auto field(JsonMaker const& make, Fact const& fact) -> Value {
  auto const label = cut(escape_mrkdwn(or_dash(fact.label)), kNameUnitsMax);
  return mrkdwn(make, fmt::format("*{}*\n{}", label, escape_mrkdwn(or_dash(fact.value))),
                kFieldTextMax);
}

// Sections of at most ten fields each.
void add_facts(JsonMaker const& make, std::vector<Fact> const& facts, std::vector<Value>& blocks) {
  auto const count = std::min(facts.size(), kFactsMax);
  for (std::size_t first = 0; first < count; first += kFieldsMax) {
    std::vector<Value> fields;
    for (auto i = first; i < std::min(count, first + kFieldsMax); ++i)
      fields.push_back(field(make, facts[i]));
    blocks.push_back(make.object({{"type", make.text("section")}, {"fields", make.array(fields)}}));
  }
  if (facts.size() > kFactsMax)
    blocks.push_back(
        context(make, fmt::format("{} more facts were cut.", facts.size() - kFactsMax)));
}

// Slack shows a date in the reader's own time zone, else the text after the bar.
auto date(Timestamp time) -> std::string {
  auto const seconds =
      std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
  return fmt::format("<!date^{}^{{date_short}} {{time}}|{}>", seconds, to_iso8601(time));
}

auto circumstances(Approval const& approval) -> std::string {
  auto text =
      fmt::format("{} / {} / {}", escape_mrkdwn(approval.state_machine_name),
                  escape_mrkdwn(approval.state_name), escape_mrkdwn(approval.execution_name));
  if (approval.requester)
    text += fmt::format(" · asked by {}", cut(escape_mrkdwn(*approval.requester), kNameUnitsMax));
  text += fmt::format(" · asked {}", date(approval.opened_at));
  if (approval.expires_at && approval.status == Status::kPending)
    text += fmt::format(" · expires {}", date(*approval.expires_at));
  return text;
}

auto button(JsonMaker const& make, std::string_view text, std::string_view action,
            std::string_view style, std::string_view value) -> Value {
  return make.object({{"type", make.text("button")},
                      {"text", plain_text(make, text, kButtonTextMax)},
                      {"action_id", make.text(action)},
                      {"style", make.text(style)},
                      {"value", make.text(value)}});
}

auto buttons(JsonMaker const& make, std::string_view id) -> Value {
  return make.object(
      {{"type", make.text("actions")},
       {"block_id", make.text(fmt::format("treadle-{}", id))},
       {"elements", make.array({button(make, "Approve", kApproveAction, "primary", id),
                                button(make, "Reject", kRejectAction, "danger", id)})}});
}

auto outcome(Approval const& approval) -> std::string {
  auto text = fmt::format("*{}*", escape_mrkdwn(outcome_text(approval)));
  if (approval.decision && !approval.decision->comment.empty())
    text += fmt::format("\n{}", escape_mrkdwn(approval.decision->comment));
  return text;
}

}  // namespace

auto message_text(MessageKind kind, Approval const& approval) -> std::string {
  std::string prefix;
  if (approval.status != Status::kPending)
    prefix = outcome_text(approval);
  else if (kind == MessageKind::kReminder)
    prefix = "Reminder, still to be approved";
  else if (kind == MessageKind::kEscalation)
    prefix = "Escalated, still to be approved";
  else
    prefix = "Approval required";
  return cut(escape_mrkdwn(fmt::format("{}: {}", prefix, approval.title)), kMessageTextMax);
}

auto message_blocks(json::Arena& arena, MessageKind kind, Approval const& approval) -> Value {
  JsonMaker const make(arena);
  std::vector<Value> blocks{header(make, or_dash(approval.title))};
  if (approval.status != Status::kPending)
    blocks.push_back(section(make, outcome(approval)));
  else if (kind == MessageKind::kReminder)
    blocks.push_back(section(make, "*Reminder*: this still waits for a decision."));
  else if (kind == MessageKind::kEscalation)
    blocks.push_back(section(make, "*Escalated*: nobody has decided this yet."));
  else if (approval.quorum > 1)
    blocks.push_back(section(make, outcome(approval)));
  add_facts(make, approval.facts, blocks);
  blocks.push_back(context(make, circumstances(approval)));
  if (approval.status == Status::kPending) blocks.push_back(buttons(make, approval.id));
  return make.array(blocks);
}

auto post_body(std::string_view channel, std::string_view thread_ts, MessageKind kind,
               Approval const& approval) -> std::string {
  json::Arena arena;
  JsonMaker const make(arena);
  std::vector<json::Member> members{{"channel", make.text(channel)},
                                    {"text", make.text(message_text(kind, approval))},
                                    {"blocks", message_blocks(arena, kind, approval)},
                                    {"unfurl_links", make.flag(false)},
                                    {"unfurl_media", make.flag(false)}};
  if (!thread_ts.empty()) {
    members.push_back({"thread_ts", make.text(thread_ts)});
    members.push_back({"reply_broadcast", make.flag(true)});
  }
  return json::print(make.object(members));
}

auto update_body(std::string_view channel, std::string_view ts, Approval const& approval)
    -> std::string {
  json::Arena arena;
  JsonMaker const make(arena);
  auto const kind = MessageKind::kAnnouncement;
  return json::print(make.object({{"channel", make.text(channel)},
                                  {"ts", make.text(ts)},
                                  {"text", make.text(message_text(kind, approval))},
                                  {"blocks", message_blocks(arena, kind, approval)}}));
}

auto reject_view_body(std::string_view trigger_id, Approval const& approval,
                      std::string_view metadata) -> std::string {
  json::Arena arena;
  JsonMaker const make(arena);
  auto const input = make.object({{"type", make.text("input")},
                                  {"block_id", make.text(kCommentBlock)},
                                  {"optional", make.flag(true)},
                                  {"label", plain_text(make, "Reason", kButtonTextMax)},
                                  {"element", make.object({{"type", make.text("plain_text_input")},
                                                           {"action_id", make.text(kCommentAction)},
                                                           {"multiline", make.flag(true)},
                                                           {"max_length", make.number(2'000)}})}});
  auto const view = make.object(
      {{"type", make.text("modal")},
       {"callback_id", make.text(kRejectCallback)},
       {"private_metadata", make.text(metadata)},
       {"title", plain_text(make, "Reject", kModalTitleMax)},
       {"submit", plain_text(make, "Reject", kModalTitleMax)},
       {"close", plain_text(make, "Cancel", kModalTitleMax)},
       {"blocks",
        make.array(
            {section(make, fmt::format("*{}*", escape_mrkdwn(or_dash(approval.title)))), input})}});
  return json::print(make.object({{"trigger_id", make.text(trigger_id)}, {"view", view}}));
}

auto ephemeral_body(std::string_view sentence) -> std::string {
  json::Arena arena;
  JsonMaker const make(arena);
  return json::print(
      make.object({{"response_type", make.text("ephemeral")},
                   {"replace_original", make.flag(false)},
                   {"text", make.text(cut(escape_mrkdwn(sentence), kSectionTextMax))}}));
}

auto replacement_body(std::string_view sentence) -> std::string {
  json::Arena arena;
  JsonMaker const make(arena);
  return json::print(make.object({{"replace_original", make.flag(true)},
                                  {"text", make.text(cut(sentence, kSectionTextMax))},
                                  {"blocks", make.array({section(make, sentence)})}}));
}

}  // namespace treadle::approvals::slack
