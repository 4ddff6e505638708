// Refusals: attempts that led to nothing. Each is in the audit log, and a flood of them is bounded
// there.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "treadle/approvals/office.h"

namespace treadle::approvals {

// Belongs to the office's loop. As long as the allowance lasts (100, which come back at 10 a second)
// an attempt is a record of its own. Beyond it attempts of one kind and way are counted, and written
// as one record a second: the numbers in the log add up to the number of attempts.
class Refusals {
 public:
  explicit Refusals(Office& office) : office_(office) {}
  void note(RefusedAttempt const& attempt);
  // Writes what is only counted yet.
  void flush();

 private:
  struct Group {
    std::uint64_t count = 0;
    Timestamp first_at;
    Timestamp last_at;
    std::string why;  // of the first
    std::string first_ip;
    std::string last_ip;
    std::vector<std::string> tried;  // beginnings of the first hashes
    std::string digest;              // over the hashes of all, in order
  };
  [[nodiscard]] auto takes_from_allowance(Timestamp now) -> bool;
  void write(RefusedAttempt const& attempt);
  void count(RefusedAttempt const& attempt, Timestamp now);

  Office& office_;
  double allowance_ = 0;
  Timestamp allowance_at_{};
  std::map<std::pair<Refused, std::string>, Group> groups_;  // by kind and way
  Timestamp counted_since_{};
  bool is_armed_ = false;
};

}  // namespace treadle::approvals
