#include "treadle/approvals/pages/inbox_service.h"

#include <utility>

#include <fmt/format.h>

#include "treadle/approvals/http_answers.h"
#include "treadle/approvals/pages/approval_page.h"
#include "treadle/approvals/pages/exchange.h"
#include "treadle/approvals/pages/form.h"
#include "treadle/approvals/pages/html.h"
#include "treadle/net/uri.h"

namespace treadle::approvals::pages {
namespace {

constexpr std::string_view kRoot = "/approvals";
constexpr std::string_view kVia = "page";

// Empty: the list itself. nullopt: not below the root.
auto id_in(std::string_view path) -> std::optional<std::string_view> {
  if (!path.starts_with(kRoot)) return std::nullopt;
  auto const rest = path.substr(kRoot.size());
  if (rest.empty() || rest == "/") return "";
  if (!rest.starts_with('/')) return std::nullopt;
  return rest.substr(1);
}

auto entry(Approval const& approval) -> std::string {
  auto const due = approval.status == Status::kPending && approval.expires_at
                       ? fmt::format(", expires {}", shown_time(*approval.expires_at))
                       : std::string();
  return fmt::format(
      "<li><a href=\"{}/{}\">{}</a><br>{}<br><small>{} / {}, asked {}{}</small></li>\n", kRoot,
      escape_html(approval.id), escape_html(approval.title), escape_html(outcome_text(approval)),
      escape_html(approval.state_machine_name), escape_html(approval.state_name),
      shown_time(approval.opened_at), due);
}

}  // namespace

InboxService::InboxService(Decisions& decisions, FormNonces& nonces, Clock const& clock, Keys keys)
    : decisions_(decisions), nonces_(nonces), clock_(clock), keys_(keys) {}

auto InboxService::authenticated(net::Request const& request) const -> std::string {
  return keys_ == Keys::kChecked ? signing_key(request) : "none";
}

auto InboxService::service() -> HttpService {
  return {
      .claim = [](net::Request const& request) -> std::optional<Caller> {
        if (!id_in(path_of(request))) return std::nullopt;
        return Caller::kSigned;
      },
      .serve = [this](
                   net::Request&& request,
                   net::Responder responder) { serve(std::move(request), std::move(responder)); },
      .refusal =
          [](net::Request const&, int status, std::string_view /*code*/, std::string_view message) {
            return message_page(
                status, "Not let in",
                fmt::format("This server asks for signed requests, which browsers don't make: "
                            "use the links in mails, Slack, or treadle approvals. ({})",
                            message));
          }};
}

auto InboxService::list(net::Request const& request) -> net::Response {
  auto const query = net::split_target(request.target).query;
  bool const closed = form_field(query, "status") == "closed";
  auto const found =
      decisions_.list({.which = closed ? ListQuery::Which::kClosed : ListQuery::Which::kPending,
                       .limit = 50,
                       .after = form_field(query, "after").value_or("")});
  if (!found && found.error() == ListError::kBadPosition)
    return message_page(400, "Approvals", "There is no such page of the list.");
  if (!found) return message_page(503, "Approvals", "The list can't be read just now. Try again.");
  auto body = fmt::format("<h1>{}</h1>\n<nav><a href=\"{}\">{}</a></nav>\n",
                          closed ? "Decided approvals" : "Approvals that wait",
                          closed ? "/approvals" : "/approvals?status=closed",
                          closed ? "Those that wait" : "Those that were decided");
  body += found->approvals.empty() && found->next.empty() ? "<p>There are none.</p>\n"
                                                          : std::string("<ul>\n");
  for (auto const& approval : found->approvals) body += entry(approval);
  if (!found->approvals.empty() || !found->next.empty()) body += "</ul>\n";
  if (!found->next.empty())
    body += fmt::format("<p><a href=\"{}?{}after={}\">More</a></p>\n", kRoot,
                        closed ? "status=closed&amp;" : "", net::percent_encode(found->next));
  return page(200, "Approvals", body);
}

auto InboxService::show(net::Request const& request, Approval const& approval, int status,
                        std::string_view problem) -> net::Response {
  auto body = problem.empty() ? std::string() : notice(problem);
  body += approval_html(approval);
  bool const is_pending = approval.status == Status::kPending;
  auto const issued =
      nonces_.issue(request.headers, path_of(request), FormNonces::Transport::kPlain, clock_.now());
  if (is_pending) body += decision_form(issued.form_value, AskName::kYes);
  body += "<nav><a href=\"/approvals\">All approvals</a></nav>\n";
  auto response = page(status, approval.title, body);
  if (is_pending) response.headers.add("Set-Cookie", issued.set_cookie);
  // The form says where it comes from, which the server asks of whoever uses its own port.
  response.headers.set("Referrer-Policy", "same-origin");
  return response;
}

void InboxService::decide(net::Request const& request, Approval const& approval,
                          net::Responder responder) {
  auto const nonce = form_field(request.body, "nonce").value_or("");
  if (!nonces_.check(request.headers, path_of(request), nonce, clock_.now()))
    return responder.send(show(request, approval, 403,
                               "Nothing was decided: the page was open for too long, or the "
                               "browser keeps no cookies. Press the button once more."));
  auto const posted = read_decision(request);
  if (!posted) return responder.send(show(request, approval, 400, posted.error()));
  if (posted->name.empty())
    return responder.send(show(request, approval, 400, "Nothing was decided: say who you are."));
  decisions_.decide({.approval_id = approval.id,
                     .verdict = posted->verdict,
                     .approver = {.id = posted->name, .authenticated = authenticated(request)},
                     .via = std::string(kVia),
                     .comment = posted->comment,
                     .origin = origin_of(request)},
                    [responder = std::move(responder)](DecisionOutcome outcome) mutable {
                      responder.send(outcome_page(outcome));
                    });
}

void InboxService::serve(net::Request&& request, net::Responder responder) {
  auto const id = id_in(path_of(request)).value_or("");
  bool const looks = request.method == "GET" || request.method == "HEAD";
  if (id.empty() && looks) return responder.send(list(request));
  if (id.empty() || (!looks && request.method != "POST"))
    return responder.send(other_method(request));
  auto const approval =
      request.method == "GET"
          ? decisions_.view(id, {.id = {}, .authenticated = authenticated(request)}, kVia,
                            origin_of(request))
          : decisions_.find(id);
  if (!approval)
    return responder.send(message_page(404, "Not found", "There is no such approval."));
  if (looks) return responder.send(show(request, *approval, 200, ""));
  decide(request, *approval, std::move(responder));
}

}  // namespace treadle::approvals::pages
