// The inbox in a browser: /approvals lists what waits and what was decided, /approvals/ID shows one and
// takes a decision. For those whom the server lets in: without access keys everybody who reaches it.
#pragma once

#include <string>
#include <string_view>

#include "treadle/approvals/decisions.h"
#include "treadle/approvals/inbox_service.h"
#include "treadle/approvals/pages/form_nonce.h"
#include "treadle/approvals/routes.h"
#include "treadle/base/clock.h"

namespace treadle::approvals::pages {

class InboxService {
 public:
  // All outlive it.
  InboxService(Decisions& decisions, FormNonces& nonces, Clock const& clock, Keys keys);

  // Serves /approvals and what is below it. This outlives it.
  [[nodiscard]] auto service() -> HttpService;

 private:
  void serve(net::Request&& request, net::Responder responder);
  [[nodiscard]] auto list(net::Request const& request) -> net::Response;
  [[nodiscard]] auto show(net::Request const& request, Approval const& approval, int status,
                          std::string_view problem) -> net::Response;
  [[nodiscard]] auto authenticated(net::Request const& request) const -> std::string;
  void decide(net::Request const& request, Approval const& approval, net::Responder responder);

  Decisions& decisions_;
  FormNonces& nonces_;
  Clock const& clock_;
  Keys const keys_;
};

}  // namespace treadle::approvals::pages
