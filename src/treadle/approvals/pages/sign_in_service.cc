#include "treadle/approvals/pages/sign_in_service.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "treadle/approvals/http_answers.h"
#include "treadle/approvals/pages/approval_page.h"
#include "treadle/approvals/pages/exchange.h"
#include "treadle/approvals/pages/form.h"
#include "treadle/approvals/pages/html.h"
#include "treadle/approvals/routes.h"
#include "treadle/net/uri.h"

namespace treadle::approvals::pages {
namespace {

constexpr std::string_view kInbox = "/approvals";
constexpr std::string_view kSignIn = "/approvals/sign-in";
constexpr std::string_view kSignOut = "/approvals/sign-out";
constexpr std::string_view kVia = "page";
constexpr std::size_t kKeyIdMax = 128;
constexpr std::size_t kSecretMax = 512;

auto see(std::string_view where) -> net::Response {
  auto out = message_page(303, "Go on", fmt::format("This goes on at {}", where));
  out.headers.add("Location", where);
  return out;
}

constexpr std::string_view kNameChars =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

// Where to go on after signing in: the inbox or the page of an approval, and nothing else.
auto checked_goal(std::string_view goal) -> std::string {
  constexpr std::size_t kGoalMax = 500;
  auto const path = goal.substr(0, goal.find('?'));
  auto const query = goal.substr(path.size());
  bool const is_approval =
      path.starts_with("/approvals/") && !SignInService::claims(path) &&
      path.substr(kInbox.size() + 1).find_first_not_of(kNameChars) == path.npos;
  bool const is_plain = std::ranges::all_of(
      query, [](char c) { return kNameChars.contains(c) || std::string_view("?=&%").contains(c); });
  bool const is_ours = path == kInbox || is_approval;
  return std::string(is_ours && is_plain && goal.size() <= kGoalMax ? goal : kInbox);
}

// A browser says where the form it sends was shown. A secret goes over TLS, or stays on this machine.
auto is_safe_way(net::Request const& request) -> bool {
  auto const origin = request.headers.find("origin").value_or("");
  if (origin.starts_with("https://")) return true;
  constexpr std::string_view kHttp = "http://";
  if (!origin.starts_with(kHttp)) return false;
  auto const host = origin.substr(kHttp.size());
  auto const name =
      host.starts_with('[') ? host.substr(0, host.find(']') + 1) : host.substr(0, host.find(':'));
  return name == "localhost" || name.ends_with(".localhost") || name == "[::1]" ||
         (name.starts_with("127.") && name.find_first_not_of("0123456789.") == name.npos);
}

auto form_html(std::string_view nonce, std::string_view to) -> std::string {
  return fmt::format(
      "<h1>Sign in</h1>\n<form method=\"post\" action=\"{}\">\n"
      "<input type=\"hidden\" name=\"nonce\" value=\"{}\">\n"
      "<input type=\"hidden\" name=\"to\" value=\"{}\">\n"
      "<label for=\"key\">Access key id</label>\n<input id=\"key\" name=\"key\" "
      "autocomplete=\"username\" maxlength=\"128\" autocapitalize=\"none\" spellcheck=\"false\" "
      "required>\n"
      "<label for=\"secret\">Secret access key</label>\n<input id=\"secret\" name=\"secret\" "
      "type=\"password\" autocomplete=\"current-password\" maxlength=\"512\" required>\n"
      "<div class=\"choice\"><button>Sign in</button></div>\n</form>\n"
      "<p><small>Signed in already? A link from elsewhere does not show that: "
      "<a href=\"{}\">go on</a>.</small></p>\n",
      kSignIn, escape_html(nonce), escape_html(to), escape_html(to));
}

auto with_own_referrer(net::Response response) -> net::Response {
  // So that browsers say where the form comes from.
  response.headers.set("Referrer-Policy", "same-origin");
  return response;
}

}  // namespace

SignInService::SignInService(Parts const& parts)
    : decisions_(parts.decisions),
      log_(parts.log),
      keys_(parts.keys),
      nonces_(parts.nonces),
      clock_(parts.clock),
      sessions_(parts.store_secret, parts.keys, parts.log, parts.clock, parts.random) {}

auto SignInService::claims(std::string_view path) -> bool {
  return path == kSignIn || path == kSignOut;
}

auto SignInService::holder(net::Request const& request) const -> net::AccessKey const* {
  return sessions_.find(request.headers);
}

auto SignInService::transport_of(net::Request const& request) -> FormNonces::Transport {
  bool const is_tls = request.headers.find("origin").value_or("").starts_with("https://") ||
                      request.headers.find("x-forwarded-proto") == "https";
  return is_tls ? FormNonces::Transport::kTls : FormNonces::Transport::kPlain;
}

auto SignInService::ask(net::Request const& request) -> net::Response {
  auto const goal = checked_goal(request.target);
  return see(fmt::format("{}?to={}", kSignIn, net::percent_encode(goal)));
}

auto SignInService::who_html(net::AccessKey const& key, std::string_view cookie) const
    -> std::string {
  return fmt::format(
      "<form method=\"post\" action=\"{}\" class=\"who\">\n<input type=\"hidden\" name=\"nonce\" "
      "value=\"{}\">\n<small>Signed in as {}</small> <button class=\"small\">Sign "
      "out</button>\n</form>\n",
      kSignOut, escape_html(nonces_.form_value(cookie, kSignOut, clock_.now())),
      escape_html(approver_of(key).id));
}

auto SignInService::form_page(net::Request const& request, int status, std::string_view to,
                              std::string_view problem) -> net::Response {
  auto const cookie = nonces_.cookie_for(request.headers);
  auto const nonce = nonces_.form_value(cookie, kSignIn, clock_.now());
  auto body = problem.empty() ? std::string() : notice(problem);
  auto response = page(status, "Sign in", body + form_html(nonce, to));
  response.headers.add("Set-Cookie", FormNonces::set_cookie(cookie, kInbox, transport_of(request)));
  return with_own_referrer(std::move(response));
}

auto SignInService::refuse(net::Request const& request, int status, std::string_view key_id,
                           std::string_view why) -> net::Response {
  decisions_.note_refused({.what = Refused::kSignIn,
                           .via = std::string(kVia),
                           .why = std::string(why),
                           // What is no key's id may be a secret in the wrong field.
                           .approver = keys_.find(key_id) == nullptr ? "" : std::string(key_id),
                           .tried = std::string(key_id),
                           .origin = origin_of(request)});
  auto const to = checked_goal(form_field(request.body, "to").value_or(""));
  auto response = form_page(request, status, to, why);
  if (status == 429) response.headers.add("Retry-After", "6");
  return response;
}

void SignInService::sign_in(net::Request const& request, net::Responder responder) {
  auto const id = form_field(request.body, "key").value_or("");
  auto const secret = form_field(request.body, "secret").value_or("");
  auto const refused = [&](int status, std::string_view why) {
    responder.send(refuse(request, status, id, why));
  };
  if (!is_safe_way(request))
    return refused(403,
                   "You were not signed in: this way the secret would be sent for everybody to "
                   "read. Come by https, with a proxy that --public-url names, or from the "
                   "server's own machine.");
  auto const nonce = form_field(request.body, "nonce").value_or("");
  if (!is_form(request) || !nonces_.check(request.headers, kSignIn, nonce, clock_.now()))
    return refused(403,
                   "You were not signed in: the page was open for too long, or the browser keeps "
                   "no cookies. Try again.");
  auto const* const known = keys_.find(id);
  auto const limited = known == nullptr ? std::string() : id;
  if (!limits_.take(request.remote, limited, clock_.now()))
    return refused(429,
                   "Too many have failed to sign in from here, or with this key: wait a moment.");
  auto const* const key =
      id.size() <= kKeyIdMax && secret.size() <= kSecretMax ? keys_.check(id, secret) : nullptr;
  if (key == nullptr) return refused(403, "There is no such access key, or its secret is another.");
  limits_.forgive(request.remote, limited);
  if (!may_sign_in(*key))
    return refused(403,
                   "This key has limited rights and names no approver: it does not let anybody in "
                   "here.");
  auto response = see(checked_goal(form_field(request.body, "to").value_or("")));
  response.headers.add("Set-Cookie", sessions_.open(*key, transport_of(request)));
  log_.note_opened(
      {.key_id = key->id, .approver = approver_of(*key).id, .origin = origin_of(request)},
      [responder = std::move(responder), response = std::move(response)]() mutable {
        responder.send(std::move(response));
      });
}

void SignInService::sign_out(net::Request const& request, net::Responder responder) {
  auto const* const key = holder(request);
  auto response = see(kSignIn);
  response.headers.add("Set-Cookie", Sessions::clear());
  if (key == nullptr) return responder.send(std::move(response));
  auto const nonce = form_field(request.body, "nonce").value_or("");
  if (!nonces_.check(request.headers, kSignOut, nonce, clock_.now()))
    return responder.send(message_page(403, "Not signed out",
                                       "The page was open for too long. Go back to the approvals, "
                                       "and press Sign out there."));
  log_.note_ended(
      {.key_id = key->id, .approver = approver_of(*key).id, .origin = origin_of(request)},
      clock_.now(), [responder = std::move(responder), response = std::move(response)]() mutable {
        responder.send(std::move(response));
      });
}

void SignInService::serve(net::Request&& request, net::Responder responder) {
  bool const looks = request.method == "GET" || request.method == "HEAD";
  if (!looks && request.method != "POST") return responder.send(other_method(request));
  if (path_of(request) == kSignOut)
    return looks ? responder.send(see(kInbox)) : sign_out(request, std::move(responder));
  if (!looks) return sign_in(request, std::move(responder));
  auto const query = net::split_target(request.target).query;
  auto const to = checked_goal(form_field(query, "to").value_or(""));
  if (holder(request) != nullptr) return responder.send(see(to));
  responder.send(form_page(request, 200, to, ""));
}

}  // namespace treadle::approvals::pages
