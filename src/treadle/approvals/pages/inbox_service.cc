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

// Shown to one, a form decides for no other who signs in meanwhile.
auto purpose_of(std::string_view path, std::string_view who) -> std::string {
  return fmt::format("{}\n{}", path, who);
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

struct InboxService::Visitor {
  net::AccessKey const* key = nullptr;  // they have signed in with it; null where there are no keys
  Approver approver;                    // no id where there are no keys: they say who they are
};

InboxService::InboxService(Decisions& decisions, FormNonces& nonces, Clock const& clock,
                           SignInService* sign_in)
    : decisions_(decisions), nonces_(nonces), clock_(clock), sign_in_(sign_in) {}

auto InboxService::service() -> HttpService {
  // Signing in shows who calls, not a signature.
  auto const caller = sign_in_ == nullptr ? Caller::kSigned : Caller::kLooksItself;
  return {.claim = [caller](net::Request const& request) -> std::optional<Caller> {
            if (!id_in(path_of(request))) return std::nullopt;
            return caller;
          },
          .serve =
              [this](net::Request&& request, net::Responder responder) {
                serve(std::move(request), std::move(responder));
              },
          .refusal =
              [](net::Request const&, int status, std::string_view /*code*/,
                 std::string_view message) { return message_page(status, "Not let in", message); }};
}

auto InboxService::finish(net::Request const& request, Visitor const& visitor,
                          std::string_view cookie, net::Response response) const -> net::Response {
  if (visitor.key != nullptr)
    response.body.insert(response.body.rfind("</main>"), sign_in_->who_html(*visitor.key, cookie));
  response.headers.add("Set-Cookie",
                       FormNonces::set_cookie(cookie, kRoot, SignInService::transport_of(request)));
  response.headers.set("Referrer-Policy", "same-origin");
  return response;
}

auto InboxService::list(net::Request const& request, Visitor const& visitor) -> net::Response {
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
  return finish(request, visitor, nonces_.cookie_for(request.headers),
                page(200, "Approvals", body));
}

auto InboxService::show(net::Request const& request, Visitor const& visitor,
                        Approval const& approval, int status, std::string_view problem)
    -> net::Response {
  auto body = problem.empty() ? std::string() : notice(problem);
  body += approval_html(approval);
  bool const is_pending = approval.status == Status::kPending;
  bool const asks_name = visitor.key == nullptr;
  auto const allowed = asks_name ? std::expected<void, NotAllowed>()
                                 : decisions_.may_decide(approval, visitor.approver);
  auto const cookie = nonces_.cookie_for(request.headers);
  auto const purpose = purpose_of(path_of(request), visitor.approver.id);
  if (is_pending && allowed)
    body += decision_form(nonces_.form_value(cookie, purpose, clock_.now()),
                          asks_name ? AskName::kYes : AskName::kNo);
  else if (is_pending)
    body += notice(allowed.error().why);
  body += "<nav><a href=\"/approvals\">All approvals</a></nav>\n";
  return finish(request, visitor, cookie, page(status, approval.title, body));
}

void InboxService::decide(net::Request const& request, Visitor const& visitor,
                          Approval const& approval, net::Responder responder) {
  auto const refuse = [&](int status, std::string_view why) {
    decisions_.note_refused({.what = Refused::kForm,
                             .approval_id = approval.id,
                             .via = std::string(kVia),
                             .why = std::string(why),
                             .approver = visitor.approver.id,
                             .origin = origin_of(request)});
    responder.send(show(request, visitor, approval, status, why));
  };
  auto const nonce = form_field(request.body, "nonce").value_or("");
  auto const purpose = purpose_of(path_of(request), visitor.approver.id);
  if (!nonces_.check(request.headers, purpose, nonce, clock_.now())) return refuse(403, kStaleForm);
  // Signing in is for this server's own pages, also where a browser does not say what page it comes from.
  if (request.headers.find("origin") == "null")
    return refuse(403, "Nothing was decided: the browser does not say what page this comes from.");
  auto const posted = read_decision(request);
  if (!posted) return refuse(400, posted.error());
  auto approver = visitor.approver;
  if (visitor.key == nullptr) approver.id = posted->name;
  if (approver.id.empty()) return refuse(400, "Nothing was decided: say who you are.");
  decisions_.decide({.approval_id = approval.id,
                     .verdict = posted->verdict,
                     .approver = std::move(approver),
                     .via = std::string(kVia),
                     .comment = posted->comment,
                     .origin = origin_of(request)},
                    [responder = std::move(responder)](DecisionOutcome outcome) mutable {
                      responder.send(outcome_page(outcome));
                    });
}

void InboxService::serve(net::Request&& request, net::Responder responder) {
  if (sign_in_ == nullptr)
    return serve_visitor(std::move(request), {.approver = {.id = {}, .authenticated = "none"}},
                         std::move(responder));
  if (SignInService::claims(path_of(request)))
    return sign_in_->serve(std::move(request), std::move(responder));
  auto const* const key = sign_in_->holder(request);
  if (key != nullptr)
    return serve_visitor(std::move(request), {.key = key, .approver = approver_of(*key)},
                         std::move(responder));
  if (request.method == "GET" || request.method == "HEAD")
    return responder.send(SignInService::ask(request));
  if (request.method != "POST") return responder.send(other_method(request));
  decisions_.note_refused({.what = Refused::kForm,
                           .approval_id = std::string(*id_in(path_of(request))),
                           .via = std::string(kVia),
                           .why = "nobody has signed in",
                           .origin = origin_of(request)});
  responder.send(message_page(403, "Not signed in",
                              "Nothing was decided: you are not signed in, or no longer. Go back, "
                              "load the page anew and sign in."));
}

void InboxService::serve_visitor(net::Request&& request, Visitor const& visitor,
                                 net::Responder responder) {
  auto const id = id_in(path_of(request)).value_or("");
  bool const looks = request.method == "GET" || request.method == "HEAD";
  if (id.empty() && looks) return responder.send(list(request, visitor));
  if (id.empty() || (!looks && request.method != "POST"))
    return responder.send(other_method(request));
  auto const approval = request.method == "GET"
                            ? decisions_.view(id, visitor.approver, kVia, origin_of(request))
                            : decisions_.find(id);
  if (!approval)
    return responder.send(message_page(404, "Not found", "There is no such approval."));
  if (looks) return responder.send(show(request, visitor, *approval, 200, ""));
  decide(request, visitor, *approval, std::move(responder));
}

}  // namespace treadle::approvals::pages
