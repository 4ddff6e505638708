#include "treadle/approvals/slack/endpoint.h"

#include <optional>
#include <utility>

#include <fmt/format.h>

#include "treadle/approvals/http_answers.h"
#include "treadle/approvals/pages/form.h"
#include "treadle/base/log.h"
#include "treadle/json/parse.h"
#include "treadle/net/event_loop.h"

namespace treadle::approvals::slack {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kInteractions = "/slack/interactions";
constexpr auto kHookTime = 2'500ms;  // what a function gets of Slack's three seconds

auto plain(int status, std::string_view text) -> net::Response {
  net::Response response;
  response.status = status;
  response.content_type = "text/plain; charset=utf-8";
  response.headers.add("Cache-Control", "no-store");
  response.body = text;
  return response;
}

auto media_type(net::Request const& request) -> std::string_view {
  auto const type = request.headers.find("content-type").value_or("");
  return type.substr(0, type.find(';'));
}

// Slack asks once, when the URL is entered, to be given a text back.
auto url_verification(std::string_view body) -> net::Response {
  json::Arena arena;
  auto const parsed = json::parse(arena, body);
  auto const* const type = parsed ? parsed->find("type") : nullptr;
  auto const* const challenge = parsed ? parsed->find("challenge") : nullptr;
  if (type == nullptr || !type->is_string() || type->as_string() != "url_verification" ||
      challenge == nullptr || !challenge->is_string())
    return plain(400, "Only interactions are taken here.\n");
  return plain(200, challenge->as_string());
}

// The answer to one request, given by whoever comes first: its function, or the time.
struct Pending {
  std::optional<net::Responder> responder;
  net::Timer timer;

  void answer(net::Response response) {
    timer.cancel();
    if (!responder) return;
    auto taken = std::move(*responder);
    responder.reset();
    taken.send(std::move(response));
  }
};

auto is_hook_path(std::string_view path) -> bool {
  return path.starts_with("/hooks/") && path.size() > 7 && path.size() <= 200 &&
         !path.contains('?') && !path.contains('#') && !path.contains(' ');
}

}  // namespace

auto read_hooks(ChannelReader const& reader, Node const& node) -> Result<Hooks, std::string> {
  Hooks out;
  if (!node.is_map())
    return reader.refuse(node,
                         "expected paths with their functions: /hooks/slack: {function: "
                         "NAME, verify: slack}");
  for (auto const& [path, hook] : node.members()) {
    if (!is_hook_path(path.text()))
      return reader.refuse(path, "expected a path below /hooks/, such as /hooks/slack");
    TRY(reader.check_keys(hook, {"function", "verify"}));
    if (TRY(reader.required(hook, "verify")) != "slack")
      return reader.refuse(*hook.find("verify"), "expected slack as 'verify'");
    out.emplace(path.text(), TRY(reader.required(hook, "function")));
  }
  return out;
}

auto read_request(net::Request const& request, Verifier& verifier, Timestamp now)
    -> Result<std::string, net::Response> {
  if (request.method != "POST") return std::unexpected(plain(405, "Only POST is served here.\n"));
  auto const type = media_type(request);
  bool const is_form = net::equals_ignoring_case(type, "application/x-www-form-urlencoded");
  // A question whether TLS works: there is nothing to it that could be forged.
  if (is_form && pages::form_field(request.body, "ssl_check") == "1")
    return std::unexpected(plain(200, ""));
  if (auto const fault = verifier.check(request.headers, request.body, now))
    return std::unexpected(
        plain(*fault == Fault::kTooMany ? 503 : 401, fmt::format("{}\n", text_of(*fault))));
  if (net::equals_ignoring_case(type, "application/json"))
    return std::unexpected(url_verification(request.body));
  auto payload = is_form ? pages::form_field(request.body, "payload") : std::nullopt;
  if (!payload) return std::unexpected(plain(400, "Expected a form with a field 'payload'.\n"));
  return std::move(*payload);
}

auto Endpoint::claims(net::Request const& request) const -> bool {
  auto const path = path_of(request);
  return path == kInteractions || parts_.hooks.contains(std::string(path));
}

auto Endpoint::service() -> HttpService {
  return {.claim = [this](net::Request const& request) -> std::optional<Caller> {
            if (!claims(request)) return std::nullopt;
            return Caller::kLooksItself;
          },
          .serve =
              [this](net::Request&& request, net::Responder responder) {
                serve(std::move(request), std::move(responder));
              },
          .refusal =
              [](net::Request const&, int status, std::string_view /*code*/,
                 std::string_view message) { return plain(status, fmt::format("{}\n", message)); }};
}

void Endpoint::serve(net::Request&& request, net::Responder responder) {
  auto payload = read_request(request, parts_.verifier, parts_.clock.now());
  if (!payload) {
    auto const& why = payload.error().body;
    if (payload.error().status == 401)
      parts_.decisions.note_refused(
          {.what = Refused::kSignature,
           .via = "slack",
           .why = why.substr(0, why.find('\n')),
           .tried = std::string(request.headers.find("x-slack-signature").value_or("")),
           .origin = origin_of(request)});
    return responder.send(std::move(payload.error()));
  }
  auto const path = path_of(request);
  if (path != kInteractions)
    return run_hook(parts_.hooks.at(std::string(path)), std::move(*payload), std::move(responder));
  auto interaction = read_interaction(*payload);
  if (!interaction) return responder.send(plain(400, fmt::format("{}\n", interaction.error())));
  responder.send(plain(200, ""));
  parts_.interactions.handle(std::move(*interaction), "slack-signature", origin_of(request));
}

void Endpoint::run_hook(std::string const& function, std::string payload,
                        net::Responder responder) {
  json::Arena arena;
  if (auto const parsed = json::parse(arena, payload); !parsed)
    return responder.send(
        plain(400, fmt::format("The payload is not JSON: {}\n", parsed.error().to_string())));
  auto* const loop = net::EventLoop::current();
  auto const pending = std::make_shared<Pending>();
  pending->responder = std::move(responder);
  pending->timer = loop->run_after(kHookTime, [pending] { pending->answer(plain(200, "")); });
  parts_.invoke(function, std::move(payload),
                [loop, pending, function](Result<void, std::string> const& ended) mutable {
                  if (!ended)
                    log(LogLevel::kWarning, "a hook's function failed",
                        {{"function", function}, {"cause", ended.error()}});
                  // Handed on, not shared: what it holds belongs to the loop.
                  loop->post([pending = std::move(pending), failed = !ended] {
                    pending->answer(failed ? plain(502, "The function failed.\n") : plain(200, ""));
                  });
                });
}

}  // namespace treadle::approvals::slack
