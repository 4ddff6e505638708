#include "treadle/approvals/pages/exchange.h"

#include <fmt/format.h>

#include "treadle/approvals/pages/approval_page.h"
#include "treadle/approvals/pages/form.h"
#include "treadle/approvals/pages/html.h"
#include "treadle/base/utf8.h"

namespace treadle::approvals::pages {
namespace {

constexpr std::size_t kCommentCharsMax = 2'000;
constexpr std::size_t kNameCharsMax = 200;
constexpr std::size_t kFormBytesMax = std::size_t{32} << 10;

auto status_of(DecisionOutcome const& outcome) -> int {
  if (std::holds_alternative<NotAllowed>(outcome)) return 403;
  if (std::holds_alternative<Unknown>(outcome)) return 404;
  if (std::holds_alternative<Unavailable>(outcome)) return 503;
  return 200;
}

// The approval that an outcome carries, if it does.
auto approval_of(DecisionOutcome const& outcome) -> Approval const* {
  return std::visit(
      []<typename T>(T const& one) -> Approval const* {
        if constexpr (requires { one.approval; })
          return &one.approval;
        else
          return nullptr;
      },
      outcome);
}

}  // namespace

auto is_form(net::Request const& request) -> bool {
  auto const type = request.headers.find("content-type").value_or("");
  return net::equals_ignoring_case(type.substr(0, type.find(';')),
                                   "application/x-www-form-urlencoded");
}

auto read_decision(net::Request const& request) -> Result<PostedDecision, std::string> {
  if (!is_form(request) || request.body.size() > kFormBytesMax)
    return std::unexpected("This is not what the form on this page sends. Nothing was decided.");
  PostedDecision out;
  auto const verdict = read_verdict(form_field(request.body, "decision").value_or(""));
  if (!verdict) return std::unexpected("Nothing was decided: press Approve or Reject.");
  out.verdict = *verdict;
  out.comment = form_field(request.body, "comment").value_or("");
  out.name = form_field(request.body, "name").value_or("");
  if (utf8::count_code_points(out.comment) > kCommentCharsMax)
    return std::unexpected("The comment is longer than 2,000 characters. Nothing was decided.");
  if (utf8::count_code_points(out.name) > kNameCharsMax)
    return std::unexpected("The name is longer than 200 characters. Nothing was decided.");
  return out;
}

auto outcome_page(DecisionOutcome const& outcome) -> net::Response {
  auto const sentence = outcome_sentence(outcome);
  auto body = notice(sentence);
  if (auto const* const approval = approval_of(outcome)) body += approval_html(*approval);
  return page(status_of(outcome), sentence, body);
}

auto message_page(int status, std::string_view title, std::string_view text) -> net::Response {
  return page(status, title, fmt::format("<h1>{}</h1>\n{}", escape_html(title), notice(text)));
}

auto other_method(net::Request const& request) -> net::Response {
  auto response = request.method == "OPTIONS"
                      ? message_page(204, "", "")
                      : message_page(405, "Not here", "Only GET, HEAD and POST are served.");
  response.headers.add("Allow", "GET, HEAD, POST, OPTIONS");
  return response;
}

}  // namespace treadle::approvals::pages
