#include "treadle/approvals/slack/interactions.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "treadle/approvals/approval_id.h"
#include "treadle/approvals/slack/blocks.h"
#include "treadle/approvals/slack/json_maker.h"
#include "treadle/approvals/slack/text.h"
#include "treadle/base/log.h"
#include "treadle/base/utf8.h"
#include "treadle/json/parse.h"
#include "treadle/json/print.h"
#include "treadle/runtime/tokens.h"

namespace treadle::approvals::slack {
namespace {

constexpr std::size_t kCommentBytesMax = 2'000;
// What a function's own handler says when its Reject button is pressed, if nobody says more.
constexpr std::string_view kRejected = "Rejected by approver";

// What a modal carries along.
auto modal_metadata(std::string_view approval_id, std::string_view response_url) -> std::string {
  json::Arena arena;
  JsonMaker const make(arena);
  return json::print(make.object(
      {{"approval", make.text(approval_id)}, {"responseUrl", make.text(response_url)}}));
}

auto member(json::Value value, std::string_view name) -> std::string {
  auto const* const found = value.find(name);
  return found != nullptr && found->is_string() ? std::string(found->as_string()) : std::string();
}

}  // namespace

Interactions::Interactions(WebApi& api, Settings settings, Decisions& decisions,
                           store::Secret const& secret)
    : api_(api),
      settings_(std::move(settings)),
      decisions_(decisions),
      secret_(secret),
      users_(api, settings_.bot_token) {}

void Interactions::handle(Interaction interaction, std::string authenticated, Origin origin) {
  if (interaction.kind == Interaction::Kind::kOther) return;
  auto const& teams = settings_.teams;
  if (!teams.empty() && std::ranges::find(teams, interaction.team) == teams.end()) {
    decisions_.note_refused({.what = Refused::kWorkspace,
                             .via = "slack",
                             .why = "the workspace is not among the settings' teams",
                             .approver = interaction.user,
                             .tried = interaction.value,
                             .origin = std::move(origin)});
    return tell(interaction.response_url,
                ephemeral_body("Clicks from this workspace are not taken here."));
  }
  Click click{.interaction = std::move(interaction),
              .approval_id = {},
              .comment = {},
              .response_url = {},
              .authenticated = std::move(authenticated),
              .origin = std::move(origin)};
  api_.loop().post([this, click = std::move(click)]() mutable {
    if (click.interaction.kind == Interaction::Kind::kButton)
      press(std::move(click));
    else
      submit(std::move(click));
  });
}

void Interactions::press(Click click) {
  auto const& pressed = click.interaction;
  click.response_url = pressed.response_url;
  bool const is_approve = pressed.action_id == kApproveAction || pressed.action_id == "approve";
  bool const is_reject = pressed.action_id == kRejectAction || pressed.action_id == "reject";
  if (!is_approve && !is_reject) return;
  click.verdict = is_approve ? Verdict::kApprove : Verdict::kReject;
  click.is_foreign = pressed.action_id == "approve" || pressed.action_id == "reject";
  if (!click.is_foreign) {
    click.approval_id = pressed.value;
    return is_approve ? decide(std::move(click)) : ask_why(std::move(click));
  }
  auto const target = runtime::read_task_token(secret_, pressed.value);
  if (target) click.approval_id = make_approval_id(secret_, {target->place, target->scheduled});
  if (is_reject) click.comment = kRejected;
  decide(std::move(click));
}

// The modal has three seconds from the click on: nothing comes before it.
void Interactions::ask_why(Click click) {
  auto const approval = decisions_.find(click.approval_id);
  if (!approval || approval->status != Status::kPending) return decide(std::move(click));
  auto const metadata = modal_metadata(click.approval_id, click.response_url);
  if (metadata.size() > kPrivateMetadataMax) return decide(std::move(click));
  auto body = reject_view_body(click.interaction.trigger_id, *approval, metadata);
  api_.call("views.open", settings_.bot_token, std::move(body),
            [this, response_url = click.response_url](CallReply reply) {
              if (reply) return;
              log(LogLevel::kWarning, "Slack opens no modal", {{"cause", reply.error().error}});
              tell(response_url,
                   ephemeral_body("The window that asks for a reason can't be opened. Nothing was "
                                  "decided: press Reject once more."));
            });
}

void Interactions::submit(Click click) {
  if (click.interaction.callback_id != kRejectCallback) return;
  json::Arena arena;
  auto const metadata = json::parse(arena, click.interaction.private_metadata);
  if (!metadata) return;
  click.approval_id = member(*metadata, "approval");
  click.response_url = member(*metadata, "responseUrl");
  click.comment = utf8::truncate(click.interaction.comment, kCommentBytesMax);
  click.verdict = Verdict::kReject;
  decide(std::move(click));
}

void Interactions::decide(Click click) {
  auto const user = click.interaction.user;
  auto const name = click.interaction.user_name;
  users_.find(user, name, [this, click = std::move(click)](Approver approver) mutable {
    decide_as(std::move(click), std::move(approver));
  });
}

void Interactions::decide_as(Click click, Approver approver) {
  approver.authenticated = click.authenticated;
  DecisionRequest request{.approval_id = click.approval_id,
                          .verdict = click.verdict,
                          .approver = std::move(approver),
                          .via = "slack",
                          .comment = click.comment,
                          .origin = click.origin,
                          .named_by = click.interaction.value};
  decisions_.decide(std::move(request),
                    [this, click = std::move(click)](DecisionOutcome const& outcome) {
                      tell_outcome(click, outcome);
                    });
}

void Interactions::tell_outcome(Click const& click, DecisionOutcome const& outcome) {
  auto const* const decided = std::get_if<Decided>(&outcome);
  if (decided != nullptr && !click.is_foreign) return;  // the core has the message changed
  if (decided != nullptr)
    return tell(click.response_url,
                replacement_body(escape_mrkdwn(outcome_text(decided->approval))));
  tell(click.response_url, ephemeral_body(outcome_sentence(outcome)));
}

void Interactions::tell(std::string const& response_url, std::string body) {
  if (response_url.empty()) return;
  api_.respond(response_url, std::move(body), [](CallReply const& reply) {
    if (!reply)
      log(LogLevel::kWarning, "Slack did not take an answer to a click",
          {{"cause", reply.error().error}});
  });
}

}  // namespace treadle::approvals::slack
