// What an execution did, in the order in which it could have done it.
#pragma once

#include <cstdint>
#include <vector>

#include "treadle/saga/ledger.h"
#include "treadle/saga/program.h"

namespace treadle::saga {

struct Entry {
  enum class Kind : std::uint8_t {
    kOutcome,    // of a Task; `detail` is its number
    kAborted,    // a Task, while it ran, because something beside it failed
    kPassed,     // a Pass or Wait
    kChose,      // a Choice; `detail` is the next state
    kNoRule,     // a Choice without a rule that holds
    kSucceeded,  // a Succeed, or a Parallel or Map that is through
    kFailed,     // a Fail
    kRetried,    // a Parallel or Map, after the error `detail`
    kCaught,     // likewise
    kStarted,    // a Task that has no outcome yet, at the end of a trace
  };
  asl::StateIndex state;
  Kind kind = Kind::kOutcome;
  std::uint32_t detail = 0;
};

using Trace = std::vector<Entry>;

// The ledger that a trace leaves, of every step.
using Ledger = std::vector<Status>;
void follow(Program const& program, Entry const& entry, Ledger& ledger);

// What an entry counts for when traces are compared: what merely follows from another entry counts nothing.
[[nodiscard]] constexpr auto cost_of(Entry::Kind kind) -> std::uint32_t {
  return kind == Entry::Kind::kAborted || kind == Entry::Kind::kCaught ? 0 : 1;
}

[[nodiscard]] auto describe(Program const& program, Entry const& entry) -> std::string;

}  // namespace treadle::saga
