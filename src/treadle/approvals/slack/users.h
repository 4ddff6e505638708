// Who a Slack user is: the e-mail address and name of their profile, asked of Slack and kept a while.
// Source: Slack, users.info (scope users:read.email).
#pragma once

#include <functional>
#include <map>
#include <string>

#include "treadle/approvals/approval.h"
#include "treadle/approvals/slack/web_api.h"
#include "treadle/net/event_loop.h"

namespace treadle::approvals::slack {

class Users {
 public:
  using Done = std::move_only_function<void(Approver)>;

  // `api` outlives it.
  Users(WebApi& api, std::string bot_token);

  // The e-mail address is the best identity, else the Slack user's id, which is proven in any case. `name`
  // is what the interaction called them. `done` once, on the loop. Only on the loop.
  void find(std::string const& user, std::string const& name, Done done);

 private:
  struct Known {
    std::string email;
    std::string name;
    net::SteadyTime until;
  };
  void keep(std::string const& user, Known known);

  WebApi& api_;
  std::string const bot_token_;
  std::map<std::string, Known> known_;
};

}  // namespace treadle::approvals::slack
