// What a person sees of an approval: as HTML for pages and mails, as lines of text for mails.
#pragma once

#include <string>
#include <string_view>

#include "treadle/approvals/approval.h"

namespace treadle::approvals::pages {

// "2026-11-27 14:02 UTC".
[[nodiscard]] auto shown_time(Timestamp time) -> std::string;

// Heading, state, facts and what is known of the request; all data escaped.
[[nodiscard]] auto approval_html(Approval const& approval) -> std::string;

// The same as plain text.
[[nodiscard]] auto approval_text(Approval const& approval) -> std::string;

enum class AskName : std::uint8_t { kNo, kYes };
// Comment and two buttons, to be posted to the page's own path: `nonce`, `comment`, `decision`
// ("approve", "reject"), and `name` where it is asked for.
[[nodiscard]] auto decision_form(std::string_view nonce, AskName ask_name) -> std::string;

// One paragraph that stands out.
[[nodiscard]] auto notice(std::string_view text) -> std::string;

}  // namespace treadle::approvals::pages
