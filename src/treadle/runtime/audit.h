// The auditor: whether the rows of a store are what its journals say they must be.
//
// Every journal is folded from its first row and compared with the rows that the same commands
// wrote: what is waited for (exactly the timers, calls and tokens of pending()), heads, names,
// lists, definitions and snapshots. Rows that belong to no execution are found as well.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "treadle/store/store.h"

namespace treadle::runtime {

struct Finding {
  std::string place;    // "execution ARN, journal row 7"
  std::string problem;  // "is missing"
  std::string fix;      // what an operator can do, a sentence
};

struct AuditReport {
  std::uint64_t executions = 0;
  std::uint64_t running = 0;
  std::uint64_t journal_rows = 0;
  std::uint64_t events = 0;
  std::uint64_t timers = 0;
  std::uint64_t outbox = 0;
  std::uint64_t approvals = 0;
  std::uint64_t snapshots = 0;
  std::vector<Finding> findings;  // the first ones
  std::uint64_t left_out = 0;     // findings beyond those

  [[nodiscard]] auto is_sound() const -> bool { return findings.empty(); }
  void add(Finding finding);
};

// Reads every row once or twice; nothing may write meanwhile. Memory is bounded by what one
// partition waits for. Never fails: rows that can't be read are findings.
[[nodiscard]] auto audit(store::Store const& store) -> AuditReport;

}  // namespace treadle::runtime
