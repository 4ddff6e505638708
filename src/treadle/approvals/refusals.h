// Refusals: attempts that led to nothing, in the audit log within bounds.
#pragma once

#include <cstdint>
#include <string>

#include "treadle/approvals/office.h"

namespace treadle::approvals {

// Belongs to the office's loop. Of one second 10 are written one by one; the rest is counted, and
// written as one record when the second is over.
class Refusals {
 public:
  explicit Refusals(Office& office) : office_(office) {}
  void note(Decisions::RefusedAttempt attempt, std::string const& approver);

 private:
  void write_rest();

  Office& office_;
  Timestamp second_{};  // that `written_` and `rest_` are of
  std::uint32_t written_ = 0;
  std::uint64_t rest_ = 0;
  bool is_armed_ = false;
};

}  // namespace treadle::approvals
