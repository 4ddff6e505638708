// Slack messages about approvals, as the JSON of their `text` and `blocks`.
// Source: Slack, Block Kit reference. Every limit of it is kept: what is longer is cut and says so.
#pragma once

#include <string>
#include <string_view>

#include "treadle/approvals/approval.h"
#include "treadle/approvals/channel.h"
#include "treadle/json/arena.h"
#include "treadle/json/value.h"

namespace treadle::approvals::slack {

// What our buttons do. A button's value is the approval's id.
inline constexpr std::string_view kApproveAction = "treadle-approve";
inline constexpr std::string_view kRejectAction = "treadle-reject";

// What is shown where no blocks are: in notifications, to screen readers.
[[nodiscard]] auto message_text(MessageKind kind, Approval const& approval) -> std::string;

// Title, facts, circumstances; while it is pending two buttons, afterwards the outcome.
[[nodiscard]] auto message_blocks(json::Arena& arena, MessageKind kind, Approval const& approval)
    -> json::Value;

// The body of chat.postMessage. `thread_ts` empty: a message of its own.
[[nodiscard]] auto post_body(std::string_view channel, std::string_view thread_ts, MessageKind kind,
                             Approval const& approval) -> std::string;
// The body of chat.update.
[[nodiscard]] auto update_body(std::string_view channel, std::string_view ts,
                               Approval const& approval) -> std::string;

// The body of views.open: asks why. `metadata` comes back with the submission.
inline constexpr std::string_view kRejectCallback = "treadle-reject";
[[nodiscard]] auto reject_view_body(std::string_view trigger_id, Approval const& approval,
                                    std::string_view metadata) -> std::string;

// For a response_url: a sentence that only the one who clicked sees.
[[nodiscard]] auto ephemeral_body(std::string_view sentence) -> std::string;
// For a response_url: the message becomes this sentence, without buttons. `sentence` is mrkdwn.
[[nodiscard]] auto replacement_body(std::string_view sentence) -> std::string;

}  // namespace treadle::approvals::slack
