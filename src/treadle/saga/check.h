// Whether every execution of a state machine ends complete or fully compensated. What that means: docs/sagas.md.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "treadle/asl/model.h"
#include "treadle/base/result.h"
#include "treadle/saga/roles.h"

namespace treadle::saga {

enum class Property : std::uint8_t {
  kLeftDone,            // a Fail is reached, and a step is done
  kLeftMaybe,           // a Fail is reached, and a step may have run
  kUncaught,            // nothing catches an error while an effect stands
  kSucceedNotDone,      // the execution succeeds, and a step was attempted without success
  kSucceedCompensated,  // the execution succeeds, and a step is compensated
  kOrder,               // a step is compensated before one that completed later
  kNeverAttempted,      // a compensation runs, and none of its steps was attempted
  kNoRetry,             // a compensation has no Retry
};
// "left-done", ...
[[nodiscard]] auto name_of(Property property) -> std::string_view;

struct PathEntry {
  std::string state;
  std::string outcome;
  // What of the ledger it changed: step and "not-run", "done", "maybe" or "compensated".
  std::vector<std::pair<std::string, std::string>> changes;
};

struct Counterexample {
  Property property = Property::kLeftDone;
  std::string
      step;  // whose property it is: a step, of kUncaught the state that fails, else the compensation
  std::string summary;  // a sentence
  std::vector<PathEntry> path;
  std::vector<std::pair<std::string, std::string>> ledger;  // of every step, at the end
  std::string end;                                          // the state where it ends
};

enum class Verdict : std::uint8_t { kVerified, kCounterexample, kUnknown };
// "verified", "counterexample", "unknown".
[[nodiscard]] auto name_of(Verdict verdict) -> std::string_view;

struct CheckReport {
  Verdict verdict = Verdict::kUnknown;
  // The shortest one for each pair of property and step, by property and then in the order of the states.
  std::vector<Counterexample> counterexamples;
  std::vector<std::string> unknown;      // why the answer is not known, or not complete
  std::vector<std::string> assumptions;  // under which it holds
  std::vector<std::string>
      ends;                  // where an execution may end (or wait) although a compensation failed
  std::uint64_t states = 0;  // of the product, that were explored
};

struct CheckLimits {
  std::uint64_t states_at_a_time = 300'000;
  std::uint64_t states = 3'000'000;
};

// Exhaustive within the limits. Never throws; memory and time are bounded by them. An error is for the user: a role
// that does not fit the definition.
[[nodiscard]] auto check(asl::DefinitionPtr const& definition, Roles const& roles,
                         CheckLimits limits = {}) -> Result<CheckReport, std::string>;

}  // namespace treadle::saga
