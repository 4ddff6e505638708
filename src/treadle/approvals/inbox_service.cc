#include "treadle/approvals/inbox_service.h"

#include <memory>
#include <utility>

#include <fmt/format.h>

#include "treadle/approvals/decision_json.h"
#include "treadle/approvals/http_answers.h"
#include "treadle/json/arena.h"
#include "treadle/json/object_writer.h"
#include "treadle/json/parse.h"

namespace treadle::approvals {
namespace {

constexpr std::string_view kPath = "/v1/approvals";
constexpr std::string_view kDecision = "/decision";
constexpr std::string_view kVia = "api";

auto method_not_allowed(std::string_view allowed) -> net::Response {
  auto out = error_answer(405, "MethodNotAllowed", fmt::format("Use {} here.", allowed));
  out.headers.add("Allow", allowed);
  return out;
}

auto authorization_of(net::Request const& request) -> std::string {
  return std::string(request.headers.find("Authorization").value_or(""));
}

struct Answer {
  Approval const& approval;
  std::string_view outcome;
};

auto outcome_answer(int status, DecisionOutcome const& outcome, Answer answer) -> net::Response {
  json::ObjectWriter out;
  out.text("outcome", answer.outcome)
      .text("message", outcome_sentence(outcome))
      .raw("approval", to_json(answer.approval));
  return json_answer(status, out.take());
}

struct OutcomeAnswer {
  DecisionOutcome const& outcome;

  auto operator()(Decided const& o) const {
    return outcome_answer(200, outcome, {o.approval, "decided"});
  }
  auto operator()(Recorded const& o) const {
    return outcome_answer(202, outcome, {o.approval, "recorded"});
  }
  auto operator()(AlreadyClosed const& o) const {
    return outcome_answer(409, outcome, {o.approval, "already-closed"});
  }
  auto operator()(TooLate const& o) const {
    return outcome_answer(409, outcome, {o.approval, "timed-out"});
  }
  auto operator()(NotAllowed const&) const {
    return error_answer(403, "NotAllowed", outcome_sentence(outcome));
  }
  auto operator()(Unknown const&) const {
    return error_answer(404, "ApprovalDoesNotExist", outcome_sentence(outcome));
  }
  auto operator()(Unavailable const&) const {
    return error_answer(503, "ServiceUnavailable", outcome_sentence(outcome));
  }
};

// {"decision","comment","approver"}; the error is for the caller.
auto read_request(std::string_view body) -> Result<DecisionRequest, std::string> {
  json::Arena arena;
  auto const value = json::parse(arena, body);
  if (!value) return std::unexpected("The body is not JSON: " + value.error().to_string());
  if (!value->is_object()) return std::unexpected(std::string("The body must be a JSON object."));
  DecisionRequest out;
  bool has_decision = false;
  for (auto const& member : value->members()) {
    if (!member.value.is_string())
      return std::unexpected(fmt::format("'{}' must be a string.", member.key));
    auto const text = std::string(member.value.as_string());
    if (member.key == "decision") {
      auto const verdict = read_verdict(text);
      if (!verdict)
        return std::unexpected(std::string("'decision' must be \"approve\" or \"reject\"."));
      out.verdict = *verdict;
      has_decision = true;
    } else if (member.key == "comment") {
      out.comment = text;
    } else if (member.key == "approver") {
      out.approver.id = text.substr(0, 256);
    } else {
      return std::unexpected(
          fmt::format("'{}' is not known; there are decision, comment and approver.", member.key));
    }
  }
  if (!has_decision)
    return std::unexpected(std::string("'decision' is missing: \"approve\" or \"reject\"."));
  return out;
}

class Inbox {
 public:
  Inbox(Decisions& decisions, InboxOptions options)
      : decisions_(decisions), options_(std::move(options)) {}

  void serve(net::Request&& request, net::Responder responder) const {
    auto rest = path_of(request).substr(kPath.size());
    if (rest.empty() || rest == "/") return responder.send(list(request));
    rest.remove_prefix(1);
    if (rest.ends_with(kDecision))
      return decide(request, rest.substr(0, rest.size() - kDecision.size()), std::move(responder));
    responder.send(show(request, rest));
  }

 private:
  [[nodiscard]] auto list(net::Request const& request) const -> net::Response {
    if (request.method != "GET") return method_not_allowed("GET");
    if (auto const name = unknown_parameter(request, {"status", "machine", "limit", "next"}))
      return error_answer(400, "ValidationException",
                          fmt::format("There is no parameter '{}'.", *name));
    auto const limit = query_number(request, "limit", {.least = 1, .most = 200, .otherwise = 50});
    if (!limit)
      return error_answer(400, "ValidationException", "'limit' must be a number from 1 to 200.");
    auto const status = query_value(request, "status").value_or("pending");
    if (status != "pending" && status != "decided")
      return error_answer(400, "ValidationException", "'status' must be pending or decided.");
    auto const page = decisions_.list(
        {.which = status == "pending" ? ListQuery::Which::kPending : ListQuery::Which::kClosed,
         .state_machine_arn = machine_arn(query_value(request, "machine").value_or("")),
         .limit = *limit,
         .after = query_value(request, "next").value_or("")});
    if (!page)
      return page.error() == ListError::kBadPosition
                 ? error_answer(400, "ValidationException",
                                "'next' is not what a page of this list gave.")
                 : error_answer(503, "ServiceUnavailable", "The store can't be read just now.");
    std::string items;
    for (auto const& approval : page->approvals)
      items += (items.empty() ? "" : ",") + to_json(approval);
    json::ObjectWriter out;
    out.raw("approvals", "[" + items + "]");
    if (!page->next.empty()) out.text("next", page->next);
    return json_answer(200, out.take());
  }

  [[nodiscard]] auto machine_arn(std::string const& name) const -> std::string {
    if (name.empty() || name.starts_with("arn:")) return name;
    return fmt::format("arn:aws:states:{}:{}:stateMachine:{}", options_.region, options_.account,
                       name);
  }

  [[nodiscard]] auto show(net::Request const& request, std::string_view id) const -> net::Response {
    if (request.method != "GET") return method_not_allowed("GET");
    auto const approval = decisions_.view(id, holder_of(key_of(request)), kVia, origin_of(request));
    if (!approval) return error_answer(404, "ApprovalDoesNotExist", outcome_sentence(Unknown{}));
    return json_answer(200, to_json(*approval));
  }

  void decide(net::Request const& request, std::string_view id, net::Responder responder) const {
    if (request.method != "POST") return responder.send(method_not_allowed("POST"));
    auto decision = read_request(request.body);
    if (!decision)
      return responder.send(error_answer(400, "ValidationException", decision.error()));
    decision->approval_id = id;
    decision->via = kVia;
    decision->origin = origin_of(request);
    if (auto refused = identify(request, *decision)) return responder.send(std::move(*refused));
    auto const kept = std::make_shared<net::Responder>(std::move(responder));
    decisions_.decide(*std::move(decision), [kept](DecisionOutcome const& outcome) {
      kept->send(std::visit(OutcomeAnswer{outcome}, outcome));
    });
  }

  // What signed the request; null: without keys nobody knows.
  [[nodiscard]] auto key_of(net::Request const& request) const -> net::AccessKey const* {
    return options_.keys == nullptr ? nullptr : options_.keys->find(signing_key(request));
  }
  [[nodiscard]] static auto holder_of(net::AccessKey const* key) -> Approver {
    return key == nullptr ? Approver{.id = "", .authenticated = "none"} : approver_of(*key);
  }

  // Whose decision it is: the caller's, or that of whom they name. A key that names an approver speaks
  // for no other.
  auto identify(net::Request const& request, DecisionRequest& decision) const
      -> std::optional<net::Response> {
    auto const* const key = key_of(request);
    auto who = holder_of(key);
    auto const named = std::exchange(decision.approver.id, {});
    bool const is_bound = key != nullptr && !key->approver.empty();
    if (is_bound && !named.empty() && named != key->id && !is_known_as({.id = who.id}, named)) {
      auto const why = fmt::format("This access key decides as {}, and as nobody else.", who.id);
      decisions_.note_refused({.what = Refused::kApprover,
                               .approval_id = decision.approval_id,
                               .via = std::string(kVia),
                               .why = why,
                               .approver = named,
                               .origin = decision.origin});
      return error_answer(403, "NotAllowed", why);
    }
    if (!is_bound && !named.empty()) who.id = named;
    if (who.id.empty()) who.id = "anonymous";
    decision.approver = std::move(who);
    return std::nullopt;
  }

  Decisions& decisions_;
  InboxOptions options_;
};

auto is_below(std::string_view path, std::string_view root) -> bool {
  return path.starts_with(root) && (path.size() == root.size() || path[root.size()] == '/');
}

}  // namespace

auto inbox_service(Decisions& decisions, InboxOptions options) -> HttpService {
  auto const inbox = std::make_shared<Inbox>(decisions, std::move(options));
  return {.claim = [](net::Request const& request) -> std::optional<Caller> {
            return is_below(path_of(request), kPath) ? std::optional(Caller::kSigned)
                                                     : std::nullopt;
          },
          .serve =
              [inbox](net::Request&& request, net::Responder responder) {
                inbox->serve(std::move(request), std::move(responder));
              },
          // A key whose signature is wrong, or that may not: an attempt like others.
          .refusal =
              [&decisions](net::Request const& request, int status, std::string_view code,
                           std::string_view message) {
                decisions.note_refused({.what = Refused::kSignature,
                                        .via = std::string(kVia),
                                        .why = std::string(message),
                                        .approver = signing_key(request),
                                        .tried = authorization_of(request),
                                        .origin = origin_of(request)});
                return error_answer(status, code, message);
              }};
}

}  // namespace treadle::approvals
