// The inbox in a browser: /approvals lists what waits and what was decided, /approvals/ID shows one and
// takes a decision. Where the server has access keys, for those who have signed in with one.
#pragma once

#include <string>
#include <string_view>

#include "treadle/approvals/decisions.h"
#include "treadle/approvals/pages/form_nonce.h"
#include "treadle/approvals/pages/sign_in_service.h"
#include "treadle/approvals/routes.h"
#include "treadle/base/clock.h"

namespace treadle::approvals::pages {

class InboxService {
 public:
  // All outlive it. `sign_in` is null where the server has no keys: then everybody who reaches the pages
  // decides, under the name they type.
  InboxService(Decisions& decisions, FormNonces& nonces, Clock const& clock,
               SignInService* sign_in);

  // Serves /approvals and what is below it. This outlives it.
  [[nodiscard]] auto service() -> HttpService;

 private:
  struct Visitor;  // who looks
  void serve(net::Request&& request, net::Responder responder);
  void serve_visitor(net::Request&& request, Visitor const& visitor, net::Responder responder);
  [[nodiscard]] auto list(net::Request const& request, Visitor const& visitor) -> net::Response;
  [[nodiscard]] auto show(net::Request const& request, Visitor const& visitor,
                          Approval const& approval, int status, std::string_view problem)
      -> net::Response;
  void decide(net::Request const& request, Visitor const& visitor, Approval const& approval,
              net::Responder responder);
  // Adds what all pages have: who has signed in, and what has browsers say where a form comes from.
  // `cookie` is that of the page's forms.
  [[nodiscard]] auto finish(net::Request const& request, Visitor const& visitor,
                            std::string_view cookie, net::Response response) const -> net::Response;

  Decisions& decisions_;
  FormNonces& nonces_;
  Clock const& clock_;
  SignInService* const sign_in_;
};

}  // namespace treadle::approvals::pages
