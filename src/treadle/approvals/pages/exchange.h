// What the pages have in common: what was posted, and the page that an outcome becomes.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "treadle/approvals/decisions.h"
#include "treadle/base/result.h"
#include "treadle/net/http_message.h"

namespace treadle::approvals::pages {

// What is said of a form whose nonce is not good.
inline constexpr std::string_view kStaleForm =
    "Nothing was decided: the page was open for too long, or the browser keeps no cookies. Press "
    "the "
    "button once more.";

// Whether the body is a form's, as browsers send it.
[[nodiscard]] auto is_form(net::Request const& request) -> bool;

// A decision as a form posts it.
struct PostedDecision {
  Verdict verdict = Verdict::kReject;
  std::string comment;
  std::string name;  // where the form asks for it
};
// The error is a sentence for whoever pressed the button. Nothing but the two buttons' own values
// counts as a decision.
[[nodiscard]] auto read_decision(net::Request const& request)
    -> Result<PostedDecision, std::string>;

// The page that says what came of a decision.
[[nodiscard]] auto outcome_page(DecisionOutcome const& outcome) -> net::Response;

// A page of one sentence.
[[nodiscard]] auto message_page(int status, std::string_view title, std::string_view text)
    -> net::Response;

// The answer to methods that change nothing and show nothing: OPTIONS says what there is.
[[nodiscard]] auto other_method(net::Request const& request) -> net::Response;

}  // namespace treadle::approvals::pages
