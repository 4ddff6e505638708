// Calls of Slack's Web API, one at a time: what came of each, in words that say whether to try again.
// Source: Slack, "Using the Slack Web API", "Rate limits".
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "treadle/base/result.h"
#include "treadle/integrations/http_caller.h"
#include "treadle/net/event_loop.h"

namespace treadle::approvals::slack {

struct CallFailure {
  // Whether the same call may succeed later: a rate limit, a failure of Slack or of the way there.
  bool may_retry = false;
  std::optional<std::chrono::seconds> retry_after{};  // what Slack asked for
  std::string error;  // "channel_not_found", or a sentence; for the operator
};

// The JSON text of an answer that says {"ok":true}; of a response_url the answer as it came.
using CallReply = Result<std::string, CallFailure>;
using CallReplyDone = std::move_only_function<void(CallReply)>;

class WebApi {
 public:
  // `base_url` as "https://slack.com/api". `http` outlives it; everything runs on loop().
  WebApi(integrations::HttpCaller& http, std::string base_url);

  [[nodiscard]] auto loop() const -> net::EventLoop&;

  // POST base_url/METHOD with `body`, JSON. `token` is a bot's (xoxb-) or an app's (xapp-). `done` once,
  // on the loop. Any thread.
  void call(std::string_view method, std::string_view token, std::string body, CallReplyDone done);
  // The same for methods that take no JSON: `query` as "user=U1".
  void get(std::string_view method, std::string_view token, std::string_view query,
           CallReplyDone done);
  // POST to the URL that an interaction brought along. One that leads elsewhere than to Slack is
  // refused.
  void respond(std::string const& response_url, std::string body, CallReplyDone done);

 private:
  void send(net::ClientRequest request, bool expects_ok, CallReplyDone done);

  integrations::HttpCaller& http_;
  std::string const base_url_;
};

// What an answer means. `expects_ok`: its body must be an object with "ok":true.
[[nodiscard]] auto read_reply(net::ClientResult const& result, bool expects_ok) -> CallReply;

// Whether interactions may be answered there: https at slack.com or slack-gov.com, or where `base_url`
// is.
[[nodiscard]] auto is_response_url(std::string_view url, std::string_view base_url) -> bool;

}  // namespace treadle::approvals::slack
