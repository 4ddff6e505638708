#include "treadle/approvals/slack/interaction.h"

#include <initializer_list>

#include "treadle/base/limits.h"
#include "treadle/json/arena.h"
#include "treadle/json/parse.h"

namespace treadle::approvals::slack {
namespace {

// The string at the end of a path of members; empty where there is none.
auto text_at(json::Value value, std::initializer_list<std::string_view> path) -> std::string {
  json::Value const* at = &value;
  for (auto const name : path) {
    at = at->find(name);
    if (at == nullptr) return {};
  }
  return at->is_string() ? std::string(at->as_string()) : std::string();
}

auto first_of(std::string first, std::string second) -> std::string {
  return first.empty() ? std::move(second) : std::move(first);
}

auto read_button(json::Value payload, Interaction& out) -> Result<void, std::string> {
  auto const* const actions = payload.find("actions");
  if (actions == nullptr || !actions->is_array() || actions->elements().empty())
    return std::unexpected("block_actions without actions");
  auto const action = actions->elements()[0];
  out.action_id = text_at(action, {"action_id"});
  out.value = text_at(action, {"value"});
  out.channel =
      first_of(text_at(payload, {"channel", "id"}), text_at(payload, {"container", "channel_id"}));
  out.message_ts =
      first_of(text_at(payload, {"message", "ts"}), text_at(payload, {"container", "message_ts"}));
  out.trigger_id = text_at(payload, {"trigger_id"});
  out.response_url = text_at(payload, {"response_url"});
  if (out.action_id.empty()) return std::unexpected("an action without action_id");
  return {};
}

void read_modal(json::Value payload, Interaction& out) {
  out.callback_id = text_at(payload, {"view", "callback_id"});
  out.private_metadata = text_at(payload, {"view", "private_metadata"});
  out.comment =
      text_at(payload, {"view", "state", "values", kCommentBlock, kCommentAction, "value"});
}

}  // namespace

auto read_interaction(std::string_view payload) -> Result<Interaction, std::string> {
  json::Arena arena;
  auto const parsed =
      json::parse(arena, payload,
                  {.depth_max = limits::kEnvelopeDepth, .duplicates = json::Duplicates::kRefuse});
  if (!parsed) return std::unexpected("the payload is not JSON: " + parsed.error().to_string());
  Interaction out;
  auto const type = text_at(*parsed, {"type"});
  if (type.empty()) return std::unexpected("the payload has no type");
  out.user = text_at(*parsed, {"user", "id"});
  out.user_name =
      first_of(text_at(*parsed, {"user", "username"}), text_at(*parsed, {"user", "name"}));
  out.team = first_of(text_at(*parsed, {"team", "id"}), text_at(*parsed, {"user", "team_id"}));
  if (type != "block_actions" && type != "view_submission") return out;
  if (out.user.empty()) return std::unexpected("the payload names no user");
  if (type == "block_actions") {
    out.kind = Interaction::Kind::kButton;
    TRY(read_button(*parsed, out));
  } else {
    out.kind = Interaction::Kind::kModal;
    read_modal(*parsed, out);
  }
  return out;
}

}  // namespace treadle::approvals::slack
