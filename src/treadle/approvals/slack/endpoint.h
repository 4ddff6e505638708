// Slack's requests: POST /slack/interactions, and hooks that hand what Slack says to a function of the
// user's own.
//
// Slack waits three seconds for an answer. Interactions are answered at once and worked on after; a
// hook's function is given a little less than that time.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "treadle/approvals/decisions.h"
#include "treadle/approvals/routes.h"
#include "treadle/approvals/slack/interactions.h"
#include "treadle/approvals/slack/verifier.h"
#include "treadle/base/clock.h"
#include "treadle/base/result.h"

namespace treadle::approvals::slack {

// Path to the name of a function: {"/hooks/slack", "handleApproval"}.
using Hooks = std::map<std::string, std::string>;

// `channels: webhooks:` of approvals.yaml:
//
//   webhooks:
//     /hooks/slack: {function: handleApproval, verify: slack}
[[nodiscard]] auto read_hooks(ChannelReader const& reader, Node const& node)
    -> Result<Hooks, std::string>;

// Runs a function with `event`, JSON text. `done` once, on any thread, perhaps before the call returns:
// its error is a sentence for the operator.
using InvokeFunction =
    std::function<void(std::string const& function, std::string event,
                       std::move_only_function<void(Result<void, std::string>)> done)>;

class Endpoint {
 public:
  struct Parts {
    Verifier& verifier;
    Interactions& interactions;
    Decisions& decisions;  // is told of requests that are refused
    Clock const& clock;
    Hooks hooks{};
    InvokeFunction invoke{};
  };
  // What `parts` refer to outlives it.
  explicit Endpoint(Parts parts) : parts_(std::move(parts)) {}

  // This outlives it.
  [[nodiscard]] auto service() -> HttpService;

 private:
  [[nodiscard]] auto claims(net::Request const& request) const -> bool;
  void serve(net::Request&& request, net::Responder responder);
  void run_hook(std::string const& function, std::string payload, net::Responder responder);

  Parts parts_;
};

// What a request of Slack's says: the text of its form's `payload`; or, as the error, the answer to
// give at once: to a request that is not Slack's, and to those that only ask whether somebody is here.
[[nodiscard]] auto read_request(net::Request const& request, Verifier& verifier, Timestamp now)
    -> Result<std::string, net::Response>;

}  // namespace treadle::approvals::slack
