#include "treadle/approvals/pages/link_service.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "treadle/approvals/http_answers.h"
#include "treadle/approvals/pages/approval_page.h"
#include "treadle/approvals/pages/exchange.h"
#include "treadle/approvals/pages/form.h"
#include "treadle/approvals/pages/html.h"

namespace treadle::approvals::pages {
namespace {

constexpr std::string_view kPrefix = "/a/";
constexpr std::string_view kVia = "email";

void add_recipients(std::vector<std::string>& out, std::vector<Recipient> const& recipients) {
  for (auto const& recipient : recipients)
    if (recipient.channel == kVia) out.push_back(identity_of(recipient));
}

}  // namespace

struct LinkService::Opened {
  Approval approval;
  Approver approver;
  Timestamp expires_at;
};

auto identity_of(Recipient const& recipient) -> std::string const& {
  return recipient.approver.empty() ? recipient.address : recipient.approver;
}

auto link_expiry(Approval const& approval) -> Timestamp {
  return approval.expires_at.value_or(approval.opened_at + kLinkTime);
}

LinkService::LinkService(LinkKeys keys, Decisions& decisions, FormNonces& nonces,
                         Clock const& clock, FormNonces::Transport transport)
    : keys_(std::move(keys)),
      decisions_(decisions),
      nonces_(nonces),
      clock_(clock),
      transport_(transport) {}

auto LinkService::service() -> HttpService {
  return {.claim = [](net::Request const& request) -> std::optional<Caller> {
            if (!path_of(request).starts_with(kPrefix)) return std::nullopt;
            return Caller::kLooksItself;
          },
          .serve =
              [this](net::Request&& request, net::Responder responder) {
                serve(std::move(request), std::move(responder));
              },
          .refusal =
              [](net::Request const&, int status, std::string_view /*code*/,
                 std::string_view message) { return message_page(status, "Not here", message); }};
}

// Who the link was made for: of all that the settings name now, so that one who was taken out of them
// has no link any more.
auto LinkService::recipient_of(LinkText const& link, Approval const& approval) const
    -> std::optional<std::string> {
  std::vector<std::string> known;
  for (auto const& approver : approval.approvers) known.push_back(approver.id);
  if (auto const rules =
          decisions_.settings().find(approval.state_machine_name, approval.state_name)) {
    add_recipients(known, rules->recipients);
    if (rules->escalation) add_recipients(known, rules->escalation->recipients);
  }
  std::optional<std::string> found;
  for (auto& identity : known)
    if (is_for(keys_, link, identity) && !found) found = std::move(identity);
  return found;
}

void LinkService::note(net::Request const& request, Fault const& fault) {
  decisions_.note_refused({.what = fault.what,
                           .approval_id = std::string(fault.approval_id),
                           .via = std::string(kVia),
                           .why = std::string(fault.why),
                           .tried = std::string(path_of(request).substr(kPrefix.size())),
                           .origin = origin_of(request)});
}

auto LinkService::refuse(net::Request const& request, int status, Fault const& fault)
    -> net::Response {
  note(request, fault);
  return message_page(status, "This link does not work",
                      fmt::format("{} Nothing was decided.", fault.why));
}

auto LinkService::open(net::Request const& request) -> std::expected<Opened, net::Response> {
  constexpr std::string_view kNotGood =
      "The link is not complete, or it was withdrawn. Open it again from the mail, or ask for a "
      "new one.";
  auto const text = path_of(request).substr(kPrefix.size());
  auto const link = read_link(text);
  if (!link)
    return std::unexpected(refuse(request, 404, {Refused::kLink, text.substr(0, 45), kNotGood}));
  auto approval = decisions_.find(link->approval_id);
  Fault const not_good{Refused::kLink, link->approval_id, kNotGood};
  if (!approval) return std::unexpected(refuse(request, 404, not_good));
  auto recipient = recipient_of(*link, *approval);
  if (!recipient) return std::unexpected(refuse(request, 404, not_good));
  Approver approver{.id = std::move(*recipient), .authenticated = "signed-link"};
  for (auto const& allowed : approval->approvers)
    if (is_known_as(allowed, approver.id)) approver.name = allowed.name;
  if (approval->status == Status::kPending && clock_.now() > link->expires_at) {
    auto const why =
        fmt::format("The link expired at {}. Ask for a new one.", shown_time(link->expires_at));
    return std::unexpected(refuse(request, 410, {Refused::kExpiredLink, link->approval_id, why}));
  }
  return Opened{.approval = std::move(*approval),
                .approver = std::move(approver),
                .expires_at = link->expires_at};
}

auto LinkService::form_page(net::Request const& request, Opened const& opened, int status,
                            std::string_view problem) -> net::Response {
  auto body = problem.empty() ? std::string() : notice(problem);
  body += approval_html(opened.approval);
  auto const is_pending = opened.approval.status == Status::kPending;
  auto const allowed = decisions_.may_decide(opened.approval, opened.approver);
  if (is_pending && !allowed) body += notice(allowed.error().why);
  if (!is_pending || !allowed) return page(status, opened.approval.title, body);
  auto const path = path_of(request);
  auto const cookie = nonces_.cookie_for(request.headers);
  body += decision_form(nonces_.form_value(cookie, path, clock_.now()), AskName::kNo);
  body += fmt::format("<p><small>You decide as {}. This link is yours alone.</small></p>\n",
                      escape_html(opened.approver.id));
  auto response = page(status, opened.approval.title, body);
  response.headers.add("Set-Cookie", FormNonces::set_cookie(cookie, path, transport_));
  return response;
}

void LinkService::decide(net::Request const& request, Opened const& opened,
                         net::Responder responder) {
  auto const refuse_form = [&](int status, std::string_view why) {
    note(request, {Refused::kForm, opened.approval.id, why});
    responder.send(form_page(request, opened, status, why));
  };
  auto const nonce = form_field(request.body, "nonce").value_or("");
  if (!nonces_.check(request.headers, path_of(request), nonce, clock_.now()))
    return refuse_form(403, kStaleForm);
  auto const posted = read_decision(request);
  if (!posted) return refuse_form(400, posted.error());
  decisions_.decide({.approval_id = opened.approval.id,
                     .verdict = posted->verdict,
                     .approver = opened.approver,
                     .via = std::string(kVia),
                     .comment = posted->comment,
                     .origin = origin_of(request)},
                    [responder = std::move(responder)](DecisionOutcome outcome) mutable {
                      responder.send(outcome_page(outcome));
                    });
}

void LinkService::serve(net::Request&& request, net::Responder responder) {
  bool const looks = request.method == "GET" || request.method == "HEAD";
  if (!looks && request.method != "POST") return responder.send(other_method(request));
  auto opened = open(request);
  if (!opened) return responder.send(std::move(opened.error()));
  if (!looks && opened->approval.status == Status::kPending)
    return decide(request, *opened, std::move(responder));
  if (request.method == "GET")
    std::ignore = decisions_.view(opened->approval.id, opened->approver, kVia, origin_of(request));
  if (!looks)  // a form that was filled in while somebody else was first
    return responder.send(outcome_page(opened->approval.status == Status::kTimedOut
                                           ? DecisionOutcome(TooLate{opened->approval})
                                           : DecisionOutcome(AlreadyClosed{opened->approval})));
  responder.send(form_page(request, *opened, 200, ""));
}

}  // namespace treadle::approvals::pages
