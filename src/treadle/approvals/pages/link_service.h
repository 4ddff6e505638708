// The pages behind the links of mails: /a/ID.SIGNATURE. To look is free: only the form's POST decides.
//
// Mail scanners open links, follow them with browsers, ask for heads. None of that changes anything:
// GET and HEAD show the page, the page has no scripts, and the form carries a nonce that goes with a
// cookie of the same browser.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "treadle/approvals/decisions.h"
#include "treadle/approvals/pages/form_nonce.h"
#include "treadle/approvals/pages/links.h"
#include "treadle/approvals/routes.h"
#include "treadle/base/clock.h"

namespace treadle::approvals::pages {

// Whom a message to `recipient` speaks to, as a link is signed for: the approver who reads there, else
// the address.
[[nodiscard]] auto identity_of(Recipient const& recipient) -> std::string const&;

// When a link to `approval` stops working: with the approval, or after kLinkTime.
[[nodiscard]] auto link_expiry(Approval const& approval) -> Timestamp;

class LinkService {
 public:
  // All outlive it.
  LinkService(LinkKeys keys, Decisions& decisions, FormNonces& nonces, Clock const& clock,
              FormNonces::Transport transport);

  // Serves /a/. This outlives it.
  [[nodiscard]] auto service() -> HttpService;

 private:
  struct Opened;  // a link that is genuine
  void serve(net::Request&& request, net::Responder responder);
  [[nodiscard]] auto open(net::Request const& request) -> std::expected<Opened, net::Response>;
  // What was wrong with a link, or with what came from its page.
  struct Fault {
    Refused what;
    std::string_view approval_id;
    std::string_view why;
  };
  void note(net::Request const& request, Fault const& fault);
  [[nodiscard]] auto refuse(net::Request const& request, int status, Fault const& fault)
      -> net::Response;
  [[nodiscard]] auto recipient_of(LinkText const& link, Approval const& approval) const
      -> std::optional<std::string>;
  [[nodiscard]] auto form_page(net::Request const& request, Opened const& opened, int status,
                               std::string_view problem) -> net::Response;
  void decide(net::Request const& request, Opened const& opened, net::Responder responder);

  LinkKeys const keys_;
  Decisions& decisions_;
  FormNonces& nonces_;
  Clock const& clock_;
  FormNonces::Transport const transport_;
};

}  // namespace treadle::approvals::pages
