// Decisions as JSON: in receipts, votes, the audit log and answers.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "treadle/approvals/approval.h"
#include "treadle/approvals/decisions.h"

namespace treadle::approvals {

// {"decision":"approve","approver":{"id",...},"via","comment","decidedAt"}
[[nodiscard]] auto to_json(Decision const& decision) -> std::string;
[[nodiscard]] auto to_json(std::vector<Decision> const& decisions) -> std::string;
// What to_json() wrote; nullopt for anything else.
[[nodiscard]] auto read_decision(std::string_view json) -> std::optional<Decision>;

// What is kept of a decision that closed an approval.
struct Receipt {
  Decision decision;
  std::vector<Decision> votes;
  std::string request_hash;
  Origin origin;
};
[[nodiscard]] auto write_receipt(Receipt const& receipt) -> std::string;
[[nodiscard]] auto read_receipt(std::string_view json) -> std::optional<Receipt>;

// The whole approval, as the API shows it.
[[nodiscard]] auto to_json(Approval const& approval) -> std::string;

// What the task gives: {"approved":true,"approver":...,"comment":...,"decidedAt":...,"via":...}.
[[nodiscard]] auto output_of(Decision const& decision) -> std::string;

}  // namespace treadle::approvals
