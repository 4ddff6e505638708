// What Slack says when somebody used a message or a modal.
// Source: Slack, "Interaction payloads": block_actions, view_submission.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "treadle/base/result.h"

namespace treadle::approvals::slack {

struct Interaction {
  enum class Kind : std::uint8_t {
    kButton,  // block_actions
    kModal,   // view_submission
    kOther,   // nothing for us: answered and forgotten
  };
  Kind kind = Kind::kOther;
  std::string user;       // "U..."
  std::string user_name;  // what Slack calls them in this payload
  std::string team;       // "T..."; may be empty
  // Of a button.
  std::string action_id;
  std::string value;
  std::string channel;     // of its message
  std::string message_ts;  // likewise
  std::string trigger_id;  // opens a modal, for three seconds
  std::string response_url;
  // Of a modal.
  std::string callback_id;
  std::string private_metadata;
  std::string comment;  // what was written in the input `kCommentAction` of block `kCommentBlock`
};

inline constexpr std::string_view kCommentBlock = "treadle-comment";
inline constexpr std::string_view kCommentAction = "comment";

// `payload` is the JSON text of the form's field, or of Socket Mode's envelope. The error says what is
// missing. Members that are not known are ignored.
[[nodiscard]] auto read_interaction(std::string_view payload) -> Result<Interaction, std::string>;

}  // namespace treadle::approvals::slack
