// What is done when somebody presses a button of a message, or sends the modal that asks why.
//
// Two kinds of messages are answered: ours, whose buttons carry an approval's id, and those that a
// workflow's own function posted, with buttons `approve` and `reject` that carry the task's token.
// Decisions are the core's: here is found out who clicked, and told what came of it.
#pragma once

#include <string>

#include "treadle/approvals/decisions.h"
#include "treadle/approvals/slack/interaction.h"
#include "treadle/approvals/slack/settings.h"
#include "treadle/approvals/slack/users.h"
#include "treadle/approvals/slack/web_api.h"
#include "treadle/store/store.h"

namespace treadle::approvals::slack {

class Interactions {
 public:
  // All outlive it; `secret` is the store's, by which tokens are read. Destroyed once the loops were
  // stopped.
  Interactions(WebApi& api, Settings settings, Decisions& decisions, store::Secret const& secret);

  // Returns at once; the rest happens on the loop. `authenticated` says how the interaction came:
  // "slack-signature", "slack-socket". Any thread.
  void handle(Interaction interaction, std::string authenticated, Origin origin);

 private:
  struct Click {
    Interaction interaction;
    std::string approval_id;
    std::string comment;
    Verdict verdict = Verdict::kReject;
    std::string response_url;
    bool is_foreign = false;  // the message is not ours: it is changed here
    std::string authenticated;
    Origin origin;
  };
  void press(Click click);
  void submit(Click click);
  void ask_why(Click click);
  void decide(Click click);
  void decide_as(Click click, Approver approver);
  void tell(std::string const& response_url, std::string body);
  void tell_outcome(Click const& click, DecisionOutcome const& outcome);

  WebApi& api_;
  Settings const settings_;
  Decisions& decisions_;
  store::Secret const& secret_;
  Users users_;
};

}  // namespace treadle::approvals::slack
