// The inbox over HTTP: what waits, what was decided, and decisions. The audit log beside it.
//
// GET  /v1/approvals?status=pending|decided&machine=&limit=&next=
// GET  /v1/approvals/{id}
// POST /v1/approvals/{id}/decision   {"decision":"approve","comment":"...","approver":"..."}
// GET  /v1/audit?after=SEQUENCE&limit=   records, one a line
// The format: docs/approvals.md.
#pragma once

#include <string>

#include "treadle/approvals/decisions.h"
#include "treadle/approvals/key_holders.h"
#include "treadle/approvals/routes.h"
#include "treadle/store/store.h"

namespace treadle::approvals {

struct InboxOptions {
  std::string region;  // of the ARNs that machine names stand for
  std::string account;
  // Whose signatures were checked of requests that come here; null: nobody's. Outlives the service.
  KeyHolders const* keys = nullptr;
};

// `decisions` and `store` outlive the service.
[[nodiscard]] auto inbox_service(Decisions& decisions, InboxOptions options) -> HttpService;
[[nodiscard]] auto audit_service(store::Store const& store) -> HttpService;

}  // namespace treadle::approvals
