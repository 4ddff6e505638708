#include "treadle/approvals/pages/approval_page.h"

#include <vector>

#include <fmt/format.h>

#include "treadle/approvals/pages/html.h"
#include "treadle/base/utf8.h"

namespace treadle::approvals::pages {
namespace {

constexpr std::size_t kCommentBytesMax = 300;  // of a vote's comment, in lists

auto shown_name(Approver const& approver) -> std::string {
  return approver.name.empty() ? approver.id : approver.name;
}

auto vote_line(Decision const& vote) -> std::string {
  auto line = fmt::format("{} by {} via {} at {}",
                          vote.verdict == Verdict::kApprove ? "Approved" : "Rejected",
                          shown_name(vote.approver), vote.via, shown_time(vote.decided_at));
  if (!vote.comment.empty())
    line += fmt::format(": {}", utf8::truncate(vote.comment, kCommentBytesMax));
  return line;
}

// What is known of the request besides its facts.
auto circumstances(Approval const& approval) -> std::vector<Fact> {
  std::vector<Fact> out;
  if (approval.requester) out.push_back({"Requested by", *approval.requester});
  out.push_back({"Workflow", approval.state_machine_name});
  out.push_back({"Step", approval.state_name});
  out.push_back({"Execution", approval.execution_name});
  out.push_back({"Asked at", shown_time(approval.opened_at)});
  if (approval.expires_at && approval.status == Status::kPending)
    out.push_back({"Expires at", shown_time(*approval.expires_at)});
  if (approval.quorum > 1)
    for (auto const& vote : approval.votes) out.push_back({"Vote", vote_line(vote)});
  if (approval.decision && !approval.decision->comment.empty())
    out.push_back({"Comment", approval.decision->comment});
  return out;
}

auto list_html(std::vector<Fact> const& facts, std::string_view css_class) -> std::string {
  if (facts.empty()) return {};
  auto out = fmt::format("<dl class=\"{}\">\n", css_class);
  for (auto const& fact : facts)
    out +=
        fmt::format("<dt>{}</dt><dd>{}</dd>\n", escape_html(fact.label), escape_html(fact.value));
  return out + "</dl>\n";
}

// A line of data can't pass for one of ours: those that follow a line feed are indented.
auto indented(std::string_view text) -> std::string {
  std::string out;
  for (auto const c : text) {
    if (c == '\r') continue;
    out += c;
    if (c == '\n') out += "    ";
  }
  return out;
}

auto list_text(std::vector<Fact> const& facts) -> std::string {
  std::string out;
  for (auto const& fact : facts)
    out += fmt::format("{}: {}\n", indented(fact.label), indented(fact.value));
  return out;
}

}  // namespace

auto shown_time(Timestamp time) -> std::string {
  auto const text = to_iso8601(time);
  return text.substr(0, 10) + " " + text.substr(11, 5) + " UTC";
}

auto approval_html(Approval const& approval) -> std::string {
  return fmt::format("<h1>{}</h1>\n<p class=\"state\" role=\"status\">{}</p>\n{}{}",
                     escape_html(approval.title), escape_html(outcome_text(approval)),
                     list_html(approval.facts, "facts"),
                     list_html(circumstances(approval), "circumstances"));
}

auto approval_text(Approval const& approval) -> std::string {
  return fmt::format("{}\n{}\n\n{}\n{}", indented(approval.title), outcome_text(approval),
                     list_text(approval.facts), list_text(circumstances(approval)));
}

auto decision_form(std::string_view nonce, AskName ask_name) -> std::string {
  auto out =
      fmt::format("<form method=\"post\">\n<input type=\"hidden\" name=\"nonce\" value=\"{}\">\n",
                  escape_html(nonce));
  if (ask_name == AskName::kYes)
    out +=
        "<label for=\"name\">Your name or e-mail address</label>\n<input id=\"name\" name=\"name\" "
        "autocomplete=\"email\" maxlength=\"200\" required>\n";
  return out +
         "<label for=\"comment\">Comment (optional)</label>\n<textarea id=\"comment\" "
         "name=\"comment\" rows=\"3\" maxlength=\"2000\"></textarea>\n<div class=\"choice\">\n"
         // What the Enter key presses is the first button: it decides nothing.
         "<button hidden name=\"decision\" value=\"none\"></button>\n"
         "<button class=\"approve\" name=\"decision\" value=\"approve\">Approve</button>\n"
         "<button class=\"reject\" name=\"decision\" value=\"reject\">Reject</button>\n</div>\n"
         "</form>\n";
}

auto notice(std::string_view text) -> std::string {
  return fmt::format("<p class=\"notice\" role=\"alert\">{}</p>\n", escape_html(text));
}

}  // namespace treadle::approvals::pages
