#include "treadle/approvals/slack/web_api.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "treadle/json/parse.h"
#include "treadle/net/uri.h"

namespace treadle::approvals::slack {
namespace {

using namespace std::chrono_literals;

constexpr net::ClientDeadlines kDeadlines{.connect = 5s, .first_byte = 20s, .total = 30s};
constexpr auto kRetryAfterMax = 300s;  // of what Slack asks for
constexpr std::size_t kErrorBytesMax = 200;

// All calls run on one loop, so that what is kept between them needs no lock.
constexpr integrations::CallId kLane{};

auto retry_after(net::Headers const& headers) -> std::optional<std::chrono::seconds> {
  auto const text = headers.find("retry-after").value_or("");
  std::int64_t seconds = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return std::clamp(std::chrono::seconds(seconds), std::chrono::seconds(1),
                    std::chrono::seconds(kRetryAfterMax));
}

// Of an answer that says {"ok":false}. Source: Slack, errors that every method may give.
auto read_error(std::string_view error) -> CallFailure {
  constexpr std::string_view kPassing[] = {
      "ratelimited",         "rate_limited",    "internal_error",   "fatal_error",
      "service_unavailable", "request_timeout", "team_added_to_org"};
  return {.may_retry = std::ranges::find(kPassing, error) != std::end(kPassing),
          .error = std::string(error.substr(0, kErrorBytesMax))};
}

auto is_slack_host(std::string_view host) -> bool {
  for (std::string_view const own : {"slack.com", "slack-gov.com"})
    if (host == own || (host.ends_with(own) && host[host.size() - own.size() - 1] == '.'))
      return true;
  return false;
}

}  // namespace

auto is_response_url(std::string_view url, std::string_view base_url) -> bool {
  auto const parsed = net::parse_url(url);
  auto const base = net::parse_url(base_url);
  if (!parsed) return false;
  if (base && parsed->is_https == base->is_https && parsed->authority == base->authority)
    return true;
  return parsed->is_https && parsed->port == 443 && is_slack_host(parsed->host);
}

auto read_reply(net::ClientResult const& result, bool expects_ok) -> CallReply {
  if (!result)
    return std::unexpected(CallFailure{.may_retry = true, .error = result.error().message});
  if (result->status == 429)
    return std::unexpected(CallFailure{.may_retry = true,
                                       .retry_after = retry_after(result->headers).value_or(30s),
                                       .error = "ratelimited"});
  if (result->status != 200)
    return std::unexpected(CallFailure{.may_retry = result->status >= 500,
                                       .error = fmt::format("HTTP status {}", result->status)});
  if (!expects_ok) return result->body;
  json::Arena arena;
  auto const parsed = json::parse(arena, result->body);
  auto const* const ok = parsed ? parsed->find("ok") : nullptr;
  if (ok == nullptr || !ok->is_bool())
    return std::unexpected(
        CallFailure{.may_retry = false, .error = "the answer is not one of Slack's"});
  if (ok->as_bool()) return result->body;
  auto const* const error = parsed->find("error");
  auto failure =
      read_error(error != nullptr && error->is_string() ? error->as_string() : "unknown_error");
  if (failure.may_retry) failure.retry_after = retry_after(result->headers);
  return std::unexpected(std::move(failure));
}

WebApi::WebApi(integrations::HttpCaller& http, std::string base_url)
    : http_(http), base_url_(std::move(base_url)) {}

auto WebApi::loop() const -> net::EventLoop& { return http_.loop_of(kLane); }

void WebApi::send(net::ClientRequest request, bool expects_ok, CallReplyDone done) {
  request.deadlines = kDeadlines;
  http_.send(kLane, std::move(request),
             [expects_ok, done = std::move(done)](integrations::HttpOutcome outcome) mutable {
               if (!outcome) return;  // cancelled: the process ends
               done(read_reply(*outcome, expects_ok));
             });
}

void WebApi::call(std::string_view method, std::string_view token, std::string body,
                  CallReplyDone done) {
  net::ClientRequest request;
  request.url = fmt::format("{}/{}", base_url_, method);
  request.headers.set("Authorization", fmt::format("Bearer {}", token));
  request.headers.set("Content-Type", "application/json; charset=utf-8");
  request.body = std::move(body);
  send(std::move(request), true, std::move(done));
}

void WebApi::get(std::string_view method, std::string_view token, std::string_view query,
                 CallReplyDone done) {
  net::ClientRequest request;
  request.method = "GET";
  request.url = fmt::format("{}/{}?{}", base_url_, method, query);
  request.headers.set("Authorization", fmt::format("Bearer {}", token));
  send(std::move(request), true, std::move(done));
}

void WebApi::respond(std::string const& response_url, std::string body, CallReplyDone done) {
  if (!is_response_url(response_url, base_url_))
    return loop().post([done = std::move(done)]() mutable {
      done(std::unexpected(CallFailure{.error = "response_url does not lead to Slack"}));
    });
  net::ClientRequest request;
  request.url = response_url;
  request.headers.set("Content-Type", "application/json; charset=utf-8");
  request.body = std::move(body);
  send(std::move(request), false, std::move(done));
}

}  // namespace treadle::approvals::slack
